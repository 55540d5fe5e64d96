//! Configuration files, right and wrong, and what is said of them.

use super::*;

fn error(text: &str) -> String {
    parse(text, "gristmill.toml").expect_err(text).to_string()
}

#[test]
fn every_key_of_the_reference_is_read() {
    let text = r##"
        title = "T"
        subtitle = "S"
        date = "2026-02-06"
        [model]
        name = "Qwen3-Coder-Next"
        organization = "Qwen"
        parameters = "80B"
        architecture = "Mixture-of-Experts"
        precision = "FP8"
        [hardware]
        gpu = "H200 SXM"
        count = 1
        vram_gb = 141
        driver = "580.126"
        memory_mb = 97887
        peak_memory_mb = 91000
        [engine]
        name = "SGLang"
        version = "0.5.4"
        [test]
        output_tokens = 1024
        prompt_caching = false
        speculative_decoding = "none"
        kv_cache = "full precision"
        kv_offload = "none"
        mode = ""
        api_url = ""
        time = ""
        notes = ""
        [power]
        price_per_kwh = 1
        currency = "€"
        timezone = "Europe/Berlin"
        pue = 1.2
        [[power.columns]]
        file = "telemetry-*.csv"
        time = "elapsed_s"
        time_unit = "s"
        start = "2026-01-15T08:00:00Z"
        device = "card"
        watts = "power_w"
        [[power.columns]]
        file = "nvml.csv"
        time = "at"
        milliwatts = "power_mw"
        [[columns]]
        file = "*.log.csv"
        timezone = "Europe/Berlin"
        start = "sent at"
        e2e_s = "latency"
        input_tokens = "prompt"
        output_tokens = "completion"
        success = "status"
        success_is = 200
        list = "results"
        decimal = ","
        [cost]
        gpu_hour = 2.50
        [capacity]
        rule = "within"
        statistic = "p95"
        near = 0
        max_failure_rate = 0.05
        [gate]
        max_regress = "5%"
        [gate.limits]
        throughput = "3%"
        ttft = "10%"
        generation_speed = "5%"
        e2e = "5%"
        tpot = "5%"
        itl = "5%"
        success_rate = "0.5%"
        energy = "5%"
        cost = "5%"
        capacity = "0%"
        [[use_case]]
        id = "general-chatbot"
        name = "General Chatbot"
        context = "32K"
        output_tokens = 1024
        max_ttft_s = 8
        min_speed = 15
        max_e2e_s = 2
        description = "…"
        [[file]]
        match = "*.json"
        concurrency = 8
        context = "32K"
        output_tokens = 1024
        scenario = "sweep"
        run = "2"
        ignore = false
        [[file]]
        match = "rate-*.json"
        request_rate = 0.5
        [reference]
        run = "../other"
        name = "without MTP"
        report_url = "https://example.org/other"
        [brand]
        name = "Example Labs"
        logo = "logo.svg"
        accent = "#0b6e4f"
        website = "https://example.org"
        report_url = "https://example.org/report"
        contact = "mailto:labs@example.org"
        footer = "For internal use"
        legal = "No warranty."
        [brand.fonts]
        regular = "Text-Regular.ttf"
        medium = "Text-Medium.ttf"
        semibold = "Text-SemiBold.ttf"
        bold = "Text-Bold.ttf"
        italic = "Text-Italic.ttf"
        display = "Display-Bold.ttf"
        mono = "Code-Regular.ttf"
        fallback = ["Han-Regular.otf"]
        [report]
        page = "letter"
        sections = ["method"]
        omit = ["percentiles"]
        [numbers]
        decimal = ","
        thousands = " "
        [limits]
        files = 20000
        cells = 6000
    "##;
    let config = parse(text, "gristmill.toml").expect("a configuration");
    assert_eq!(config.power.price_per_kwh, Some(1.0), "a whole number is a number");
    assert_eq!(config.capacity.rule, Rule::Within);
    assert_eq!(config.capacity.statistic, Statistic::P95);
    assert_eq!(config.use_case[0].max_ttft_s, Some(8.0));
    assert_eq!(config.reference.name.as_deref(), Some("without MTP"));

    // The file above names every key there is: a key that is added is added here, and so to the reference. Only the fields
    // of a mapping, a key for each unit, are named by the fields of records.
    let table = toml::de::DeTable::parse(text).expect("TOML");
    let named: std::collections::BTreeSet<_> =
        entries::entries(table.get_ref()).into_iter().map(|entry| entry.generic).collect();
    let fields: std::collections::BTreeSet<_> = RecordColumns::keys().map(|key| format!("columns[].{key}")).collect();
    let known = entries::known();
    assert!(named.is_subset(&known) && fields.is_subset(&known));
    assert_eq!(known.difference(&named).find(|key| !fields.contains(*key)), None);
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(parse("", "gristmill.toml"), Ok(Config::default()));
    assert_eq!(parse("\u{feff}# nothing\r\n", "gristmill.toml"), Ok(Config::default()));
}

