//! Samples as a log gives them, judged and put in order.

use super::{Gpu, Log, Sample, ToldBy};
use crate::error::{Error, Place, Result, Warning};
use crate::format::counted;
use crate::ingest::sink::Sink;
use crate::limits::MOST_OF_A_DRAW;
use std::collections::BTreeMap;

/// What no GPU draws, watts.
const MOST_WATTS: f64 = 2000.0;
/// What a log of GPUs that cannot be told apart should have shown.
const TELL_APART: &str = "log `index` or `uuid` too, or name the column that tells them apart as `device` in \
                          `[[power.columns]]` of the configuration";

/// When, and how many watts; none where the sample is missing.
pub type Reading = (i64, Option<f64>);

/// The readings of each GPU in the order of the file.
#[derive(Default)]
pub struct Samples {
    places: BTreeMap<Gpu, usize>,
    /// By the GPU's place.
    readings: Vec<Vec<Reading>>,
    sources: BTreeMap<Gpu, String>,
    negative: u64,
    beyond: u64,
    impossible: u64,
}

/// What a cell says was drawn: `132.54 W`, `132.54`; `Some(None)` where there is no sample (`[N/A]`), none where it
/// cannot be read.
pub fn draw(cell: &str) -> Option<Option<f64>> {
    let missing = || {
        cell.is_empty()
            || cell.starts_with('[')
            || ["N/A", "ERR!", "-", "nan", "none", "null"].iter().any(|word| cell.eq_ignore_ascii_case(word))
    };
    if !cell.starts_with(|c: char| c.is_ascii_digit()) && missing() {
        return Some(None);
    }
    let number = cell.strip_suffix('W').unwrap_or(cell).trim_end();
    number.parse().ok().filter(|draw: &f64| draw.is_finite()).map(Some)
}

impl Samples {
    /// Takes a reading. A draw below 0 or beyond all reason is none; one beyond what a GPU draws is taken and counted.
    pub fn add(&mut self, gpu: Gpu, at_ns: i64, watts: Option<f64>) {
        let place = self.place(gpu);
        self.add_at(place, at_ns, watts);
    }

    /// Where the readings of a GPU are kept: for [`Self::add_at`], which need not look for the GPU with every reading.
    pub fn place(&mut self, gpu: Gpu) -> usize {
        let next = self.readings.len();
        let place = *self.places.entry(gpu).or_insert(next);
        if place == next {
            self.readings.push(Vec::new());
        }
        place
    }

    /// As [`Self::add`], for the GPU at a place.
    pub fn add_at(&mut self, place: usize, at_ns: i64, watts: Option<f64>) {
        let negative = watts.is_some_and(|watts| watts < 0.0);
        // A sum over samples and seconds of them would be infinite.
        let impossible = watts.is_some_and(|watts| watts > MOST_OF_A_DRAW);
        self.negative += u64::from(negative);
        self.impossible += u64::from(impossible);
        self.beyond += u64::from(!impossible && watts.is_some_and(|watts| watts > MOST_WATTS));
        self.readings[place].push((at_ns, watts.filter(|_| !negative && !impossible)));
    }

