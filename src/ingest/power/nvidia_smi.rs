//! `nvidia-smi --query-gpu=timestamp,…,power.draw --format=csv`, as it is printed or without units.

use super::ToldBy;
use super::table::{self, Column, Columns};
use super::time::Clock;
use crate::error::Result;
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use jiff::tz::TimeZone;

/// Columns that show the draw, the best first; never a limit.
const DRAWS: [&str; 3] = ["power.draw", "power.draw.average", "power.draw.instant"];

/// Columns that tell GPUs apart, the best first: a UUID does so across hosts too. nvidia-smi has no column `gpu`: where
/// there is one, a wrapper numbered the GPUs itself.
const IDS: [(ToldBy, &str); 6] = [
    (ToldBy::Uuid, "uuid"),
    (ToldBy::Uuid, "gpu_uuid"),
    (ToldBy::Index, "gpu"),
    (ToldBy::Index, "index"),
    (ToldBy::Bus, "pci.bus_id"),
    (ToldBy::Bus, "gpu_bus_id"),
];

/// The CSV that nvidia-smi prints.
pub struct NvidiaSmi;

impl Format for NvidiaSmi {
    fn name(&self) -> &'static str {
        "power log (nvidia-smi)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        table::begins_with(head, |cells| columns(cells, &TimeZone::UTC).is_some())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let zone = sink.config.timezone()?;
        table::read_with_header(stream, sink, &|cells| columns(cells, &zone))
    }
}

