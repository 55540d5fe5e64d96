//! What the names of files and folders say of a level: `conc8`, `c10_ctx8192`, `isl1024_osl128`, `1u_32k`, `8k1k`.
//!
//! Names are what people made up, so only forms that are in use are read, and whatever is taken from one is reported.

use super::part::LevelFacts;
use crate::context::parse;
use crate::limits::is_rate;
use crate::record::Load;

/// What a name says, and what stands before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    /// The level.
    pub level: LevelFacts,
    /// The name up to its level, folders included: files that differ in it were sent for different things.
    pub stem: String,
}

/// Words that stand before a number of requests in flight.
const CONCURRENCY: [&str; 11] = [
    "concurrency",
    "conc",
    "max_concurrency",
    "num_concurrent_requests",
    "users",
    "user",
    "vus",
    "streams",
    "parallel",
    "np",
    "c",
];
/// Words that stand before a number of requests per second.
const RATE: [&str; 6] = ["request_rate", "rate", "qps", "rps", "req_s", "reqs"];
/// Words that stand before a number of input tokens.
const CONTEXT: [&str; 10] =
    ["isl", "ctx", "context", "input", "input_len", "in", "prompt", "random_input_len", "depth", "prefill"];
/// Words that stand before a number of output tokens.
const OUTPUT: [&str; 5] = ["osl", "output", "output_len", "out", "random_output_len"];
/// Words that stand before the number of a repeat.
const RUN: [&str; 4] = ["run", "repeat", "trial", "rep"];
/// Words before a number that says nothing of the level, but ends what stands before it.
const OTHER: [&str; 2] = ["stage", "num_prompts"];

/// Reads the name of an input below its run: `conc16/profile_export.jsonl`.
///
/// Of several names for one thing the innermost counts. `known` is the load that the file itself names, so that a bare
/// number in the name that repeats it (`rate-sweep-0.5`) is seen to be the level.
pub fn read(name: &str, known: Option<Load>) -> Named {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let mut components: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if let Some(last) = components.last_mut() {
        *last = without_extension(last);
    }
    // InferenceX puts this before the name of the file that it sums up.
    if let Some(last) = components.last_mut() {
        *last = last.strip_prefix("agg_").unwrap_or(last);
    }
    let mut named = Named::default();
    let mut stems = Vec::new();
    let mut found_below = false;
    for component in components.iter().rev() {
        let words = words(component);
        let said = said(&words, known);
        // Below a folder that names the level, a file is called as its tool calls it.
        if said.level_at.is_some() && stems.len() == 1 && !found_below {
            stems.clear();
        }
        found_below |= said.level_at.is_some();
        if is_sweep_folder(component) {
            // The files below it, and the tables beside it, are of the same sweep.
            stems.clear();
        }
        let end = said.level_at.unwrap_or(component.len());
        let stem = if is_sweep_folder(component) { "" } else { &component[..end] };
        stems.push(stem.trim_matches(|c: char| !c.is_alphanumeric()));
        let level = &mut named.level;
        level.load = level.load.or(said.facts.load);
        level.context = level.context.or(said.facts.context);
        level.output_tokens = level.output_tokens.or(said.facts.output_tokens);
        level.run = level.run.take().or(said.facts.run);
    }
    stems.reverse();
    stems.retain(|stem| !stem.is_empty());
    named.stem = stems.join("/");
    named
}

/// Whether a folder is one that `vllm bench sweep` makes for a combination of parameters.
fn is_sweep_folder(component: &str) -> bool {
    component.starts_with("SERVE-") && component.contains("-BENCH-")
}

fn without_extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.chars().any(char::is_alphabetic) => stem,
        _ => name,
    }
}

/// A run of letters (with `_` inside), or a number, with where it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Word<'n> {
    text: &'n str,
    start: usize,
    number: bool,
    /// Whether it touches the word before it: `conc8`, and not `conc-8`.
    glued: bool,
    /// Whether nothing but a separator, or the end, follows it.
    closed: bool,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Splits `c10_ctx8192` into `c`, `10`, `ctx`, `8192`.
