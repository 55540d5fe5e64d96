//! Several runs that nothing tells apart, so that they count as one run of a cell: seen by long breaks between them or, where
//! their clocks start at the same moment, by more requests in flight than the level says.
//!
//! Throughput counts from a run's first submission to its last end. Where most of that time passed without any request, it says
//! nothing. After the first reading the runs are known whose requests cannot have filled half of their window
//! ([`may_rest`]): no others are looked at again. The second reading notes of each of 64 equal parts of the window when a
//! request was under way that was sent in it. That takes the same room for any number of requests, and comes out the same
//! in any order of them.

use super::{CellKey, Window};
use crate::record::{Load, Record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Parts of a window.
const PARTS: usize = 64;

/// A pause that is no longer is part of a test: a server that warms up, a script between two steps.
const SHORTEST_PS: i128 = 60 * 1_000_000_000_000;

/// At a request rate, pauses that are no longer than so many mean distances between two requests are chance.
const USUAL_DISTANCES: f64 = 10.0;

/// One run of a cell that passed most of its time without a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// The cell.
    pub key: CellKey,
    /// When requests were under way, in order: at least two.
    pub stretches: Vec<Stretch>,
}

/// Part of a run between two breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// First submission to last end.
    pub window: Window,
    /// Numbers of the sources that its requests come from.
    pub files: BTreeSet<usize>,
}

/// Whether `requests` that took `busy_s` together may have left more than half of the window empty.
///
/// With `c` in flight at most they fill at least `busy_s / c` of it; at a rate they fill what they need to be sent.
pub fn may_rest(window: Window, load: Load, requests: u64, busy_s: f64) -> bool {
    let filled_s = match load {
        Load::Concurrency(level) => busy_s / level as f64,
        Load::RequestRate(rate) => requests as f64 / rate,
    };
    window.end_ps - window.start_ps > SHORTEST_PS && filled_s < window.span_s() / 2.0
}

/// A run of a cell with more requests in flight than its level says.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowded {
    /// The cell.
    pub key: CellKey,
    /// Requests in flight on average (Little's law): what they took together over the window.
    pub in_flight: f64,
}

impl Crowded {
    /// Of a run whose requests took `busy_s` together; none where they fit into the level, with a margin for times that were
    /// rounded to seconds.
    pub fn of(key: &CellKey, window: Window, busy_s: f64) -> Option<Self> {
        const MOST: f64 = 1.25;
        const ROUNDED_S: f64 = 2.0;
        let Load::Concurrency(level) = key.load else { return None };
        let crowded = busy_s > MOST * level as f64 * (window.span_s() + ROUNDED_S);
        crowded.then(|| Self { key: key.clone(), in_flight: busy_s / window.span_s() })
    }

    /// How many times the level it is.
    pub fn times_the_level(&self) -> f64 {
        self.in_flight / self.key.load.level()
    }
}

/// When the requests of a run were under way.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Activity {
    window: Window,
    /// First submission to last end of the requests that were sent in each part of the window.
    parts: Vec<Option<Window>>,
    /// In which parts each source has requests, by bit.
    files: BTreeMap<usize, u64>,
}

impl Activity {
    /// Of a run of which nothing was seen again yet.
    pub fn within(window: Window) -> Self {
        Self { window, parts: vec![None; PARTS], files: BTreeMap::new() }
    }

    /// Sees a request again, a failed one too: a server that fails is not at rest. One outside the window's successes is no
    /// part of it.
    pub fn add(&mut self, record: &Record, file: usize) {
        let Some(start_ps) =
            record.start_ps.filter(|start| (self.window.start_ps..=self.window.end_ps).contains(start))
        else {
            return;
        };
        let end_ps = start_ps.saturating_add((record.e2e_s.unwrap_or_default() * 1e12) as i128);
        let seen = Window { start_ps, end_ps };
        let share = (start_ps - self.window.start_ps) as f64 / (self.window.end_ps - self.window.start_ps) as f64;
        let at = ((share * PARTS as f64) as usize).min(PARTS - 1);
        let part = &mut self.parts[at];
        *part = Some(part.map_or(seen, |known| known.union(seen)));
        *self.files.entry(file).or_default() |= 1 << at;
    }

    /// Whether another one looks at the same window.
    pub fn asks_as(&self, other: &Self) -> bool {
        self.window == other.window
    }

    /// Adds what was seen of the same run in one file, whatever its number was there; it has this one here.
    pub fn merge_file(&mut self, mut other: Self, file: usize) {
        let parts = other.files.values().fold(0, |all, parts| all | parts);
        other.files = BTreeMap::from([(file, parts)]);
        self.merge(other);
    }

    /// Adds what was seen elsewhere of the same run.
    pub fn merge(&mut self, other: Self) {
        for (part, more) in self.parts.iter_mut().zip(other.parts) {
            *part = match (*part, more) {
                (Some(a), Some(b)) => Some(a.union(b)),
                (a, b) => a.or(b),
            };
        }
        for (file, parts) in other.files {
            *self.files.entry(file).or_default() |= parts;
        }
    }

