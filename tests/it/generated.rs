//! Files of the repository that are made from the code: the schemas, the reference of the configuration.
//!
//! A change of the code fails here until the files follow: `GRISTMILL_DOCS=update cargo test --test it` writes them anew.

use crate::run::root;
use std::fs;

/// Holds a file of the repository against what it should be, or writes it.
pub fn current(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("GRISTMILL_DOCS").is_some_and(|value| value == "update") {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    let differs = found.lines().zip(text.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_else(|| found.lines().count().min(text.lines().count())) + 1;
    assert!(found == text, "{path}:{line} is not current: `GRISTMILL_DOCS=update cargo test --test it` writes it anew");
}
