//! The columns of a record and their names.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Column {
    Scenario,
    ContextTokens,
    Concurrency,
    RequestRate,
    RequestId,
    Start,
    E2e,
    Ttft,
    Queue,
    Prefill,
    Itl,
    OutputChunks,
    InputTokens,
    OutputTokens,
    Success,
    Error,
    Warmup,
    Run,
    Case,
    Response,
    TtftEstimate,
}

/// Every column by its name, as the documentation spells it.
pub const COLUMNS: [(&str, Column); 21] = [
    ("scenario", Column::Scenario),
    ("context_tokens", Column::ContextTokens),
    ("concurrency", Column::Concurrency),
    ("request_rate", Column::RequestRate),
    ("request_id", Column::RequestId),
    ("start_s", Column::Start),
    ("e2e_ms", Column::E2e),
    ("ttft_ms", Column::Ttft),
    ("queue_ms", Column::Queue),
    ("prefill_ms", Column::Prefill),
    ("itl_ms", Column::Itl),
    ("output_chunks", Column::OutputChunks),
    ("input_tokens", Column::InputTokens),
    ("output_tokens", Column::OutputTokens),
    ("success", Column::Success),
    ("error", Column::Error),
    ("warmup", Column::Warmup),
    ("run", Column::Run),
    ("case", Column::Case),
    ("response", Column::Response),
    ("ttft_est_ms", Column::TtftEstimate),
];

/// Units that a time's name may end in, with the power of ten by which a second has more of them.
const UNITS: [(&str, u32); 4] = [("_s", 0), ("_ms", 3), ("_us", 6), ("_ns", 9)];

/// A column with the unit of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What it holds.
    pub column: Column,
    /// For times: a second has ten to the power of this of the unit. Else 0.
    pub exponent: u32,
}

impl Column {
    /// As the documentation spells it.
    pub fn name(self) -> &'static str {
        COLUMNS[self as usize].0
    }

    /// Every name it may have, with the unit of its values: a time's name ends in its unit.
    pub fn keys(self) -> impl Iterator<Item = (String, Option<&'static str>)> {
        let name = self.name();
        let stem = name.rsplit_once('_').map(|(stem, _)| stem).filter(|_| self.is_time());
        let timed = stem
            .into_iter()
            .flat_map(|stem| UNITS.iter().map(move |(unit, _)| (format!("{stem}{unit}"), Some(&unit[1..]))));
        stem.is_none().then(|| (name.to_owned(), None)).into_iter().chain(timed)
    }

    /// Whether it holds a point in time or a duration, so that its name ends in a unit.
    pub fn is_time(self) -> bool {
        use Column::{E2e, Itl, Prefill, Queue, Start, Ttft, TtftEstimate};
        matches!(self, Start | E2e | Ttft | Queue | Prefill | Itl | TtftEstimate)
    }
}

impl Field {
    /// Submissions as dates with a time of day.
    pub const DATES: Self = Self { column: Column::Start, exponent: u32::MAX };

    /// The column of that name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        COLUMNS.iter().find_map(|(known, column)| {
            if !column.is_time() {
                return (*known == name).then_some(Self { column: *column, exponent: 0 });
            }
            let (stem, _) = known.rsplit_once('_')?;
            let unit = name.strip_prefix(stem)?;
            let (_, exponent) = UNITS.iter().find(|(suffix, _)| *suffix == unit)?;
            Some(Self { column: *column, exponent: *exponent })
        })
    }
}

/// Whether columns or keys of these names are those of a record: at least two are known, and one of them says how
/// long a request took or how many tokens it had.
pub fn are_records<'n>(names: impl IntoIterator<Item = &'n str>) -> bool {
    let known: Vec<Column> = names.into_iter().filter_map(Field::named).map(|field| field.column).collect();
    let measures = [Column::E2e, Column::Ttft, Column::InputTokens, Column::OutputTokens];
    known.iter().any(|column| measures.contains(column)) && known.iter().any(|column| *column != known[0])
}

/// The name among `names` that a person may have meant by `wanted`; none where none is near.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let best = names.into_iter().max_by(|a, b| likeness(wanted, a).total_cmp(&likeness(wanted, b)))?;
    (likeness(wanted, best) >= 0.6).then_some(best)
}

/// The column that a name nobody knows is nearly the name of, among those that are not `present`; only close misses and
/// forgotten units (`ttft`), since columns of one's own are welcome.
pub fn misspelt(name: &str, present: impl Fn(Column) -> bool) -> Option<&'static str> {
    let mut absent = COLUMNS.iter().filter(|(_, column)| !present(*column)).map(|(known, _)| *known);
    absent.find(|known| likeness(known, name) >= 0.8)
}

/// How alike a name is to a known one, from 0 to 1; a name without its unit is the known one.
fn likeness(known: &str, name: &str) -> f64 {
    let (name, stem) = (name.to_lowercase(), known.rsplit_once('_').map_or(known, |(stem, _)| stem));
    if name == stem { 1.0 } else { strsim::normalized_damerau_levenshtein(&name, known) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_stands_at_its_own_place() {
        for (place, (name, column)) in COLUMNS.iter().enumerate() {
            assert_eq!(*column as usize, place, "{name}");
            assert_eq!(Field::named(name).map(|field| field.column), Some(*column));
        }
    }

    #[test]
    fn a_time_may_end_in_any_unit_and_nothing_else_may() {
        assert_eq!(Field::named("ttft_us"), Some(Field { column: Column::Ttft, exponent: 6 }));
        assert_eq!(Field::named("start_ns"), Some(Field { column: Column::Start, exponent: 9 }));
        assert_eq!(Field::named("ttft_est_s"), Some(Field { column: Column::TtftEstimate, exponent: 0 }));
        for name in ["ttft", "ttft_", "ttft_min", "concurrency_s", "TTFT_ms", ""] {
            assert_eq!(Field::named(name), None, "{name}");
        }
    }

    #[test]
    fn records_are_told_from_what_other_tools_write() {
        assert!(are_records(["ttft_ms", "concurrency"]));
        assert!(are_records(["input_tokens", "output_tokens"]));
        assert!(!are_records(["request_rate", "concurrency", "duration"]), "aggregates");
        assert!(!are_records(["ttft_s", "end_to_end_latency_s", "number_input_tokens"]), "another tool's requests");
        assert!(!are_records(["ttft_s", "ttft_s"]));
        assert!(!are_records([""; 0]));
    }

    #[test]
    fn the_nearest_name_is_one_that_a_person_may_have_meant() {
        assert_eq!(nearest("e2e_ms", ["e2e", "ttft_ms"]), Some("e2e"));
        assert_eq!(nearest("output_tokens", ["ouput_tokens", "input_tokens"]), Some("ouput_tokens"));
        assert_eq!(nearest("e2e_ms", ["scenario", "model"]), None);
        assert_eq!(misspelt("ttft", |_| false), Some("ttft_ms"));
        assert_eq!(misspelt("E2E_ms", |_| false), Some("e2e_ms"));
        assert_eq!(misspelt("ttft", |column| column == Column::Ttft), None, "given beside it");
        assert_eq!(misspelt("run_id", |_| false), None, "a column of one's own");
    }
}