/// The columns of a header; none where it is none of a power log.
pub fn columns(cells: &[&str], zone: &TimeZone) -> Option<Columns> {
    // `power.draw [W]` is the column `power.draw`.
    let names: Vec<&str> =
        cells.iter().map(|cell| cell.split_once('[').map_or(*cell, |(name, _)| name).trim()).collect();
    let at = |name: &str| names.iter().position(|other| *other == name);
    let column = |name: &str| Some(Column { at: at(name)?, name: name.to_owned() });
    Some(Columns {
        gpu: IDS.into_iter().find_map(|(told_by, name)| Some((told_by, at(name)?))),
        model: at("name").or_else(|| at("gpu_name")),
        width: Some(names.len()),
        ..Columns::new(column("timestamp")?, Clock::Dates(zone.clone()), DRAWS.into_iter().find_map(column)?)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Gpu, Log};
    use super::*;
    use crate::config::Config;
    use crate::ingest::format::recognise;
    use crate::ingest::tests::{Memory, read};

    const PLAIN: &str = "timestamp, index, power.draw [W]\n\
        2026/01/15 08:00:00.000, 0, 100.50 W\n\
        2026/01/15 08:00:00.000, 1, 90.00 W\n\
        2026/01/15 08:00:02.000, 0, 101.50 W\n\
        2026/01/15 08:00:02.000, 1, [N/A]\n";

    fn log(text: &str) -> Log {
        read(&NvidiaSmi, &Memory::new("power.csv", text.as_bytes()), &Config::default(), false).unwrap().power.unwrap()
    }

    fn error(text: &str) -> String {
        let input = Memory::new("power.csv", text.as_bytes());
        read(&NvidiaSmi, &input, &Config::default(), false).unwrap_err().to_string()
    }

    fn draws(log: &Log) -> Vec<Vec<f64>> {
        super::super::draws(log).into_iter().map(|(_, watts)| watts).collect()
    }

    #[test]
    fn gpus_are_told_apart_and_missing_samples_are_left_out() {
        let log = log(PLAIN);
        assert_eq!(draws(&log), [vec![100.5, 101.5], vec![90.0]]);
        assert_eq!(log.gpus.keys().map(Gpu::name).collect::<Vec<_>>(), ["GPU 0", "GPU 1"]);
        assert_eq!(log.span_ns(), Some((1_768_464_000_000_000_000, 1_768_464_002_000_000_000)));
    }

    #[test]
    fn the_forms_of_a_log_give_the_same_samples() {
        let nounits = PLAIN.replace(" W", "");
        let header = "timestamp, index, power.draw [W]\n";
        let repeated = PLAIN.replacen("2026/01/15 08:00:02", &format!("{header}2026/01/15 08:00:02"), 1);
        let instant = PLAIN.replace("power.draw [W]", "power.draw.instant [W]");
        for (form, text) in [("nounits", nounits), ("repeated header", repeated), ("instant", instant)] {
            assert_eq!(draws(&log(&text)), draws(&log(PLAIN)), "{form}");
        }
    }

    #[test]
    fn a_limit_is_never_taken_for_a_draw() {
        let limit =
            Memory::new("power.csv", b"timestamp, index, power.limit [W]\n2026/01/15 08:00:00.000, 0, 700.00 W\n");
        assert!(recognise(&limit, &[&NvidiaSmi]).unwrap().is_none());
        let both = "timestamp, power.limit [W], power.draw [W]\n2026/01/15 08:00:00.000, 700.00 W, 100.00 W\n";
        assert_eq!(draws(&log(both)), [vec![100.0]]);
    }

    #[test]
    fn without_an_index_rows_of_one_time_are_different_gpus() {
        let order = "timestamp, power.draw [W]\n2026/01/15 08:00:00.000, 1 W\n2026/01/15 08:00:00.000, 2 W\n\
            2026/01/15 08:00:02.000, 3 W\n2026/01/15 08:00:02.000, 4 W\n2026/01/15 08:00:04.000, 5 W\n";
        assert_eq!(draws(&log(order)), [vec![1.0, 3.0, 5.0], vec![2.0, 4.0]]);
        let unclear = order.replacen("08:00:00.000", "08:00:00.003", 1);
        assert!(error(&unclear).contains("cannot be told apart"), "{}", error(&unclear));
    }

    #[test]
    fn a_clock_that_runs_backwards_is_put_in_order_with_a_warning() {
        let text = "timestamp, power.draw [W]\n2026/01/15 08:00:04.000, 1 W\n2026/01/15 08:00:02.000, 2 W\n";
        let input = Memory::new("power.csv", text.as_bytes());
        let findings = read(&NvidiaSmi, &input, &Config::default(), false).unwrap();
        assert_eq!(draws(&findings.power.unwrap()), [vec![2.0, 1.0]]);
        assert_eq!(
            findings.warnings[0].to_string(),
            "power.csv: its clock runs backwards 1 time; its samples were put in order of time"
        );
    }

    #[test]
    fn a_last_row_that_was_cut_off_is_left_out_and_other_rubbish_is_an_error() {
        let text = format!("{PLAIN}2026/01/15 08:00:0");
        let input = Memory::new("power.csv", text.as_bytes());
        let findings = read(&NvidiaSmi, &input, &Config::default(), false).unwrap();
        assert_eq!(draws(&findings.power.unwrap()), draws(&log(PLAIN)));
        assert_eq!(findings.warnings[0].to_string(), "power.csv:6: the last sample is cut short and was left out");
        assert!(error(&PLAIN.replace("90.00 W", "90 kW")).contains("expected watts"));
        assert!(error(&PLAIN.replace("08:00:02", "8 o'clock")).contains("expected a time"));
        assert!(error(&format!("{PLAIN}NVIDIA-SMI has failed\n")).contains("expected 3 cells"));
    }

    #[test]
    fn draws_that_no_gpu_has_are_counted_and_those_below_0_left_out() {
        let text = PLAIN.replace("90.00 W", "-5.00 W").replace("101.50 W", "2500.00 W").replace("[N/A]", "80.00 W");
        let findings = read(&NvidiaSmi, &Memory::new("power.csv", text), &Config::default(), false).unwrap();
        assert_eq!(draws(&findings.power.unwrap()), [vec![100.5, 2500.0], vec![80.0]]);
        assert_eq!(
            findings.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "power.csv: 1 sample is below 0 W; left out",
                "power.csv: 1 sample is above 2000 W, more than a GPU draws: look at the unit"
            ]
        );
        let text = PLAIN.replace("90.00 W", "1e308 W");
        let findings = read(&NvidiaSmi, &Memory::new("power.csv", text), &Config::default(), false).unwrap();
        assert_eq!(
            findings.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["power.csv: 1 sample is above 10^12 W, which nothing draws; left out"]
        );
        assert!(draws(&findings.power.unwrap()).concat().iter().all(|watts| *watts < 200.0));
    }

    #[test]
    fn gpus_that_would_pass_for_one_are_an_error() {
        let bursts = "timestamp, power.draw [W]\n2026/01/15 08:00:00.000, 1 W\n2026/01/15 08:00:00.003, 2 W\n\
            2026/01/15 08:00:02.000, 1 W\n2026/01/15 08:00:02.003, 2 W\n2026/01/15 08:00:04.000, 1 W\n\
            2026/01/15 08:00:04.003, 2 W\n2026/01/15 08:00:06.000, 2 W\n";
        assert!(error(bursts).contains("its rows come in bursts of one size"), "{}", error(bursts));
        let one_name = PLAIN.replace(".000, 1,", ".000, 0,");
        assert!(error(&one_name).contains("most rows of GPU 0 have a time that another one"), "{}", error(&one_name));
        // A wrapper that numbers the GPUs itself, beside an index that says nothing.
        let wrapped =
            PLAIN.replace("index", "gpu, index").replace(".000, 0,", ".000, 0, 0,").replace(".000, 1,", ".000, 1, 0,");
        assert_eq!(draws(&log(&wrapped)), draws(&log(PLAIN)));
    }

    #[test]
    fn a_line_of_the_shell_before_the_header_is_stepped_over() {
        let text = format!("nohup: ignoring input\n{PLAIN}");
        assert!(recognise(&Memory::new("power.csv", &text), &[&NvidiaSmi]).unwrap().is_some());
        assert_eq!(log(&text), log(PLAIN));
    }

    #[test]
    fn the_time_zone_is_that_of_the_configuration() {
        let mut config = Config::default();
        let input = Memory::new("power.csv", PLAIN.as_bytes());
        for zone in ["Europe/Berlin", "+01:00"] {
            config.power.timezone = zone.into();
            let log = read(&NvidiaSmi, &input, &config, false).unwrap().power.unwrap();
            assert_eq!(log.span_ns().unwrap().0, 1_768_460_400_000_000_000, "{zone}");
        }
        config.power.timezone = "Mars".into();
        assert!(read(&NvidiaSmi, &input, &config, false).is_err());
    }
}