#[test]
fn what_can_be_meant_in_one_way_only_is_taken() {
    let text = "date = 2026-02-06\r\n[[use_case]]\r\nid = \"chat\"\r\ncontext = 32768\r\nmin_speed = 1\r\n";
    let config = parse(text, "gristmill.toml").expect("a configuration");
    assert_eq!(config.date.as_deref(), Some("2026-02-06"));
    assert_eq!(config.use_case[0].context.as_deref(), Some("32768"));

    let table = "file = \"*.csv\"\ntime = 1\ntime_unit = \"s\"\nstart = 2026-01-15T08:00:00Z\nwatts = 3\n";
    let config = parse(&format!("[power.columns]\n{table}"), "gristmill.toml").expect("a configuration");
    assert_eq!(parse(&format!("[[power.columns]]\n{table}"), "gristmill.toml"), Ok(config.clone()), "a list of one");
    let columns = &config.power.columns[0];
    assert_eq!((columns.time.as_str(), columns.watts.as_deref()), ("1", Some("3")));
    assert_eq!(columns.start_ns(&config.timezone().expect("a zone")), Some(Some(1_768_464_000_000_000_000)));
}

#[test]
fn a_mapping_speaks_of_paths_and_of_names_alone() {
    let matches = |file: &str, name: &str| PowerColumns { file: file.into(), ..PowerColumns::default() }.matches(name);
    for file in ["power.csv", "*.csv", "logs/power.csv", "p?wer.csv", "logs/*"] {
        assert!(matches(file, "logs/power.csv"), "{file}");
    }
    assert!(!matches("power", "logs/power.csv"));
    assert!(!matches("other/power.csv", "logs/power.csv"));
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known_one() {
    let table = [
        ("titel = 1", "1:1: `titel`: nobody knows this key\nhint: the nearest known key is `title`"),
        (
            "[power]\nprice_per_kw = 1",
            "2:1: `power.price_per_kw`: nobody knows this key\nhint: the nearest known key is `price_per_kwh`",
        ),
        (
            "[cost]\n  pue = 1",
            "2:3: `cost.pue`: nobody knows this key\nhint: the nearest known key is `pue` in `[power]`",
        ),
        ("[modell]\nname = \"x\"", "1:2: `modell`: nobody knows this key\nhint: the nearest known key is `model`"),
        (
            "[[use_case]]\nid = \"a\"\n[[use_case]]\nid = \"b\"\nmax_ttft = 1",
            "5:1: `use_case[1].max_ttft`: nobody knows this key\nhint: the nearest known key is `max_ttft_s`",
        ),
        (
            "[power.columns]\nwatt = \"w\"",
            "2:1: `power.columns[0].watt`: nobody knows this key\nhint: the nearest known key is `watts`",
        ),
        (
            "[power]\nmilliwatts = \"w\"",
            "2:1: `power.milliwatts`: nobody knows this key\n\
             hint: the nearest known key is `milliwatts` in `[[power.columns]]`",
        ),
        (
            "min_speed = 5",
            "1:1: `min_speed`: nobody knows this key\nhint: the nearest known key is `min_speed` in `[[use_case]]`",
        ),
        (
            "[power]\ntitle = \"x\"",
            "2:1: `power.title`: nobody knows this key\nhint: the nearest known key is `title`, above the first table",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(error(text), format!("gristmill.toml:{expected}"));
    }
}

#[test]
fn wrong_types_say_what_was_found_and_expected() {
    let table = [
        (
            "[power]\nprice_per_kwh = \"0.1\"",
            "2:17: `power.price_per_kwh`: expected a number, found the text \"0.1\"\n\
             hint: write it without quotes and without a unit",
        ),
        (
            "[hardware]\ncount = 1.5",
            "2:9: `hardware.count`: expected a whole number from 0 on, found the number `1.5`\n\
             hint: write it without quotes and without a unit",
        ),
        (
            "[hardware]\ncount = -1",
            "2:9: `hardware.count`: expected a whole number from 0 on, found the number `-1`\n\
             hint: write it without quotes and without a unit",
        ),
        (
            "[engine]\nversion = 0.5",
            "2:11: `engine.version`: expected a text, found the number `0.5`\nhint: put it in quotes",
        ),
        (
            "[test]\nprompt_caching = \"no\"",
            "2:18: `test.prompt_caching`: expected `true` or `false`, found the text \"no\"\n\
             hint: write it without quotes",
        ),
        (
            "[capacity]\nrule = \"middle\"",
            "2:8: `capacity.rule`: expected `crossing` or `within`, found `middle`\nhint: write it as one of these",
        ),
        (
            "[power.columns]\nfile = \"a\"\ntime_unit = \"h\"",
            "3:13: `power.columns[0].time_unit`: expected one of `date-time`, `s`, `ms`, `us`, `ns`, found `h`\n\
             hint: write it as one of these",
        ),
        (
            "model = 5",
            "1:9: `model`: expected a table, found the number `5`\nhint: write its keys below a line like `[model]`",
        ),
        (
            "[use_case]\nid = \"a\"",
            "1:1: `use_case`: expected a list, found a table or a date\n\
             hint: write its tables with two brackets, as in `[[use_case]]`",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(error(text), format!("gristmill.toml:{expected}"));
    }
}

#[test]
fn what_is_no_toml_is_placed() {
    assert!(error("[model\nname = 1").starts_with("gristmill.toml:1:7: expected TOML, found what is none: "));
    assert!(error("title = \"ü\"\n ü = ").starts_with("gristmill.toml:2:2: "), "{}", error("title = \"ü\"\n ü = "));
    assert!(error("title = 1\ntitle = 2").contains("duplicate key"));
}

#[test]
fn values_that_cannot_stand_are_placed() {
    let use_case = |lines: &str| format!("[[use_case]]\nid = \"chat\"\n{lines}");
    let mapping = |lines: &str| format!("[power.columns]\n{lines}");
    let table = [
        ("date = \"2026-02-30\"".to_owned(), "1:8: `date`: expected a date, found `2026-02-30`"),
        ("date = \"6.2.2026\"".to_owned(), "1:8: `date`: expected a date, found `6.2.2026`"),
        ("[power]\nprice_per_kwh = -0.1".to_owned(), "2:17: `power.price_per_kwh`: expected 0 or more, found -0.1"),
        ("[power]\nprice_per_kwh = nan".to_owned(), "2:17: `power.price_per_kwh`: expected 0 or more, found NaN"),
        ("[power]\npue = 0.9".to_owned(), "2:7: `power.pue`: expected 1 or more, found 0.9"),
        ("[power]\npue = inf".to_owned(), "2:7: `power.pue`: expected 1 or more, found inf"),
        ("[power]\ntimezone = \"Mars\"".to_owned(), "2:12: `power.timezone`: expected a time zone, found `Mars`"),
        (mapping("time = \"t\"\nwatts = \"w\""), "1:1: `power.columns[0]`: it names no file"),
        (mapping("file = \"a\"\nwatts = \"w\""), "1:1: `power.columns[0]`: it names no column of times"),
        (
            mapping("file = \"a\"\ntime = \"t\""),
            "1:1: `power.columns[0]`: expected `watts` or `milliwatts`, one of the two",
        ),
        (
            mapping("file = \"a\"\ntime = 1\nwatts = \"w\""),
            "4:9: `power.columns[0].watts`: `1` and `w` are a column's number and another one's name",
        ),
        (
            mapping("file = \"a\"\ntime = \"t\"\nwatts = \"w\"\ntime_unit = \"s\"\nstart = \"noon\""),
            "6:9: `power.columns[0].start`: expected a date and a time of day, found `noon`",
        ),
        (
            mapping("file = \"a\"\ntime = \"t\"\nwatts = \"w\"\nstart = 2026-01-15T08:00:00"),
            "5:9: `power.columns[0].start`: the column `time` holds dates, and needs no start",
        ),
        ("[cost]\ngpu_hour = -1".to_owned(), "2:12: `cost.gpu_hour`: expected 0 or more, found -1"),
        ("[hardware]\ncount = 0".to_owned(), "2:9: `hardware.count`: expected at least 1, found 0"),
        ("[test]\noutput_tokens = 0".to_owned(), "2:17: `test.output_tokens`: expected at least 1, found 0"),
        ("[capacity]\nnear = 7".to_owned(), "2:8: `capacity.near`: expected a share from 0 up to 1, found 7"),
        (
            "[capacity]\nmax_failure_rate = 1.0".to_owned(),
            "2:20: `capacity.max_failure_rate`: expected a share from 0 up to 1, found 1",
        ),
        ("[brand]\naccent = \"green\"".to_owned(), "2:10: `brand.accent`: expected a colour, found `green`"),
        (
            "[brand]\nwebsite = \"javascript:alert(1)\"".to_owned(),
            "2:11: `brand.website`: expected an address that starts with `https://` or `http://`, found \
             `javascript:alert(1)`",
        ),
        (
            "[brand]\ncontact = \"javascript:alert(1)\"".to_owned(),
            "2:11: `brand.contact`: expected an e-mail address, a web address or text, found `javascript:alert(1)`",
        ),
        (use_case("min_speed = 1"), "1:1: `use_case[0]`: the use case `chat` has no context"),
        (use_case("context = \"1K\""), "1:1: `use_case[0]`: the use case `chat` has no threshold"),
        (
            use_case("context = \"many\"\nmin_speed = 1"),
            "3:11: `use_case[0].context`: expected a number of input tokens, found `many`",
        ),
        (
            use_case("context = \"1K\"\nmin_speed = 0"),
            "4:13: `use_case[0].min_speed`: expected a threshold above 0, found 0",
        ),
        (
            use_case("context = \"1K\"\nmin_speed = 1\n[[use_case]]\nid = \"chat\"\ncontext = 5\nmin_speed = 1"),
            "6:6: `use_case[1].id`: the use case `chat` stands here a second time",
        ),
        (
            "[[use_case]]\nid = \" x\"\ncontext = 1\nmin_speed = 1".to_owned(),
            "2:6: `use_case[0].id`: expected an id without control characters and spaces around it, found ` x`",
        ),
        (
            "[[use_case]]\nid = \"sweep\"\ncontext = 1\nmin_speed = 1".to_owned(),
            "2:6: `use_case[0].id`: `sweep` is the scenario of the context × concurrency grid, not of a use case",
        ),
        ("[[use_case]]\ncontext = 1\nmin_speed = 1".to_owned(), "1:1: `use_case[0].id`: a use case needs an id"),
    ];
    for (text, expected) in table {
        let error = error(&text);
        assert_eq!(error.lines().next(), Some(format!("gristmill.toml:{expected}").as_str()));
        assert!(error.contains("\nhint: "), "{error}");
    }
}

#[test]
fn contacts_may_be_text_and_mail() {
    for contact in
        ["Jane Doe, +49 30 1234", "mailto:labs@example.org", "https://example.org/us", "Phone: 1234", "a@b.c"]
    {
        let config = Config { brand: Brand { contact: Some(contact.into()), ..Brand::default() }, ..Config::default() };
        assert_eq!(config.problems(), [], "{contact}");
    }
}

#[test]
fn time_zones_are_names_or_offsets() {
    let offset = |timezone: &str| {
        let config = Config { power: Power { timezone: timezone.into(), ..Power::default() }, ..Config::default() };
        let july = jiff::civil::date(2026, 7, 1).at(12, 0, 0, 0);
        config.timezone().ok().map(|zone| zone.to_ambiguous_zoned(july).later().expect("a time").offset().seconds())
    };
    assert_eq!(offset("UTC"), Some(0));
    assert_eq!(offset("Europe/Berlin"), Some(7200));
    assert_eq!(offset("+02:00"), Some(7200));
    assert_eq!(offset("-05:30"), Some(-19800));
    assert_eq!(offset(""), None);
    assert_eq!(offset("Local"), None);
}
