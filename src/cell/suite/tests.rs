use super::*;

fn run<'r>(case: &'r str, e2e_s: f64, output_tokens: u64) -> Record<'r> {
    Record {
        scenario: PROMPT_SUITE,
        case: Some(case),
        e2e_s: Some(e2e_s),
        input_tokens: Some(10),
        output_tokens: Some(output_tokens),
        ..Record::default()
    }
}

fn cases(records: &[Record]) -> Vec<Case> {
    let whole = |records: &[&Record]| {
        let mut suite = Suite::default();
        records.iter().for_each(|record| suite.add(record));
        suite
    };
    let all: Vec<&Record> = records.iter().collect();
    let backwards: Vec<&Record> = records.iter().rev().collect();
    let (left, right) = backwards.split_at(records.len() / 2);
    let mut parts = whole(left);
    parts.merge(whole(right));
    let of = |suite: Suite| match suite.finish(true).unwrap() {
        Cases::Suite(cases) => cases,
        Cases::Apart(_) => panic!("a suite"),
    };
    let cases = of(whole(&all));
    assert_eq!(of(parts), cases, "in any order and grouping");
    cases
}

#[test]
fn a_case_is_the_mean_of_its_runs_that_succeeded() {
    let records = [
        run("b 10", 2.0, 100),
        run("b 2", 4.0, 100),
        run("b 2", 1.0, 50),
        Record { success: false, error: Some("timeout"), ..run("b 2", 9.0, 0) },
        Record { warmup: true, ..run("b 2", 9.0, 1) },
    ];
    let cases = cases(&records);
    assert_eq!(cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["b 2", "b 10"]);
    let case = &cases[0];
    assert_eq!((case.runs, case.failed), (3, 1));
    assert_eq!((case.e2e_s, case.output_tokens, case.speed_tok_s), (Some(2.5), Some(75.0), Some(37.5)));
    assert_eq!(case.failures, [("timeout".to_owned(), 1)].into());
    assert_eq!((case.ttft_s, case.ttft_estimate_s), (None, None), "never computed");
}

#[test]
fn cases_stand_in_the_order_in_which_they_were_run_where_all_have_times() {
    let at = |case: &'static str, start_ps| Record { start_ps, ..run(case, 1.0, 10) };
    let names = |records: &[Record]| cases(records).into_iter().map(|case| case.name).collect::<Vec<_>>();
    assert_eq!(names(&[at("a", Some(9)), at("b", Some(5)), at("b", Some(20))]), ["b", "a"]);
    assert_eq!(names(&[at("b", Some(5)), at("a", None)]), ["a", "b"]);
}

#[test]
fn the_response_of_the_first_success_is_shown() {
    let said = |run: &'static str, success, response| Record {
        run: Some(run),
        success,
        response: Some(response),
        ..self::run("a", 1.0, 10)
    };
    let shown = |records: &[Record]| cases(records)[0].response.clone().unwrap().text;
    assert_eq!(shown(&[said("10", true, "ten"), said("2", true, "two"), said("1", false, "oops")]), "two");
    assert_eq!(shown(&[said("2", false, "b"), said("1", false, "a")]), "a");
}

#[test]
fn a_preview_has_three_hundred_characters_or_ends_before_the_cluster_that_does_not_fit() {
    let whole = "é".repeat(300);
    assert_eq!(Preview::of(&whole), Preview { text: whole.clone(), is_cut: false });
    assert_eq!(Preview::of(&format!("{whole}x")), Preview { text: whole, is_cut: true });
    // 290 letters, then one letter with 29 marks above each other: 30 characters that a reader sees as one.
    let combined = format!("e{}", "\u{301}".repeat(29));
    let cut = Preview::of(&format!("{}{combined} and more", "x".repeat(290)));
    assert_eq!(cut, Preview { text: "x".repeat(290), is_cut: true });
    let family = Preview::of(&format!("{}👩‍👩‍👧‍👦!", "x".repeat(298)));
    assert_eq!((family.text.chars().count(), family.is_cut), (298, true));
    assert_eq!(Preview::of(&format!("e{}", "\u{301}".repeat(400))).text, "", "a cluster that never fits");
    // What readers hand on is enough to tell.
    for text in [format!("{}{combined} and more", "x".repeat(290)), "x".repeat(301), "x".repeat(300)] {
        assert_eq!(Preview::of(crate::record::preview_of(&text)), Preview::of(&text));
    }
}

#[test]
fn what_is_no_suite_keeps_nothing() {
    let mut suite = Suite::default();
    suite.add(&run("a", 1.0, 10));
    suite.add(&Record { load: Some(Load::Concurrency(2)), ..run("a", 1.0, 10) });
    suite.add(&run("b", 1.0, 10));
    assert!(suite.cases.is_empty());
    assert_eq!(suite.finish(true).unwrap(), Cases::Apart(3));
    let mut suite = Suite::default();
    suite.add(&run("a", 1.0, 10));
    assert_eq!(suite.finish(false).unwrap(), Cases::Apart(1), "beside another tool's figures");
    assert_eq!(Suite::default().finish(true).unwrap(), Cases::Apart(0));
}

#[test]
fn contexts_beside_a_load_are_a_sweep_and_without_one_are_not() {
    let of = |scenario: &'static str, contexts: [u64; 2]| {
        let mut suite = Suite::default();
        for context in contexts {
            suite.add(&Record { scenario, context: Some(context), ..run("a", 1.0, 10) });
        }
        matches!(suite.finish(true).unwrap(), Cases::Suite(_))
    };
    assert!(!of(crate::record::SWEEP, [1024, 8192]));
    assert!(of(crate::record::SWEEP, [1000, 1024]), "one context");
    assert!(of(PROMPT_SUITE, [1024, 8192]));
}

#[test]
fn a_suite_beyond_reason_is_refused_whatever_the_order() {
    let names: Vec<String> = (0..2 * MOST_CASES).map(|at| format!("case {at}")).collect();
    let mut suite = Suite::default();
    names.iter().for_each(|name| suite.add(&run(name, 1.0, 10)));
    assert_eq!(suite.cases.len(), MOST_CASES);
    let message = suite.finish(true).unwrap_err().to_string();
    assert!(message.contains("more than 1,000 cases"), "{message}");
}
