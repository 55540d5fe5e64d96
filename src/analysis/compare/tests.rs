//! Small deployments whose ratios can be checked by hand.

use super::*;
use crate::analysis::analyze;
use crate::analysis::testing::cell;
use crate::cell::{Cell, Origin, Quantiles, Summary};
use crate::metric::MetricId;
use crate::record::Load;

/// Five requests of which a metric has this mean and standard deviation.
fn summary(mean: f64, sd: f64) -> Summary {
    Summary { n: 5, mean: Some(mean), sd: Some(sd), ..Summary::default() }
}

fn with(mut cell: Cell, id: MetricId, summary: Summary) -> Cell {
    cell.metrics[id as usize] = summary;
    cell
}

fn analysis(cells: Vec<Cell>, config: &Config) -> Analysis {
    analyze(cells, Vec::new(), config).expect("cells").value
}

fn compared(deployments: &[(&Analysis, &Config)], asked: &Asked) -> Result<Comparison> {
    let all: Vec<Deployment> =
        deployments.iter().map(|(analysis, config)| Deployment { analysis, config, date: None }).collect();
    compare(&all, asked)
}

fn at(context: &str, load: u64, ttft: f64) -> Cell {
    with(cell(context, Load::Concurrency(load)), MetricId::Ttft, summary(ttft, 0.0))
}

#[test]
fn a_ratio_of_means_is_that_of_a_calculation_by_hand() {
    let config = Config::default();
    // Means of 100 and 200 ms with a standard deviation of √62.5 = 7.9057 and twice that: relative standard errors of
    // 0.0353553 each make 0.05; 8 degrees of freedom, t = 2.306004, so that ln(ratio) ± 0.1153002.
    let sd = 62.5_f64.sqrt() / 1000.0;
    let one = |mean, sd| {
        let cell = cell("1K", Load::Concurrency(2));
        analysis(vec![with(cell, MetricId::Ttft, summary(mean, sd))], &config)
    };
    let (a, b) = (one(0.1, sd), one(0.2, 2.0 * sd));
    let comparison = compared(&[(&a, &config), (&b, &config)], &Asked::default()).expect("two deployments");
    let [matched] = &comparison.cells[..] else { panic!("one cell") };
    assert!(matched.is_shared() && matched.ratios[0].is_empty(), "the base has no ratio to itself");
    let ttft = MEASURES.iter().position(|measure| measure.key == "ttft_s").expect("TTFT is compared");
    let ratio = matched.ratios[1][ttft].expect("both have TTFT");
    let (low, high) = ratio.interval.expect("both have a spread");
    assert!((ratio.value - 2.0).abs() < 1e-12);
    assert!((low - 1.782_197).abs() < 1e-6 && (high - 2.244_421).abs() < 1e-6, "{low} {high}");
    assert!(!MEASURES[ttft].is_better(ratio.value));
    assert_eq!(
        tally(&comparison.cells, 1, ttft),
        Tally { worse: 1, range: Some((ratio.value, ratio.value)), ..Tally::default() }
    );
    assert!(matched.ratios[1][0].is_none(), "no throughput is known");
}

#[test]
fn a_deployment_beside_itself_is_not_to_be_told_apart() {
    let config = Config::default();
    let a = analysis(vec![with(cell("1K", Load::Concurrency(1)), MetricId::Ttft, summary(0.3, 0.02))], &config);
    let comparison = compared(&[(&a, &config), (&a, &config)], &Asked::default()).expect("two deployments");
    let ratio = comparison.cells[0].ratios[1].iter().flatten().next().expect("TTFT");
    assert_eq!((ratio.value, ratio.holds_one()), (1.0, Some(true)));
    assert!(!comparison.differs());
}

#[test]
fn a_mean_is_never_set_against_a_median() {
    let config = Config::default();
    let median = Summary {
        n: 5,
        quantiles: Quantiles { p50: Some(0.2), ..Quantiles::default() },
        origin: Origin::Tool,
        ..Summary::default()
    };
    let one = |summary| analysis(vec![with(cell("1K", Load::Concurrency(1)), MetricId::Ttft, summary)], &config);
    let (mean, of_median) = (one(summary(0.1, 0.01)), one(median));
    let comparison = compared(&[(&mean, &config), (&of_median, &config)], &Asked::default()).expect("two");
    assert!(comparison.cells[0].ratios[1].iter().all(Option::is_none));
    let averages = comparison.conditions.iter().find(|one| one.key == "averages").expect("both have averages");
    assert_eq!(averages.agreement, Agreement::Differ);
}

