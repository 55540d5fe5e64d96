//! What amd-smi prints: `amd-smi metric -p -w 1 --csv` is a power log, its energy counters and descriptions are none.

use super::ToldBy;
use super::table::{self, Column, Columns};
use super::time::Clock;
use crate::error::Result;
use crate::ingest::format::{Format, Head};
use crate::ingest::set_aside::SetAside;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use jiff::tz::TimeZone;

/// `amd-smi metric -p -w 1 --csv`: a line or two before the header, and the header again every so often.
pub struct AmdSmi;

impl Format for AmdSmi {
    fn name(&self) -> &'static str {
        "power log (amd-smi)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        table::begins_with(head, |cells| columns(cells, &TimeZone::UTC).is_some())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let zone = sink.config.timezone()?;
        table::read_with_header(stream, sink, &|cells| columns(cells, &zone))
    }
}

/// The columns of a header. `power_management`, which says whether it is enabled, is no draw.
fn columns(cells: &[&str], zone: &TimeZone) -> Option<Columns> {
    let at = |name: &str| cells.iter().position(|other| *other == name);
    let column = |name: &str| Some(Column { at: at(name)?, name: name.to_owned() });
    Some(Columns {
        gpu: at("gpu").map(|at| (ToldBy::Index, at)),
        ..Columns::new(column("timestamp")?, Clock::DatesOrSeconds(zone.clone()), column("socket_power")?)
    })
}

/// `amd-smi metric -E --csv`, or a single reading of the draw.
pub static AMD_SMI_READING: SetAside = SetAside {
    name: "GPU reading (amd-smi)",
    recognizes: |head| {
        table::begins_with(head, |cells| {
            let has = |name: &str| cells.contains(&name);
            has("gpu")
                && (has("total_energy_consumption") || has("socket_power"))
                && columns(cells, &TimeZone::UTC).is_none()
        })
    },
    reason: "it holds energy counters or a reading without a time: neither can be joined to a cell",
};

/// `amd-smi static --json` or `amd-smi metric --json`: what the GPUs are, or one reading of them.
pub static AMD_SMI_JSON: SetAside = SetAside {
    name: "GPU description (amd-smi)",
    recognizes: |head| {
        let keys = head.keys();
        keys.contains(&"gpu_data") || (keys.contains(&"gpu") && keys.contains(&"asic"))
    },
    reason: "it describes the GPUs, and holds no draws over time",
};

#[cfg(test)]
mod tests {
    use super::super::draws;
    use super::*;
    use crate::config::Config;
    use crate::ingest::tests::{Memory, read};

    #[test]
    fn the_draw_is_that_of_the_socket_after_any_preamble_and_between_headers() {
        let header = "timestamp,gpu,gfx_activity,socket_power,gfx_voltage,power_management,gfx_0_clk\n";
        let text = format!(
            "'CTRL' + 'C' to stop watching output:\n{header}1768464000,0,5,550,700,ENABLED,2100\n\
             1768464000,1,5,N/A,N/A,ENABLED,2100\n{header}1768464001,0,5,552,700,ENABLED,2100\n"
        );
        let input = Memory::new("amd.csv", text);
        assert!(AmdSmi.recognizes(&Head::read(&input).unwrap()));
        let log = read(&AmdSmi, &input, &Config::default(), false).unwrap().power.unwrap();
        assert_eq!(draws(&log), [("GPU 0".to_owned(), vec![550.0, 552.0]), ("GPU 1".to_owned(), vec![])]);
        assert_eq!(log.span_ns(), Some((1_768_464_000_000_000_000, 1_768_464_001_000_000_000)));
    }

    #[test]
    fn what_has_no_time_or_no_draw_is_no_log() {
        let claims = |text: &str| {
            let head = Head::read(&Memory::new("amd", text)).unwrap();
            [AmdSmi.recognizes(&head), AMD_SMI_READING.recognizes(&head), AMD_SMI_JSON.recognizes(&head)]
        };
        assert_eq!(claims("timestamp,gpu,socket_power\n"), [true, false, false]);
        assert_eq!(claims("gpu,socket_power,total_energy_consumption\n"), [false, true, false]);
        assert_eq!(claims("timestamp,gpu,total_energy_consumption\n"), [false, true, false]);
        assert_eq!(claims("timestamp,gpu,power_management\n"), [false, false, false]);
        assert_eq!(claims("{\"gpu_data\": [{\"gpu\": 0}]}"), [false, false, true]);
        assert_eq!(claims("[{\"gpu\": 0, \"asic\": {}}]"), [false, false, true]);
    }
}
