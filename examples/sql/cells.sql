-- Gristmill's cells from request records in a warehouse.
--
-- `records` is a table or view with the columns of Gristmill's own records, each under its usual name: scenario,
-- context_tokens, concurrency, request_rate, start_s, e2e_ms, ttft_ms, queue_ms, prefill_ms, itl_ms, output_chunks,
-- input_tokens, output_tokens, success, error, warmup, run. A view adds what a table lacks, as `cast(null as double)`.
-- `success` and `warmup` are booleans. `start_s` must be a decimal: a double of epoch seconds has lost the digits that
-- throughput needs.
--
-- One statement for Apache Spark SQL and DuckDB. Write what it gives to one CSV file with a header: `gristmill report`
-- reads that file as it reads records. Percentiles are given for any number of values; Gristmill shows those that the
-- sample can carry.
with
requests as (
    select
        coalesce(nullif(trim(scenario), ''), 'sweep') as scenario,
        cast(context_tokens as bigint) as context_tokens,
        cast(concurrency as bigint) as concurrency,
        cast(request_rate as double) as request_rate,
        coalesce(cast(run as varchar(1000)), '') as run,
        coalesce(warmup, false) as warmup,
        coalesce(success, coalesce(error, '') = '') as success,
        cast(start_s as decimal(24, 12)) as start_s,
        cast(e2e_ms as double) / 1000 as e2e_s,
        cast(ttft_ms as double) / 1000 as ttft_s,
        cast(queue_ms as double) / 1000 as queue_s,
        cast(prefill_ms as double) / 1000 as prefill_s,
        cast(itl_ms as double) / 1000 as itl_s,
        cast(output_chunks as bigint) as output_chunks,
        cast(input_tokens as bigint) as input_tokens,
        cast(output_tokens as bigint) as output_tokens
    from records
),
-- What each successful request measured. A speed over no time is none.
successes as (
    select
        *,
        start_s + cast(e2e_s as decimal(24, 12)) as end_s,
        case when prefill_s > 0 then input_tokens / prefill_s end as prefill_speed,
        case when ttft_s > 0 then input_tokens / ttft_s end as prefill_speed_from_ttft,
        case when output_tokens > 1 and e2e_s - ttft_s > 0 then (output_tokens - 1) / (e2e_s - ttft_s) end
            as generation_speed,
        case when output_tokens > 1 and e2e_s - ttft_s > 0 then (e2e_s - ttft_s) / (output_tokens - 1) end as tpot_s
    from requests
    where success and not warmup
),
-- Prefill speed is the engine's where it measured any, for the whole run; else input tokens over TTFT.
prefill as (
    select
        case
            when count(prefill_speed) > 0 then 'engine'
            when count(prefill_speed_from_ttft) > 0 then 'TTFT, queue included'
        end as prefill_source
    from successes
),
-- What is too short or too long to be summed (below 2^-64, from 2^32 on) measures nothing.
measured as (
    select
        scenario, context_tokens, concurrency, request_rate, run,
        start_s, end_s, output_chunks, input_tokens, output_tokens,
        case
            when ttft_s = 0 or (ttft_s >= 5.421010862427522e-20 and ttft_s < 4294967296) then ttft_s
        end as ttft_s,
        case
            when e2e_s = 0 or (e2e_s >= 5.421010862427522e-20 and e2e_s < 4294967296) then e2e_s
        end as e2e_s,
        case
            when generation_speed >= 5.421010862427522e-20 and generation_speed < 4294967296 then generation_speed
        end as generation_speed_tok_s,
        case
            when queue_s = 0 or (queue_s >= 5.421010862427522e-20 and queue_s < 4294967296) then queue_s
        end as queue_s,
        case
            when prefill_source = 'engine' and prefill_speed >= 5.421010862427522e-20 and prefill_speed < 4294967296
                then prefill_speed
            when prefill_source <> 'engine' and prefill_speed_from_ttft >= 5.421010862427522e-20
                and prefill_speed_from_ttft < 4294967296
                then prefill_speed_from_ttft
        end as prefill_speed_tok_s,
        case
            when itl_s = 0 or (itl_s >= 5.421010862427522e-20 and itl_s < 4294967296) then itl_s
        end as itl_s,
        case
            when tpot_s = 0 or (tpot_s >= 5.421010862427522e-20 and tpot_s < 4294967296) then tpot_s
        end as tpot_s
    from successes
    cross join prefill
),
-- Every run of a cell that is not warm-up alone.
runs as (
    select
        scenario, context_tokens, concurrency, request_rate, run,
        count(*) as requests
    from requests
    where not warmup
    group by scenario, context_tokens, concurrency, request_rate, run
),
-- Its successes: from the first submission to the last end, where all of them have their times.
run_figures as (
    select
        scenario, context_tokens, concurrency, request_rate, run,
        case when count(end_s) = count(*) then min(start_s) end as start_s,
        case when count(end_s) = count(*) then max(end_s) end as end_s,
        avg(ttft_s) as ttft_s,
        avg(e2e_s) as e2e_s,
        avg(generation_speed_tok_s) as generation_speed_tok_s,
        avg(queue_s) as queue_s,
        avg(prefill_speed_tok_s) as prefill_speed_tok_s,
        avg(itl_s) as itl_s,
        avg(tpot_s) as tpot_s
    from measured
    group by scenario, context_tokens, concurrency, request_rate, run
),
repeats as (
    select
        runs.scenario, runs.context_tokens, runs.concurrency, runs.request_rate,
        count(*) as runs,
        -- The span of a cell is unknown where one of its runs with a success has none.
        case when count(end_s) = count(run_figures.scenario) then cast(sum(end_s - start_s) as double) end as span_s,
        cast(
            array_sort(
                array_agg(cast(start_s as varchar(100)) || '/' || cast(end_s as varchar(100)))
                filter (where end_s is not null)
            ) as varchar(65535)
        ) as windows,
        case when count(*) > 1 and count(ttft_s) = count(*)
            then cast(array_sort(array_agg(ttft_s)) as varchar(65535))
        end as ttft_s_run_means,
        case when count(*) > 1 and count(e2e_s) = count(*)
            then cast(array_sort(array_agg(e2e_s)) as varchar(65535))
        end as e2e_s_run_means,
        case when count(*) > 1 and count(generation_speed_tok_s) = count(*)
            then cast(array_sort(array_agg(generation_speed_tok_s)) as varchar(65535))
        end as generation_speed_tok_s_run_means,
        case when count(*) > 1 and count(queue_s) = count(*)
            then cast(array_sort(array_agg(queue_s)) as varchar(65535))
        end as queue_s_run_means,
        case when count(*) > 1 and count(prefill_speed_tok_s) = count(*)
            then cast(array_sort(array_agg(prefill_speed_tok_s)) as varchar(65535))
        end as prefill_speed_tok_s_run_means,
        case when count(*) > 1 and count(itl_s) = count(*)
            then cast(array_sort(array_agg(itl_s)) as varchar(65535))
        end as itl_s_run_means,
        case when count(*) > 1 and count(tpot_s) = count(*)
            then cast(array_sort(array_agg(tpot_s)) as varchar(65535))
        end as tpot_s_run_means
    from runs
    left join run_figures
        on runs.scenario = run_figures.scenario
        and runs.context_tokens is not distinct from run_figures.context_tokens
        and runs.concurrency is not distinct from run_figures.concurrency
        and runs.request_rate is not distinct from run_figures.request_rate
        and runs.run = run_figures.run
    group by runs.scenario, runs.context_tokens, runs.concurrency, runs.request_rate
),
counts as (
    select
        scenario, context_tokens, concurrency, request_rate,
        sum(case when warmup then 0 else 1 end) as requests,
        sum(case when warmup or success then 0 else 1 end) as failed,
        sum(case when warmup then 1 else 0 end) as warmup,
        max(start_s) as latest_start_s
    from requests
    group by scenario, context_tokens, concurrency, request_rate
),
figures as (
    select
        scenario, context_tokens, concurrency, request_rate,
        case when count(output_tokens) = count(*) then sum(output_tokens) end as output_tokens,
        cast(sum(output_tokens) as double) / count(output_tokens) as mean_output_tokens,
        cast(sum(input_tokens) as double) / count(input_tokens) as mean_input_tokens,
        cast(sum(case when output_chunks > 0 then output_tokens end) as double)
            / sum(case when output_chunks > 0 and output_tokens is not null then output_chunks end) as tokens_per_chunk,
        count(ttft_s) as ttft_s_n,
        avg(ttft_s) as ttft_s_mean,
        stddev_samp(ttft_s) as ttft_s_sd,
        percentile_cont(0.5) within group (order by ttft_s) as ttft_s_p50,
        percentile_cont(0.9) within group (order by ttft_s) as ttft_s_p90,
        percentile_cont(0.95) within group (order by ttft_s) as ttft_s_p95,
        percentile_cont(0.99) within group (order by ttft_s) as ttft_s_p99,
        count(e2e_s) as e2e_s_n,
        avg(e2e_s) as e2e_s_mean,
        stddev_samp(e2e_s) as e2e_s_sd,
        percentile_cont(0.5) within group (order by e2e_s) as e2e_s_p50,
        percentile_cont(0.9) within group (order by e2e_s) as e2e_s_p90,
        percentile_cont(0.95) within group (order by e2e_s) as e2e_s_p95,
        percentile_cont(0.99) within group (order by e2e_s) as e2e_s_p99,
        count(generation_speed_tok_s) as generation_speed_tok_s_n,
        avg(generation_speed_tok_s) as generation_speed_tok_s_mean,
        stddev_samp(generation_speed_tok_s) as generation_speed_tok_s_sd,
        percentile_cont(0.5) within group (order by generation_speed_tok_s) as generation_speed_tok_s_p50,
        percentile_cont(0.1) within group (order by generation_speed_tok_s) as generation_speed_tok_s_p10,
        percentile_cont(0.05) within group (order by generation_speed_tok_s) as generation_speed_tok_s_p5,
        percentile_cont(0.01) within group (order by generation_speed_tok_s) as generation_speed_tok_s_p1,
        count(queue_s) as queue_s_n,
        avg(queue_s) as queue_s_mean,
        stddev_samp(queue_s) as queue_s_sd,
        percentile_cont(0.5) within group (order by queue_s) as queue_s_p50,
        percentile_cont(0.9) within group (order by queue_s) as queue_s_p90,
        percentile_cont(0.95) within group (order by queue_s) as queue_s_p95,
        percentile_cont(0.99) within group (order by queue_s) as queue_s_p99,
        count(prefill_speed_tok_s) as prefill_speed_tok_s_n,
        avg(prefill_speed_tok_s) as prefill_speed_tok_s_mean,
        stddev_samp(prefill_speed_tok_s) as prefill_speed_tok_s_sd,
        percentile_cont(0.5) within group (order by prefill_speed_tok_s) as prefill_speed_tok_s_p50,
        percentile_cont(0.1) within group (order by prefill_speed_tok_s) as prefill_speed_tok_s_p10,
        percentile_cont(0.05) within group (order by prefill_speed_tok_s) as prefill_speed_tok_s_p5,
        percentile_cont(0.01) within group (order by prefill_speed_tok_s) as prefill_speed_tok_s_p1,
        count(itl_s) as itl_s_n,
        avg(itl_s) as itl_s_mean,
        stddev_samp(itl_s) as itl_s_sd,
        percentile_cont(0.5) within group (order by itl_s) as itl_s_p50,
        percentile_cont(0.9) within group (order by itl_s) as itl_s_p90,
        percentile_cont(0.95) within group (order by itl_s) as itl_s_p95,
        percentile_cont(0.99) within group (order by itl_s) as itl_s_p99,
        count(tpot_s) as tpot_s_n,
        avg(tpot_s) as tpot_s_mean,
        stddev_samp(tpot_s) as tpot_s_sd,
        percentile_cont(0.5) within group (order by tpot_s) as tpot_s_p50,
        percentile_cont(0.9) within group (order by tpot_s) as tpot_s_p90,
        percentile_cont(0.95) within group (order by tpot_s) as tpot_s_p95,
        percentile_cont(0.99) within group (order by tpot_s) as tpot_s_p99
    from measured
    group by scenario, context_tokens, concurrency, request_rate
)
select
    counts.scenario, counts.context_tokens, counts.concurrency, counts.request_rate,
    counts.requests, counts.failed, counts.warmup,
    case when span_s > 0 then output_tokens / span_s end as throughput_tok_s,
    span_s,
    ttft_s_n, ttft_s_mean, ttft_s_sd,
    ttft_s_p50, ttft_s_p90, ttft_s_p95, ttft_s_p99,
    e2e_s_n, e2e_s_mean, e2e_s_sd,
    e2e_s_p50, e2e_s_p90, e2e_s_p95, e2e_s_p99,
    generation_speed_tok_s_n, generation_speed_tok_s_mean, generation_speed_tok_s_sd,
    generation_speed_tok_s_p50, generation_speed_tok_s_p10, generation_speed_tok_s_p5, generation_speed_tok_s_p1,
    queue_s_n, queue_s_mean, queue_s_sd,
    queue_s_p50, queue_s_p90, queue_s_p95, queue_s_p99,
    prefill_speed_tok_s_n, prefill_speed_tok_s_mean, prefill_speed_tok_s_sd,
    prefill_speed_tok_s_p50, prefill_speed_tok_s_p10, prefill_speed_tok_s_p5, prefill_speed_tok_s_p1,
    itl_s_n, itl_s_mean, itl_s_sd,
    itl_s_p50, itl_s_p90, itl_s_p95, itl_s_p99,
    tpot_s_n, tpot_s_mean, tpot_s_sd,
    tpot_s_p50, tpot_s_p90, tpot_s_p95, tpot_s_p99,
    case when prefill_speed_tok_s_n > 0 then prefill_source end as prefill_speed_source,
    coalesce(runs, 1) as runs,
    windows, latest_start_s, output_tokens, mean_output_tokens, mean_input_tokens, tokens_per_chunk,
    case when span_s > 0 then (requests - failed) / span_s end as achieved_rate_req_s,
    ttft_s_run_means,
    e2e_s_run_means,
    generation_speed_tok_s_run_means,
    queue_s_run_means,
    prefill_speed_tok_s_run_means,
    itl_s_run_means,
    tpot_s_run_means
from counts
left join figures
    on counts.scenario = figures.scenario
    and counts.context_tokens is not distinct from figures.context_tokens
    and counts.concurrency is not distinct from figures.concurrency
    and counts.request_rate is not distinct from figures.request_rate
left join repeats
    on counts.scenario = repeats.scenario
    and counts.context_tokens is not distinct from repeats.context_tokens
    and counts.concurrency is not distinct from repeats.concurrency
    and counts.request_rate is not distinct from repeats.request_rate
cross join prefill
order by scenario, context_tokens, concurrency, request_rate
