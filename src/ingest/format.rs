//! File formats: one new file and one line in [`FORMATS`] each.

use super::Input;
use super::aiperf;
use super::blocks::Blocks;
use super::cells::CellsCsv;
use super::engine::MetricPage;
use super::foreign;
use super::guidellm::{report::GuideLlmReport, table::GuideLlmTable};
use super::inference_benchmarker::InferenceBenchmarker;
use super::inference_perf;
use super::k6;
use super::llama_cpp::{batched, bench};
use super::llm_d::LlmDReport;
use super::llmperf;
use super::locust;
use super::mlperf;
use super::optimum_benchmark::OPTIMUM_BENCHMARK;
use super::power;
use super::records::{csv::RecordsCsv, json_array::RecordsJsonArray, json_lines::RecordsJsonLines};
use super::serving::{beside, inferencex::InferenceX, sglang::SglangServing, sweep::SweepTable, vllm::VllmServe};
use super::sink::Sink;
use super::stream::Stream;
use super::trtllm_bench;
use crate::error::{Error, Place, Result};
use std::ops::Range;

/// A file format that some tool writes.
pub trait Format: Sync {
    /// As reports and messages call it: `records (CSV)`.
    fn name(&self) -> &'static str;

    /// Whether `head` is the beginning of such a file: decided from its content, never from its name.
    ///
    /// Formats exclude each other. A damaged file of this format is still of this format: reading says what is wrong.
    fn recognizes(&self, head: &Head) -> bool;

    /// Reads a file from its start and gives what it holds to the sink.
    ///
    /// Called again for the second reading where the file held records, and must give the same records then.
    /// Errors: what [`Sink::bad`] passes on, and damage after which nothing more can be read.
    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()>;

    /// How a large file of this format is read in blocks, several at once; none where it is read from its start only.
    fn blocks(&self) -> Option<Blocks> {
        None
    }
}

/// Every format that is read.
pub static FORMATS: &[&dyn Format] = &[
    &RecordsCsv,
    &RecordsJsonLines,
    &RecordsJsonArray,
    &CellsCsv,
    &VllmServe,
    &SglangServing,
    &InferenceX,
    &SweepTable,
    &beside::PYTORCH,
    &beside::FAILURE,
    &beside::THROUGHPUT,
    &beside::LATENCY,
    &beside::SERVER_INFO,
    &beside::NOTES,
    &MetricPage,
    &aiperf::requests::AiperfRequests,
    &aiperf::summary::AiperfSummary,
    &aiperf::table::AiperfTable,
    &aiperf::beside::SERVER_METRICS,
    &aiperf::beside::TIMESLICES,
    &aiperf::beside::RAW,
    &aiperf::beside::INPUTS,
    &aiperf::beside::GENAI_PERF_RAW,
    &inference_perf::lifecycle::Lifecycle,
    &inference_perf::requests::Requests,
    &inference_perf::configuration::Configuration,
    &llmperf::requests::LlmperfRequests,
    &llmperf::summary::LlmperfSummary,
    &LlmDReport,
    &GuideLlmReport,
    &GuideLlmTable,
    &bench::LlamaBenchJson,
    &bench::LlamaBenchCsv,
    &bench::LlamaBenchSql,
    &batched::LlamaBatchedBench,
    &inference_perf::VALIDATION,
    &InferenceBenchmarker,
    &trtllm_bench::report::TrtllmReport,
    &trtllm_bench::requests::TrtllmRequests,
    &mlperf::MlperfSummary,
    &mlperf::DETAIL,
    &OPTIMUM_BENCHMARK,
    &locust::LocustStats,
    &locust::HISTORY,
    &locust::FAILURES,
    &k6::summary::K6Summary,
    &k6::samples::K6Csv,
    &k6::samples::K6Json,
    &power::nvidia_smi::NvidiaSmi,
    &power::nvidia_smi_headerless::NvidiaSmiHeaderless,
    &power::dmon::Dmon,
    &power::dcgmi_dmon::DCGMI_DMON,
    &power::dcgm_exporter::DcgmExporter,
    &power::amd_smi::AmdSmi,
    &power::amd_smi::AMD_SMI_READING,
    &power::amd_smi::AMD_SMI_JSON,
    &power::rocm_smi::ROCM_SMI,
    &power::aiperf_telemetry::AiperfTelemetry,
    &power::code_carbon::CODE_CARBON,
    &power::zeus::ZEUS,
];

