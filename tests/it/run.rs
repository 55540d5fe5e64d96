//! Running the program as a user does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A bundled run.
pub fn bundled(name: &str) -> PathBuf {
    root().join("fixtures/runs").join(name)
}

/// The names of the bundled runs.
pub const RUNS: [&str; 2] = ["qwen3-coder-next-fp8-1x-h200-sxm", "qwen3-coder-next-fp8-2x-rtx-pro-6000-blackwell"];

/// The program with arguments, in the repository.
pub fn gristmill<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gristmill"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program starts")
}

/// A whole report in a folder of its own.
pub fn report(run: &Path, out: &Path) -> Output {
    let output = gristmill([Path::new("report"), run, Path::new("-o"), out]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
