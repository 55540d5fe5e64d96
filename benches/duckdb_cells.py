#!/usr/bin/env python3
"""What a user would write instead: DuckDB reads a file of make_records.py and writes a row per cell.

    duckdb_cells.py FILE.{csv,jsonl} OUT.csv

Per cell: requests, failures, mean and exact p50, p90, p95, p99 of TTFT, ITL, E2E and generation speed, and throughput. Columns
and their types are given, only those needed are read, and the order of the rows is left open: what DuckDB is fastest with.
"""
import sys

import duckdb

KEYS = "scenario, context_tokens, concurrency"
METRICS = {
    "ttft": "ttft_ms",
    "itl": "itl_ms",
    "e2e": "e2e_ms",
    "speed": "CASE WHEN output_tokens >= 2 THEN (output_tokens - 1) / (e2e_ms - ttft_ms) * 1000 END",
}
TYPES = {
    "scenario": "VARCHAR", "context_tokens": "INTEGER", "concurrency": "INTEGER", "request_id": "VARCHAR",
    "start_s": "DOUBLE", "queue_ms": "DOUBLE", "prefill_ms": "DOUBLE", "ttft_ms": "DOUBLE", "e2e_ms": "DOUBLE",
    "input_tokens": "INTEGER", "output_tokens": "INTEGER", "itl_ms": "DOUBLE", "success": "BOOLEAN", "error": "VARCHAR",
}
UNUSED = "request_id", "queue_ms", "prefill_ms", "input_tokens", "error"
# An epoch second as a double is good to 0.24 µs only: back to whole microseconds before anything is subtracted.
START = "round(start_s * 1000000)"


def source(path):
    if path.endswith(".csv"):
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
        return (f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
                f"columns = {{{columns}}})")
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in TYPES.items() if name not in UNUSED)
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


def main(path, out):
    statistics = ", ".join(
        f"avg({value}) FILTER (success) AS {name}_mean, "
        f"quantile_cont({value}, [0.5, 0.9, 0.95, 0.99]) FILTER (success) AS {name}_percentiles"
        for name, value in METRICS.items())
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET preserve_insertion_order = false")
    connection.execute(f"""
        COPY (
            SELECT {KEYS}, count(*) AS requests, count(*) FILTER (NOT success) AS failures, {statistics},
                sum(output_tokens) FILTER (success) * 1000000
                    / (max({START} + e2e_ms * 1000) FILTER (success) - min({START}) FILTER (success)) AS throughput
            FROM {source(path)} GROUP BY ALL ORDER BY {KEYS}
        ) TO '{out}' (HEADER)""")


main(*sys.argv[1:])