/// The beginning of a file, for recognising it.
#[derive(Debug, Clone)]
pub struct Head {
    text: String,
    /// The first bytes as they are.
    start: Vec<u8>,
    utf16: bool,
    /// Whether the file goes on.
    cut: bool,
    /// Where in the text the outermost keys of JSON stand: nearly every format asks for them.
    keys: Vec<Range<usize>>,
}

impl Head {
    const LENGTH: usize = 64 << 10;
    /// As far as a tar archive keeps its mark.
    const START: usize = 512;

    /// Reads the beginning of a file. Errors: it cannot be read or decompressed.
    pub fn read(input: &dyn Input) -> Result<Self> {
        Self::of(&mut Stream::open(input)?)
    }

    /// The beginning of a stream that nothing was consumed of yet. Errors: those of [`Stream::read_more`].
    pub fn of(stream: &mut Stream) -> Result<Self> {
        while stream.unread().len() < Self::LENGTH && stream.read_more()? {}
        let bytes = stream.unread();
        let cut = bytes.len() > Self::LENGTH || !stream.ended();
        let bytes = &bytes[..bytes.len().min(Self::LENGTH)];
        let start = bytes[..bytes.len().min(Self::START)].to_vec();
        let (text, utf16) = match utf16(bytes) {
            Some(text) => (text, true),
            None => (String::from_utf8_lossy(bytes).into_owned(), false),
        };
        let keys = keys(&text);
        Ok(Self { text, start, utf16, cut, keys })
    }

    /// Whether the file begins with these bytes.
    pub fn starts_with(&self, bytes: &[u8]) -> bool {
        self.start.starts_with(bytes)
    }

    /// Whether these bytes stand there, within the first 512.
    pub fn has_at(&self, offset: usize, bytes: &[u8]) -> bool {
        self.start.get(offset..).is_some_and(|rest| rest.starts_with(bytes))
    }

    /// Its text; bytes that are no text are replaced.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The cells of its first line that is not empty, trimmed and unquoted.
    pub fn header(&self) -> Vec<&str> {
        self.rows().next().unwrap_or_default()
    }

    /// The same of each of its lines that is not empty, without one that goes on behind the head.
    pub fn rows(&self) -> impl Iterator<Item = Vec<&str>> {
        let whole = self.text.rfind('\n').filter(|_| self.cut).unwrap_or(self.text.len());
        let lines = self.text[..whole].lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| line.split(',').map(|cell| cell.trim().trim_matches('"').trim()).collect())
    }

    /// Whether it begins as a JSON array does.
    pub fn is_array(&self) -> bool {
        self.text.trim_start().starts_with('[')
    }

    /// Whether it is a JSON array without an element.
    pub fn is_empty_array(&self) -> bool {
        self.text.trim().strip_prefix('[').is_some_and(|rest| rest.trim_start() == "]")
    }

    /// The keys of the objects at its top level or in its array, in order; empty where it begins otherwise.
    pub fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(|key| &self.text[key.clone()]).collect()
    }

    /// The keys at the left edge of a YAML document, in order; empty for JSON.
    pub fn yaml_keys(&self) -> Vec<&str> {
        if self.text.trim_start().starts_with(['{', '[']) {
            return Vec::new();
        }
        let keys = self.text.lines().filter_map(|line| line.split_once(':'));
        let keys = keys.filter(|(_, value)| value.is_empty() || value.starts_with([' ', '\r']));
        keys.map(|(key, _)| key.trim_matches(['"', '\''])).filter(|key| is_plain(key)).collect()
    }

    /// The outermost keys of a document that may be JSON or YAML.
    pub fn document_keys(&self) -> Vec<&str> {
        let keys = self.keys();
        if keys.is_empty() { self.yaml_keys() } else { keys }
    }
}