fn words(component: &str) -> Vec<Word<'_>> {
    let bytes = component.as_bytes();
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let number = bytes[at].is_ascii_digit();
        if number {
            at = number_end(bytes, at);
        } else if is_letter(bytes[at]) {
            // Behind a number stands its unit, which ends at the first `_`: `32k_end`.
            let unit = start.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_digit());
            while at < bytes.len() && (is_letter(bytes[at]) || (!unit && inner_underscore(bytes, at))) {
                at += 1;
            }
        } else {
            at += 1;
            continue;
        }
        let glued = words.last().is_some_and(|last| last.end() == start);
        let closed = bytes.get(at).is_none_or(|next| !next.is_ascii_alphanumeric());
        words.push(Word { text: &component[start..at], start, number, glued, closed });
    }
    words
}

/// Bytes of a character beyond ASCII are letters, so that a word is never cut inside one.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

fn inner_underscore(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'_' && bytes.get(at + 1).is_some_and(|next| is_letter(*next))
}

/// The end of `10`, `0.5`, and of the first number of `1.2.3`.
fn number_end(bytes: &[u8], mut at: usize) -> usize {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    at = digits(at);
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at = digits(at + 1);
    }
    at
}

#[derive(Debug, Default)]
struct Said {
    facts: LevelFacts,
    /// Where the first word of the level begins.
    level_at: Option<usize>,
}

fn said(words: &[Word], known: Option<Load>) -> Said {
    let meanings: Vec<_> = (0..words.len()).map(|at| meaning(words, at, known)).collect();
    // `32k` alone may be part of a model's name; beside a level, or at the end, it is a context.
    let certain =
        |at: usize| matches!(&meanings[at], Some((_, meaning)) if !matches!(meaning, Meaning::BareContext(_)));
    let behind = |at: usize| match words.get(at + 2) {
        Some(word) if word.number => certain(at + 2),
        // `instruct_conc8` goes on with the model's name before it comes to the level.
        Some(word) => at + 3 < words.len() && !word.text.contains('_') && certain(at + 3),
        None => true,
    };
    let stands = |at: usize| behind(at) || (at.saturating_sub(3)..at).any(certain);
    let mut said = Said::default();
    for (at, word) in words.iter().enumerate() {
        let start = match &meanings[at] {
            Some((_, Meaning::BareContext(_))) if !stands(at) => continue,
            Some((start, meaning)) => {
                meaning.note(&mut said.facts);
                *start
            }
            None if is_mute(words, at) => word.start,
            None => continue,
        };
        said.level_at.get_or_insert(start);
    }
    said
}

/// What one number of a name says.
#[derive(Debug, Clone, PartialEq)]
enum Meaning {
    Load(Load),
    Context(u64),
    /// A context that no word announces: `32k`.
    BareContext(u64),
    Output(u64),
    Lengths(u64, u64),
    Run(String),
    Nothing,
}

impl Meaning {
    /// Notes it where nothing of its kind was found before.
    fn note(&self, facts: &mut LevelFacts) {
        match self {
            Meaning::Load(load) => facts.load = facts.load.or(Some(*load)),
            Meaning::Context(tokens) | Meaning::BareContext(tokens) => facts.context = facts.context.or(Some(*tokens)),
            Meaning::Output(tokens) => facts.output_tokens = facts.output_tokens.or(Some(*tokens)),
            Meaning::Lengths(input, output) => {
                facts.context = facts.context.or(Some(*input));
                facts.output_tokens = facts.output_tokens.or(Some(*output));
            }
            Meaning::Run(run) => facts.run = facts.run.take().or_else(|| Some(run.clone())),
            Meaning::Nothing => {}
        }
    }
}

