//! A prompt suite in JSON.

use crate::analysis::suite::{self, CaseFigures};
use crate::report::suite::rating;
use crate::results::{Response, Suite, SuiteCase, SuiteSpeeds};

pub(super) fn suite(suite: &suite::Suite) -> Suite {
    let speeds = suite.speeds.as_ref();
    let at = |place: Option<usize>| place.map(|place| &suite.cases[place].case);
    let fastest = at(speeds.map(|speeds| speeds.fastest));
    let slowest = at(speeds.map(|speeds| speeds.slowest));
    Suite {
        cases: suite.cases.iter().map(case).collect(),
        succeeded: suite.succeeded,
        failed: suite.failed,
        runs: suite.runs,
        failed_runs: suite.failed_runs,
        warmup: suite.warmup,
        speed_tok_s: SuiteSpeeds {
            n: speeds.map_or(0, |speeds| speeds.n),
            mean: speeds.map(|speeds| speeds.mean),
            median: speeds.map(|speeds| speeds.median),
            max: fastest.and_then(|case| case.speed_tok_s),
            max_case: fastest.map(|case| case.name.clone()),
            min: slowest.and_then(|case| case.speed_tok_s),
            min_case: slowest.map(|case| case.name.clone()),
            mean_without_outliers: speeds.and_then(|speeds| speeds.mean_without_far),
        },
        total_time_s: suite.total_time_s,
        total_output_tokens: suite.total_output_tokens,
        overall_speed_tok_s: suite.overall_tok_s,
        rating: speeds.map(|speeds| rating(speeds.mean).word.to_owned()),
    }
}

fn case(figures: &CaseFigures) -> SuiteCase {
    let case = &figures.case;
    let response = case.response.as_ref();
    SuiteCase {
        case: case.name.clone(),
        outcome: figures.outcome,
        runs: case.runs,
        failed: case.failed,
        failures: case.failures.clone(),
        e2e_s: case.e2e_s,
        input_tokens: case.input_tokens,
        output_tokens: case.output_tokens,
        speed_tok_s: case.speed_tok_s,
        ttft_s: case.ttft_s,
        ttft_est_s: case.ttft_estimate_s,
        outlier: figures.far,
        response: response.map(|response| Response { preview: response.text.clone(), cut: response.is_cut }),
    }
}