    /// Takes a reading of a GPU that several sources may report: only those of its first source count.
    pub fn add_from(&mut self, source: &str, gpu: Gpu, at_ns: i64, watts: Option<f64>) {
        if self.sources.entry(gpu.clone()).or_insert_with(|| source.to_owned()) == source {
            self.add(gpu, at_ns, watts);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Gives the samples of each GPU to the sink, in order of time.
    ///
    /// Rows that are out of order are put in order with a warning: a clock that was set back, or a log that was put
    /// together by hand. Errors: GPUs that cannot be told apart.
    pub fn finish(mut self, file: &str, sink: &mut Sink) -> Result<()> {
        self.warnings(file, sink);
        let mut log = Log::default();
        let mut backwards = 0_u64;
        for (gpu, place) in self.places {
            let readings = std::mem::take(&mut self.readings[place]);
            backwards += readings.windows(2).filter(|pair| pair[1].0 < pair[0].0).count() as u64;
            let parts =
                if gpu.told_by == ToldBy::Order { in_order(gpu, readings, file)? } else { vec![(gpu, readings)] };
            for (gpu, mut readings) in parts {
                readings.sort_by_key(|(at_ns, _)| *at_ns);
                refuse_mixture(&gpu, &readings, file)?;
                let samples = readings.into_iter().filter_map(|(at_ns, watts)| Some(Sample { at_ns, watts: watts? }));
                log.gpus.insert(gpu, samples.collect());
            }
        }
        if backwards > 0 {
            let times = counted(backwards, "time", "times");
            let message = format!("its clock runs backwards {times}; its samples were put in order of time");
            sink.warn(Warning::at(Place::file(file), message));
        }
        sink.power(log);
        Ok(())
    }

    fn warnings(&self, file: &str, sink: &mut Sink) {
        if self.negative > 0 {
            let message = format!("{} below 0 W; left out", counted(self.negative, "sample is", "samples are"));
            sink.warn(Warning::at(Place::file(file), message));
        }
        if self.impossible > 0 {
            let samples = counted(self.impossible, "sample is", "samples are");
            let message = format!("{samples} above 10^12 W, which nothing draws; left out");
            sink.warn(Warning::at(Place::file(file), message));
        }
        if self.beyond > 0 {
            let samples = counted(self.beyond, "sample is", "samples are");
            let message = format!("{samples} above {MOST_WATTS} W, more than a GPU draws: look at the unit");
            sink.warn(Warning::at(Place::file(file), message));
        }
    }
}

/// GPUs that nothing but the order of their rows tells apart: as many as rows share each time.
fn in_order(gpu: Gpu, readings: Vec<Reading>, file: &str) -> Result<Vec<(Gpu, Vec<Reading>)>> {
    let sizes: Vec<usize> = readings.chunk_by(|a, b| a.0 == b.0).map(<[Reading]>::len).collect();
    let gpus = sizes.iter().copied().max().unwrap_or(1);
    // The last query may have been cut off.
    if sizes[..sizes.len().saturating_sub(1)].iter().any(|size| *size != gpus) {
        let message =
            format!("up to {gpus} rows have the same time, but not always as many: its GPUs cannot be told apart");
        return Err(Error::at(Place::file(file), message).hint(TELL_APART));
    }
    if gpus == 1 {
        return Ok(vec![(gpu, readings)]);
    }
    let mut parts: Vec<(Gpu, Vec<Reading>)> = (0..gpus)
        .map(|place| (Gpu { told_by: ToldBy::Order, id: format!("{} {place}", gpu.id) }, Vec::new()))
        .collect();
    for query in readings.chunk_by(|a, b| a.0 == b.0) {
        for (place, reading) in query.iter().enumerate() {
            parts[place].1.push(*reading);
        }
    }
    Ok(parts)
}

/// Several GPUs under one name would pass for one that draws what each of them draws.
fn refuse_mixture(gpu: &Gpu, readings: &[Reading], file: &str) -> Result<()> {
    let steps: Vec<i64> = readings.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let shared = steps.iter().filter(|step| **step == 0).count();
    let message = if 2 * shared > steps.len() {
        format!("most rows of {} have a time that another one of its rows has too: they show several GPUs", gpu.name())
    } else if gpu.told_by == ToldBy::Order && in_bursts(&steps) {
        "its rows come in bursts of one size: they show several GPUs, which cannot be told apart".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::at(Place::file(file), message).hint(TELL_APART))
}

/// Whether rows come a few at once, always as many: nvidia-smi asks one GPU after the other, milliseconds apart.
fn in_bursts(steps: &[i64]) -> bool {
    const FEWEST: usize = 3;
    let mut sorted = steps.to_vec();
    sorted.sort_unstable();
    let Some(usual) = sorted.get(steps.len().saturating_sub(1) / 2) else { return false };
    let long: Vec<usize> = (0..steps.len()).filter(|at| steps[*at] > 10 * usual).collect();
    let sizes: Vec<usize> = long.windows(2).map(|pair| pair[1] - pair[0]).collect();
    sizes.len() + 1 >= FEWEST && sizes[0] > 1 && sizes.iter().all(|size| *size == sizes[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sample_is_missing_and_what_is_no_number_cannot_be_read() {
        for cell in ["", "[N/A]", "[Not Supported]", "[Unknown Error]", "[GPU is lost]", "ERR!", "N/A", "-", "NaN"] {
            assert_eq!(draw(cell), Some(None), "{cell}");
        }
        assert_eq!(draw("132.54 W"), Some(Some(132.54)));
        assert_eq!(draw("132.54"), Some(Some(132.54)));
        assert_eq!(draw("0.00 W"), Some(Some(0.0)));
        for cell in ["inf", "about 5", "5 kW", "700 mW", "W"] {
            assert_eq!(draw(cell), None, "{cell}");
        }
    }

    #[test]
    fn bursts_of_one_size_are_several_gpus_and_stalls_are_none() {
        let times = |offsets: &[i64]| offsets.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
        let two_gpus: Vec<i64> = (0..5).flat_map(|query| [query * 1000, query * 1000 + 3]).collect();
        let eight_gpus: Vec<i64> = (0..5).flat_map(|query| (0..8).map(move |gpu| query * 1000 + 2 * gpu)).collect();
        let stalls = [0, 10, 20, 520, 530, 1030, 1040, 1050, 1060, 2060, 2070, 2080, 2090];
        let regular: Vec<i64> = (0..100).map(|row| row * 100 + row % 7).collect();
        assert!(in_bursts(&times(&two_gpus)));
        assert!(in_bursts(&times(&eight_gpus)));
        assert!(!in_bursts(&times(&regular)));
        assert!(!in_bursts(&times(&stalls)));
        assert!(!in_bursts(&times(&[0, 1000])));
        assert!(!in_bursts(&times(&[0])));
    }
}