/// What the number at `at` means, from the word before or behind it, and where that begins.
fn meaning(words: &[Word], at: usize, known: Option<Load>) -> Option<(usize, Meaning)> {
    let number = words[at];
    if !number.number {
        return None;
    }
    let behind = words.get(at + 1).filter(|word| word.glued && !word.number);
    let before = at.checked_sub(1).map(|at| words[at]).filter(|word| !word.number && begins(words, at - 1));
    let unit = behind.map(|word| word.text.to_ascii_lowercase());
    // `8k1k`: input and output tokens.
    if let (Some("k"), [input, _, output, last]) = (unit.as_deref(), words.get(at..at + 4).unwrap_or_default())
        && output.glued
        && output.number
        && last.glued
        && last.closed
        && last.text.eq_ignore_ascii_case("k")
        && (!number.glued)
    {
        let tokens = |word: &Word| parse(&format!("{}k", word.text));
        return Some((number.start, Meaning::Lengths(tokens(input)?, tokens(output)?)));
    }
    // A letter glued behind a number is part of it or its unit: `32k`, `8u`, `2qps`.
    if let Some(unit) = unit.as_deref() {
        let closed = behind.is_some_and(|word| word.closed);
        if matches!(unit, "k" | "m") && closed {
            let tokens = parse(&format!("{}{unit}", number.text));
            return match before {
                Some(word) if keyword(word, &OUTPUT).is_some() => {
                    Some((keyword(word, &OUTPUT)?, Meaning::Output(tokens?)))
                }
                Some(word) if keyword(word, &CONTEXT).is_some() => {
                    Some((keyword(word, &CONTEXT)?, Meaning::Context(tokens?)))
                }
                _ if !number.glued && unit == "k" => Some((number.start, Meaning::BareContext(tokens?))),
                _ => None,
            };
        }
        if closed && !number.glued {
            if matches!(unit, "u" | "users" | "user" | "vus") {
                return Some((number.start, Meaning::Load(concurrency(number.text)?)));
            }
            if matches!(unit, "qps" | "rps") {
                return Some((number.start, Meaning::Load(rate(number.text)?)));
            }
        }
        return None;
    }
    if !number.closed {
        return None;
    }
    if let Some(word) = before {
        // `ctx_8_gen_8` counts the GPUs that read prompts and those that write, as TensorRT-LLM calls them.
        let gpus = words.get(at + 1).is_some_and(|next| next.text.eq_ignore_ascii_case("gen"))
            && words.get(at + 2).is_some_and(|next| next.number);
        if let Some(start) = keyword(word, &["ctx"]).filter(|_| gpus) {
            return Some((start, Meaning::Nothing));
        }
        type Reads = fn(&str) -> Option<Meaning>;
        let kinds: [(&[&str], Reads); 6] = [
            (&CONCURRENCY, |text| concurrency(text).map(Meaning::Load)),
            (&RATE, |text| rate(text).map(Meaning::Load)),
            (&CONTEXT, |text| whole(text).map(Meaning::Context)),
            (&OUTPUT, |text| whole(text).map(Meaning::Output)),
            (&RUN, |text| Some(Meaning::Run(text.to_owned()))),
            (&OTHER, |_| Some(Meaning::Nothing)),
        ];
        for (list, reads) in kinds {
            // One or two letters mean something only where they touch the number.
            let start = keyword(word, list).filter(|start| word.end() - start > 2 || number.glued);
            if let Some(start) = start {
                return reads(number.text).map(|meaning| (start, meaning));
            }
        }
    }
    let repeats = known.is_some_and(|load| number.text.parse() == Ok(load.level()));
    (repeats && !number.glued).then_some((number.start, Meaning::Nothing))
}

/// Whether a word that belongs to a level without a number ends what stands before it: `infqps`, a time stamp.
fn is_mute(words: &[Word], at: usize) -> bool {
    let word = words[at];
    let stamp = word.number
        && word.text.len() == 8
        && words.get(at + 1).is_some_and(|next| next.number && next.text.len() == 6);
    stamp || (!word.glued && word.closed && matches!(word.text, "infqps" | "inf"))
}

/// Whether a word stands alone: not in the middle of `abc1def2`.
fn begins(words: &[Word], at: usize) -> bool {
    !words[at].glued || words[at.saturating_sub(1)].number
}

/// Where the word of the list begins that a word is, alone or at the end of `office_conc`.
fn keyword(word: Word, list: &[&str]) -> Option<usize> {
    let text = word.text.to_ascii_lowercase();
    let ends =
        |name: &&&str| text.strip_suffix(**name).is_some_and(|before| before.is_empty() || before.ends_with('_'));
    // The longest: `max_concurrency` rather than `concurrency`.
    list.iter().filter(ends).max_by_key(|name| name.len()).map(|name| word.end() - name.len())
}