/// Whether a text is a plain key, without indentation.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The format of a file; none where nobody recognises it.
///
/// Errors: it cannot be read; two formats claim it; it is UTF-16 and would be recognised if it were UTF-8.
pub fn recognise(input: &dyn Input, formats: &[&'static dyn Format]) -> Result<Option<&'static dyn Format>> {
    let head = Head::read(input)?;
    if let Some(foreign) = foreign::recognise(&head) {
        return Ok(Some(foreign));
    }
    let claims: Vec<_> = formats.iter().copied().filter(|format| format.recognizes(&head)).collect();
    let place = || Place::file(input.name());
    match claims[..] {
        [_] if head.utf16 => Err(Error::at(place(), "is UTF-16 text; expected UTF-8").hint(
            "convert it, for example with `iconv -f UTF-16 -t UTF-8 OLD > NEW`, or in PowerShell with \
             `Get-Content OLD | Set-Content -Encoding utf8 NEW`",
        )),
        [] => Ok(None),
        [format] => Ok(Some(format)),
        [first, second, ..] => {
            let message = format!("can be read as {} and as {}", first.name(), second.name());
            Err(Error::at(place(), message).hint("take out of the file what belongs to the other format"))
        }
    }
}

/// The text of UTF-16 bytes, told by the byte order mark or, without one, by zeros in every other byte.
fn utf16(bytes: &[u8]) -> Option<String> {
    let zeros =
        |offset: usize| bytes.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count() * 4 > bytes.len();
    let from: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ if zeros(1) && !zeros(0) => u16::from_le_bytes,
        _ if zeros(0) && !zeros(1) => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units).trim_start_matches('\u{feff}').to_owned())
}

/// Where the keys of the outermost objects stand, read as far as the text goes; never fails, since the head ends anywhere.
fn keys(text: &str) -> Vec<Range<usize>> {
    let objects = text.trim_start();
    let objects = objects.strip_prefix('[').unwrap_or(objects).trim_start();
    let mut keys = Vec::new();
    if !objects.starts_with('{') {
        return keys;
    }
    let bytes = text.as_bytes();
    let (mut depth, mut key_follows, mut at) = (0_usize, false, text.len() - objects.len());
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let length = string_length(&bytes[at + 1..]);
                if depth == 1 && key_follows {
                    keys.push(at + 1..at + 1 + length);
                    key_follows = false;
                }
                at += length + 1;
            }
            opening @ (b'{' | b'[') => {
                depth += 1;
                key_follows = depth == 1 && opening == b'{';
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => key_follows = true,
            _ => {}
        }
        at += 1;
    }
    keys
}

/// Bytes before the quote that ends a JSON string; all where none does.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    fn head(bytes: &[u8]) -> Head {
        Head::read(&Memory::new("a", bytes)).unwrap()
    }

    #[test]
    fn the_keys_are_those_of_the_outermost_objects() {
        assert_eq!(
            head(br#"{"a": {"b": 1}, "c\"d": ["e", {"f": "}"}], "g": "x"} {"h": 1}"#).keys(),
            ["a", r#"c\"d"#, "g", "h"]
        );
        assert_eq!(head(br#" [ {"a": "b", "c": NaN, "d"#).keys(), ["a", "c", "d"], "cut off anywhere");
        assert_eq!(head(br#"["a", {"b": 1}]"#).keys(), [""; 0]);
        assert_eq!(head(b"a,b").keys(), [""; 0]);
    }

    #[test]
    fn the_keys_of_yaml_stand_at_the_left_edge() {
        let text = b"# a: note\nversion: '0.1'\nresults:\n  inner: 1\n- item: 2\n\"load\":\r\ntime 12:30: x\n";
        assert_eq!(head(text).yaml_keys(), ["version", "results", "load"]);
        assert_eq!(head(text).document_keys(), head(text).yaml_keys());
        assert_eq!(head(b"{\"a\": 1,\nb: 2}").yaml_keys(), [""; 0]);
        assert_eq!(head(b"{\"a\": 1}").document_keys(), ["a"]);
    }

    #[test]
    fn utf_16_is_told_with_and_without_its_mark() {
        let little: Vec<u8> = "ttft_ms,e2e_ms".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}ttft_ms,e2e_ms".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let head = head(&bytes);
            assert!(head.utf16);
            assert_eq!(head.header(), ["ttft_ms", "e2e_ms"]);
        }
        assert!(!head(b"ttft_ms,e2e_ms").utf16);
        assert!(!head(&[0; 64]).utf16);
    }

    struct Anything(&'static str);

    impl Format for Anything {
        fn name(&self) -> &'static str {
            self.0
        }
        fn recognizes(&self, head: &Head) -> bool {
            !head.is_empty()
        }
        fn read(&self, _: &mut Stream, _: &mut Sink) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_file_that_two_formats_claim_is_an_error_that_names_both() {
        let input = Memory::new("run/a.csv", b"a");
        let error = recognise(&input, &[&Anything("records"), &Anything("a power log")]).err().unwrap();
        assert!(error.to_string().starts_with("run/a.csv: can be read as records and as a power log"), "{error}");
        assert!(recognise(&input, &[]).unwrap().is_none());
        assert_eq!(recognise(&input, &[&Anything("records")]).unwrap().map(Format::name), Some("records"));
    }
}