#[test]
fn charts_stand_at_the_largest_load_and_the_shortest_context_that_all_share() {
    let config = Config::default();
    let a = analysis(vec![at("1K", 1, 0.1), at("8K", 1, 0.1), at("8K", 4, 0.1), at("32K", 8, 0.2)], &config);
    let b = analysis(vec![at("8K", 1, 0.1), at("8K", 4, 0.1), at("64K", 16, 0.2)], &config);
    let slice = |asked: &Asked| compared(&[(&a, &config), (&b, &config)], asked).map(|found| found.slice);
    let found = slice(&Asked::default()).expect("a slice");
    assert_eq!((found.load, found.context), (Some(Load::Concurrency(4)), Some(crate::context::Context::nominal(8192))));
    assert!(!found.several_contexts && found.several_loads, "at 4 requests both have 8K alone");
    let asked = Asked { context_tokens: Some(32_768), load: Some(Load::Concurrency(8)) };
    let found = slice(&asked).expect("one of them was tested there");
    assert_eq!(found.context.map(|context| context.label).as_deref(), Some("32K"));
    let error = slice(&Asked { context_tokens: Some(7168), ..Asked::default() }).expect_err("nobody tested it");
    assert_eq!(error.to_string(), "no deployment was tested with 7K context\nhint: tested were 1K, 8K, 32K and 64K");
    let error = slice(&Asked { load: Some(Load::RequestRate(2.0)), ..Asked::default() }).expect_err("nobody did");
    assert!(error.to_string().starts_with("no deployment was tested with 2 requests/s\nhint: leave"), "{error}");
}

#[test]
fn the_kind_of_load_that_most_have_is_compared() {
    let config = Config::default();
    let rate = |rate| with(cell("8K", Load::RequestRate(rate)), MetricId::Ttft, summary(0.1, 0.01));
    let closed = analysis(vec![at("8K", 4, 0.1)], &config);
    let open = analysis(vec![rate(0.5), rate(2.0)], &config);
    let found = compared(&[(&closed, &config), (&open, &config), (&open, &config)], &Asked::default()).expect("three");
    assert_eq!((found.slice.concurrency, found.slice.load), (false, Some(Load::RequestRate(2.0))));
    assert!(found.slice.of(&closed).is_none() && found.slice.of(&open).is_some());
    let found = compared(&[(&closed, &config), (&open, &config)], &Asked::default()).expect("two");
    assert!(found.slice.concurrency, "of equals the requests in flight");
    assert!(found.differs(), "a load of another kind is another test");
}

#[test]
fn costs_in_two_currencies_have_no_ratio() {
    let priced = |currency: &str| {
        let mut config = Config::default();
        config.power.currency = currency.to_owned();
        config.cost.gpu_hour = Some(2.0);
        config.hardware.count = Some(1);
        let mut cell = cell("1K", Load::Concurrency(1));
        cell.throughput_tok_s = Some(100.0);
        (analysis(vec![cell], &config), config)
    };
    let cost = MEASURES.iter().position(|measure| measure.key == "cost_per_million_tokens").expect("it is compared");
    let ratio = |a: &(Analysis, Config), b: &(Analysis, Config)| {
        let found = compared(&[(&a.0, &a.1), (&b.0, &b.1)], &Asked::default()).expect("two");
        found.cells[0].ratios[1][cost].map(|ratio| ratio.value)
    };
    assert_eq!(ratio(&priced("$"), &priced("$")), Some(1.0));
    assert_eq!(ratio(&priced("$"), &priced("€")), None);
}

#[test]
fn use_cases_with_other_thresholds_are_not_held_against_each_other() {
    let usual = Config::default();
    let strict =
        crate::config::parse("[[use_case]]\nid = \"general-chatbot\"\noutput_tokens = 1024\nmax_ttft_s = 1\n", "c")
            .expect("a configuration");
    let run = |config: &Config| {
        let mut cell = at("32K", 1, 0.5);
        cell.mean_output_tokens = Some(1024.0);
        let cell = with(cell, MetricId::GenerationSpeed, summary(40.0, 1.0));
        analysis(vec![cell], config)
    };
    let (a, b) = (run(&usual), run(&strict));
    let outcome = |deployments: &[(&Analysis, &Config)]| {
        let found = compared(deployments, &Asked::default()).expect("two");
        found.use_cases.into_iter().find(|one| one.use_case.id == "general-chatbot").map(|one| one.outcome)
    };
    assert_eq!(outcome(&[(&a, &usual), (&b, &strict)]), Some(Outcome::Unlike));
    assert_eq!(outcome(&[(&a, &usual), (&a, &usual)]), Some(Outcome::Undecided(vec![0, 1])), "1+ and 1+");
}
