//! The inputs that fuzzing found worth keeping, each given to its target: `docs/fuzzing.md` says how they came to be.

#[path = "../../fuzz/src/targets.rs"]
mod targets;

use crate::run::root;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a target's inputs have together, at most: they are read with every test run.
const MOST_BYTES: u64 = 150 << 10;

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("fuzz").join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn replay(name: &str, target: fn(&[u8])) {
    let (mut inputs, mut bytes) = (0, 0);
    for file in names(&format!("corpus/{name}")) {
        let input = fs::read(root().join("fuzz/corpus").join(name).join(&file)).unwrap();
        bytes += input.len() as u64;
        inputs += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        assert!(outcome.is_ok(), "fuzz/corpus/{name}/{file} went wrong, as said above");
    }
    assert!(inputs > 0 && bytes <= MOST_BYTES, "{name}: {inputs} inputs of {bytes} bytes");
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name), targets::$name);
        })*

        #[test]
        fn every_target_has_its_program_its_inputs_and_its_words() {
            let all = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            let stems = |folder: &str| -> BTreeSet<String> {
                names(folder).iter().map(|name| name.split('.').next().unwrap().to_owned()).collect()
            };
            assert_eq!(stems("fuzz_targets"), all);
            assert_eq!(stems("corpus"), all);
            assert_eq!(stems("dictionaries"), all);
        }
    };
}

targets!(configuration, formats, layout, logo, pages, power, prose, records);