    /// What lies between the breaks, where these take more than half of the window.
    pub fn stretches(&self, load: Load) -> Option<Vec<Stretch>> {
        let usual_ps = match load {
            Load::Concurrency(_) => 0,
            Load::RequestRate(rate) => (USUAL_DISTANCES / rate * 1e12) as i128,
        };
        let mut stretches: Vec<(Window, u64)> = Vec::new();
        let mut rest_ps = 0;
        for (at, part) in self.parts.iter().enumerate() {
            let Some(part) = *part else { continue };
            match stretches.last_mut() {
                Some((known, parts)) if part.start_ps - known.end_ps <= SHORTEST_PS.max(usual_ps) => {
                    *known = known.union(part);
                    *parts |= 1 << at;
                }
                last => {
                    rest_ps += last.map_or(0, |(known, _)| part.start_ps - known.end_ps);
                    stretches.push((part, 1 << at));
                }
            }
        }
        let files = |parts: u64| self.files.iter().filter(move |(_, own)| *own & parts != 0).map(|(file, _)| *file);
        let stretch = |(window, parts)| Stretch { window, files: files(parts).collect() };
        (2 * rest_ps > self.window.end_ps - self.window.start_ps).then(|| stretches.into_iter().map(stretch).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i128 = 1_000_000_000_000;
    const ONE: Load = Load::Concurrency(1);

    fn window(start_s: i128, end_s: i128) -> Window {
        Window { start_ps: start_s * SECOND, end_ps: end_s * SECOND }
    }

    /// Requests of a second each, as `(file, second of submission)`.
    fn seen(all: Window, requests: &[(usize, i128)]) -> Activity {
        let mut activity = Activity::within(all);
        for (file, start_s) in requests {
            let record = Record { start_ps: Some(start_s * SECOND), e2e_s: Some(1.0), ..Record::default() };
            activity.add(&record, *file);
        }
        activity
    }

    fn spans(stretches: Option<Vec<Stretch>>) -> Vec<(i128, i128, Vec<usize>)> {
        let stretches = stretches.unwrap_or_default().into_iter();
        let second = |ps: i128| ps / SECOND;
        stretches.map(|s| (second(s.window.start_ps), second(s.window.end_ps), s.files.into_iter().collect())).collect()
    }

    #[test]
    fn only_a_run_that_its_requests_cannot_fill_is_looked_at() {
        assert!(!may_rest(window(0, 100), ONE, 90, 90.0));
        assert!(may_rest(window(0, 100), ONE, 40, 40.0));
        assert!(may_rest(window(0, 100), Load::Concurrency(4), 90, 90.0), "each of four is busy for 22.5 s");
        assert!(!may_rest(window(0, 60), ONE, 1, 1.0), "no break of a minute fits in");
        assert!(!may_rest(window(0, 1000), Load::RequestRate(0.1), 100, 1.0), "a rate leaves pauses");
        assert!(may_rest(window(0, 10_000), Load::RequestRate(0.1), 100, 1.0));
    }

    #[test]
    fn more_in_flight_than_the_level_says_is_told() {
        let key = |load| CellKey { scenario: "sweep".into(), context: None, load };
        let crowded = |load, busy_s| Crowded::of(&key(load), window(0, 100), busy_s).map(|run| run.times_the_level());
        assert_eq!(crowded(Load::Concurrency(4), 800.0), Some(2.0));
        assert_eq!(crowded(Load::Concurrency(4), 500.0), None, "times may be rounded");
        assert_eq!(crowded(Load::RequestRate(4.0), 800.0), None, "a rate limits nothing");
    }

    #[test]
    fn two_files_hours_apart_are_two_stretches() {
        let requests: Vec<_> = (0..50).map(|s| (0, s)).chain((7200..7250).map(|s| (3, s))).collect();
        let whole = window(0, 7250);
        let expected = [(0, 50, vec![0]), (7200, 7250, vec![3])];
        assert_eq!(spans(seen(whole, &requests).stretches(ONE)), expected);

        let (even, odd): (Vec<_>, Vec<_>) = requests.into_iter().partition(|(_, s)| s % 2 == 0);
        let mut merged = seen(whole, &odd);
        merged.merge(seen(whole, &even));
        assert_eq!(spans(merged.stretches(ONE)), expected, "in any order");
    }

    #[test]
    fn three_equal_breaks_count_together() {
        let starts = [0, 3600, 7200, 10_800];
        let requests: Vec<_> = starts.iter().flat_map(|start| (0..600).map(move |s| (0, start + s))).collect();
        assert_eq!(seen(window(0, 11_400), &requests).stretches(ONE).map(|s| s.len()), Some(4));
    }

    #[test]
    fn pauses_that_belong_to_a_test_are_no_breaks() {
        let every = |step: usize| (0..3600).step_by(step).map(|s| (0, s)).collect::<Vec<_>>();
        assert_eq!(seen(window(0, 3600), &every(50)).stretches(ONE), None, "less than a minute each");
        assert!(seen(window(0, 3600), &every(300)).stretches(ONE).is_some());
        assert_eq!(seen(window(0, 3600), &every(300)).stretches(Load::RequestRate(0.004)), None, "as the rate has it");
        let mostly_busy: Vec<_> = (0..2000).chain(3000..3600).map(|s| (0, s)).collect();
        assert_eq!(seen(window(0, 3600), &mostly_busy).stretches(ONE), None, "less than half of the time");
    }

    #[test]
    fn a_server_that_fails_is_not_at_rest() {
        let requests: Vec<_> = (0..50).map(|s| (0, s)).chain((7200..7250).map(|s| (0, s))).collect();
        let mut activity = seen(window(0, 7250), &requests);
        for start_s in (0..7200).step_by(60) {
            let failed = Record {
                start_ps: Some(start_s * SECOND),
                e2e_s: Some(30.0),
                success: false,
                error: Some("timeout"),
                ..Record::default()
            };
            activity.add(&failed, 0);
        }
        assert_eq!(activity.stretches(ONE), None);
    }
}
