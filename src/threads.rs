//! Independent pieces of work, done by as many threads as there are.
//!
//! What is worked on at once does not depend on each other, and results come in the order of what they were made from, so
//! that the number of threads shows in nothing but the time. Work may be parted within work that was parted: all of it
//! shares one number of threads.

use crate::format::{in_terms, terms};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The threads that a piece of work may use.
#[derive(Debug, Default)]
pub struct Threads {
    /// How many more than those that work already.
    spare: AtomicUsize,
}

impl Threads {
    /// The thread that asks, and others until there are so many.
    pub fn new(count: usize) -> Self {
        Self { spare: AtomicUsize::new(count.saturating_sub(1)) }
    }

    /// What `each` makes of every item, in their order. Items are begun in their order: the longest had better come first.
    pub fn map<T: Sync, R: Send>(&self, items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
        self.map_with(items, || (), |(), item| each(item))
    }

    /// The same with a tool that each thread makes for itself and uses for one item after the other.
    pub fn map_with<W, T: Sync, R: Send>(
        &self,
        items: &[T],
        tool: impl Fn() -> W + Sync,
        each: impl Fn(&mut W, &T) -> R + Sync,
    ) -> Vec<R> {
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
        let work_on_one = |tool: &mut W| {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return false };
            let made = each(tool, item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, made));
            true
        };
        let terms = terms();
        let help = || {
            let mut tool = tool();
            in_terms(terms, || while work_on_one(&mut tool) {});
            self.spare.fetch_add(1, Ordering::Relaxed);
        };
        thread::scope(|scope| {
            let mut tool = tool();
            loop {
                // Asked before each item: a thread may have become free meanwhile.
                let is_worth_it = next.load(Ordering::Relaxed) + 1 < items.len();
                if is_worth_it && self.take() {
                    scope.spawn(help);
                }
                if !work_on_one(&mut tool) {
                    break;
                }
            }
        });
        let mut made = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        made.sort_unstable_by_key(|(at, _)| *at);
        made.into_iter().map(|(_, made)| made).collect()
    }

    /// What both make, at once where a thread is free. The second is done by this one.
    pub fn both<A: Send, B>(&self, first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
        if !self.take() {
            return (first(), second());
        }
        let terms = terms();
        let both = thread::scope(|scope| {
            let first = scope.spawn(move || in_terms(terms, first));
            let second = second();
            (first.join().unwrap_or_else(|panic| resume_unwind(panic)), second)
        });
        self.spare.fetch_add(1, Ordering::Relaxed);
        both
    }

    /// Takes a thread, where one is spare.
    fn take(&self) -> bool {
        let one_less = |spare: usize| spare.checked_sub(1);
        self.spare.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Terms, fixed};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        for count in [0, 1, 2, 7] {
            let threads = Threads::new(count);
            assert_eq!(threads.map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
            assert!(threads.map(&items[..0], |item| item * 2).is_empty());
            assert_eq!(threads.both(|| 1, || 2), (1, 2));
            assert_eq!(threads.spare.into_inner(), count.saturating_sub(1), "all of them are given back");
        }
    }

    #[test]
    fn no_more_threads_work_at_once_than_were_asked_for() {
        let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |_: &usize| {
            most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            busy.fetch_sub(1, Ordering::SeqCst);
        };
        let threads = Threads::new(3);
        let items = [0; 50];
        threads.map(&items[..10], |_| threads.map(&items, work));
        assert!((1..=3).contains(&most.into_inner()));
    }

    #[test]
    fn every_thread_prints_numbers_in_the_same_terms() {
        let german = Terms { decimal: ',', thousands: None };
        let threads = Threads::new(4);
        let printed = in_terms(german, || threads.map(&[0.5; 20], |number| fixed(*number, 1)));
        assert_eq!(printed, vec!["0,5"; 20]);
        let (first, second) = in_terms(german, || threads.both(|| fixed(0.5, 1), || fixed(1.5, 1)));
        assert_eq!((first.as_str(), second.as_str()), ("0,5", "1,5"));
    }
}
