//! Files that are read, each folded apart from the others.

use super::entry::{Counted, encode};
use crate::cell::fold::apart::FilePicking;
use crate::cell::fold::{Counting, Picking};
use crate::cell::level::Levels;
use crate::record::Record;
use crate::threads::Threads;

/// What the records of one file are folded into, and the whole that it then becomes part of.
pub trait Part: Sized + Send {
    /// What all files are folded into.
    type Whole: Send;
    /// What of it can be kept.
    type Kept: Send;
    /// Folds a record in.
    fn add(&mut self, record: &Record);
    /// Folds in a record of a file that is not folded apart.
    fn add_to(whole: &mut Self::Whole, record: &Record, file: usize);
    /// Adds what another worker folded of the same file.
    fn merge(&mut self, other: Self);
    /// Becomes part of the whole.
    fn join(self, whole: &mut Self::Whole, file: usize, threads: &Threads) -> Option<Self::Kept>;
}

impl Part for Counting {
    type Whole = Counting;
    type Kept = (Counted, Levels);

    fn add(&mut self, record: &Record) {
        self.add_alone(record);
    }

    fn add_to(whole: &mut Self, record: &Record, file: usize) {
        whole.add(record, file);
    }

    fn merge(&mut self, other: Self) {
        Counting::merge(self, other);
    }

    fn join(mut self, whole: &mut Self, file: usize, threads: &Threads) -> Option<(Counted, Levels)> {
        self.settle(threads);
        let kept = Counted::of(&self).map(|counted| (counted, self.levels().clone()));
        whole.merge_file(self, file);
        kept
    }
}

impl Part for FilePicking {
    type Whole = Picking;
    type Kept = Vec<u8>;

    fn add(&mut self, record: &Record) {
        FilePicking::add(self, record);
    }

    fn add_to(whole: &mut Picking, record: &Record, file: usize) {
        whole.add(record, file);
    }

    fn merge(&mut self, other: Self) {
        FilePicking::merge(self, other);
    }

    fn join(mut self, whole: &mut Picking, _: usize, _: &Threads) -> Option<Vec<u8>> {
        let kept = self.share().as_ref().and_then(encode);
        whole.merge_file(self);
        kept
    }
}

/// The whole, and what can be kept of each file by its number.
pub type Folded<P> = (<P as Part>::Whole, Vec<(usize, <P as Part>::Kept)>);

/// How a file is folded.
pub struct Plan<P> {
    /// What its records are folded into; none where they go straight to the whole.
    pub part: Option<P>,
    /// Whether several workers may share it.
    pub shared: bool,
}

/// One worker's part of the work: it has one file in hand at a time, so that what is held is not more with more files.
pub struct Worker<'w, P: Part> {
    whole: P::Whole,
    /// The numbers of the files that are read.
    numbers: &'w [usize],
    /// One for each.
    plans: &'w [Plan<P>],
    /// The place of the file among them.
    in_hand: Option<(usize, Option<P>)>,
    /// Parts of files that other workers have parts of, too.
    shared: Vec<(usize, P)>,
    kept: Vec<(usize, P::Kept)>,
}

impl<'w, P: Part + Clone> Worker<'w, P> {
    /// A worker that adds to `whole`.
    pub fn new(whole: P::Whole, numbers: &'w [usize], plans: &'w [Plan<P>]) -> Self {
        Self { whole, numbers, plans, in_hand: None, shared: Vec::new(), kept: Vec::new() }
    }

    /// Folds in a record of the nth file that is read.
    pub fn add(&mut self, record: &Record, nth: usize) {
        if self.in_hand.as_ref().is_none_or(|(known, _)| *known != nth) {
            self.lay_down();
            self.in_hand = Some((nth, self.plans[nth].part.clone()));
        }
        match &mut self.in_hand {
            Some((_, Some(part))) => part.add(record),
            _ => P::add_to(&mut self.whole, record, self.numbers[nth]),
        }
    }

    /// Is done with the file in hand.
    fn lay_down(&mut self) {
        let Some((nth, Some(part))) = self.in_hand.take() else { return };
        let file = self.numbers[nth];
        if self.plans[nth].shared {
            self.shared.push((file, part));
        } else {
            // Other workers read other files meanwhile.
            let kept = part.join(&mut self.whole, file, &Threads::default());
            self.kept.extend(kept.map(|kept| (file, kept)));
        }
    }

    /// What all workers have together: the whole, and what can be kept of each file.
    pub fn together(
        workers: Vec<Self>,
        merge: impl Fn(&mut P::Whole, P::Whole),
        threads: &Threads,
    ) -> Option<Folded<P>> {
        let (mut shared, mut kept): (Vec<(usize, P)>, Vec<_>) = Default::default();
        let mut all: Option<P::Whole> = None;
        for mut worker in workers {
            worker.lay_down();
            shared.extend(worker.shared);
            kept.extend(worker.kept);
            match &mut all {
                Some(all) => merge(all, worker.whole),
                None => all = Some(worker.whole),
            }
        }
        let mut whole = all?;
        shared.sort_by_key(|(file, _)| *file);
        let mut shared = shared.into_iter().peekable();
        while let Some((file, mut part)) = shared.next() {
            while let Some((_, more)) = shared.next_if(|(next, _)| *next == file) {
                part.merge(more);
            }
            kept.extend(part.join(&mut whole, file, threads).map(|kept| (file, kept)));
        }
        Some((whole, kept))
    }
}
