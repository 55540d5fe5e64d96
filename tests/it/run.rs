//! Running the program as a user does.

use std::fs;
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

/// The program as someone whom permissions stop: a copy in `folder`, whose own mode lets anyone in, with the words to run it by. Whoever
/// may do everything becomes someone else.
#[cfg(target_os = "linux")]
pub fn as_someone(folder: &Path) -> Vec<std::ffi::OsString> {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(folder, 0o755);
    let program = folder.join("gristmill-of-anyone");
    fs::copy(env!("CARGO_BIN_EXE_gristmill"), &program).unwrap();
    mode(&program, 0o755);
    let probe = folder.join("probe");
    fs::create_dir_all(&probe).unwrap();
    mode(&probe, 0o555);
    let may_all = fs::write(probe.join("file"), "").is_ok();
    fs::remove_dir_all(probe).unwrap();
    let someone: &[&str] =
        if may_all { &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] } else { &["env"] };
    someone.iter().map(Into::into).chain([program.into_os_string()]).collect()
}