fn concurrency(text: &str) -> Option<Load> {
    whole(text).map(Load::Concurrency)
}

fn rate(text: &str) -> Option<Load> {
    text.parse().ok().filter(|rate| is_rate(*rate)).map(Load::RequestRate)
}

fn whole(text: &str) -> Option<u64> {
    text.parse().ok().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, known: Option<Load>) -> String {
        let Named { level, stem } = read(name, known);
        let mut parts = vec![format!("[{stem}]")];
        parts.extend(level.load.map(|load| match load {
            Load::Concurrency(n) => format!("c={n}"),
            Load::RequestRate(rate) => format!("rate={rate}"),
        }));
        parts.extend(level.context.map(|tokens| format!("in={tokens}")));
        parts.extend(level.output_tokens.map(|tokens| format!("out={tokens}")));
        parts.extend(level.run.map(|run| format!("run={run}")));
        parts.join(" ")
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        let table = [
            ("conc8.json", "[] c=8"),
            ("c8.json", "[] c=8"),
            ("c10_ctx8192_start.txt", "[] c=10 in=8192"),
            ("quick_1u_32k_end.txt", "[quick] c=1 in=32768"),
            ("glm5_fp8_vllm_tp8_isl16384_osl128_conc4.json", "[glm5_fp8_vllm_tp8] c=4 in=16384 out=128"),
            ("sglang_fp4_mtp_tp4_conc10_isl8192_osl1024.json", "[sglang_fp4_mtp_tp4] c=10 in=8192 out=1024"),
            ("openai-infqps-concurrency8-deepseek-v4-flash-20260820-015608.json", "[openai] c=8"),
            ("vllm-2.0qps-Llama-3.1-8B-20240101-000000.json", "[vllm] rate=2"),
            ("SERVE--max_num_seqs=4-BENCH--max_concurrency=2-num_prompts=8/run=0.json", "[] c=2 run=0"),
            ("agg_kimik2.5_8k1k_int4_vllm_tp8-ep1_conc64_MI355-gbt350.json", "[kimik2.5] c=64 in=8192 out=1024"),
            ("conc16/profile_export_aiperf.json", "[] c=16"),
            ("sweep/concurrency4/profile_export.jsonl.gz", "[sweep] c=4"),
            ("warm/conc8.json", "[warm] c=8"),
            ("isl1024/conc8.json", "[] c=8 in=1024"),
            ("stage_3_lifecycle_metrics.json", "[]"),
            ("11-rate-sweep.json", "[11-rate-sweep]"),
            ("07-office-baseline.json", "[07-office-baseline]"),
            ("llama_3_3_70b_online_output.jsonl", "[llama_3_3_70b_online_output]"),
            ("Llama-3.1-8B_latency_bs8_in128_out128_float16.json", "[Llama-3.1-8B_latency_bs8] in=128 out=128"),
            ("日本8.json", "[日本8]"),
            ("Phi-3-mini-4k-instruct_conc8.json", "[Phi-3-mini-4k-instruct] c=8"),
            ("32k.json", "[] in=32768"),
            ("32k_c8.json", "[] c=8 in=32768"),
            ("vllm_c8_ctx1024.json", "[vllm] c=8 in=1024"),
            ("concurrency_16_req_rate_inf_gpus_16_ctx_8_gen_8.json", "[] c=16"),
        ];
        for (name, expected) in table {
            assert_eq!(shown(name, None), expected, "{name}");
        }
    }

    #[test]
    fn a_number_that_repeats_the_load_is_the_level() {
        assert_eq!(shown("11-rate-sweep-0.1.json", Some(Load::RequestRate(0.1))), "[11-rate-sweep]");
        assert_eq!(shown("office-8.json", Some(Load::Concurrency(8))), "[office]");
        assert_eq!(shown("office-8.json", Some(Load::Concurrency(9))), "[office-8]");
    }
}
