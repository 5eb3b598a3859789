//! The workspace and its program, for tests that use them as an editor does.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

/// The folder of the workspace, which is also the folder of the real handbook.
///
/// # Panics
///
/// Never: this package is a folder of the workspace.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the package is a folder of the workspace").to_owned()
}

/// The `handbook` program, built from the sources as they are now, once for a run of tests;
/// `mdbook-handbook` is beside it.
///
/// Cargo tells a test only of programs of its own package, hence the build.
///
/// # Panics
///
/// If they cannot be built; the message is that of cargo.
#[must_use]
pub fn handbook_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build().unwrap_or_else(|error| panic!("{error:#}")))
}

/// Builds the programs and finds out where cargo has put `handbook`.
fn build() -> Result<PathBuf> {
    // The cargo that runs the tests, so that nothing is built twice for two compilers.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace_root());
    command.args(["build", "--package", "handbook", "--package", "mdbook-handbook"]);
    command.arg("--message-format=json-render-diagnostics");
    // The profile of the tests, so that what is built already is used again.
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output().context("cargo cannot be started")?;
    ensure!(
        output.status.success(),
        "the programs cannot be built:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let messages = String::from_utf8(output.stdout).context("cargo's messages are not UTF-8")?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|m| m["reason"] == "compiler-artifact" && m["target"]["name"] == "handbook")
        .find_map(|m| m["executable"].as_str().map(PathBuf::from))
        .context("cargo has built the programs but does not say where handbook is")
}

/// Runs `handbook` in a folder: exit code, standard output, standard error.
///
/// # Panics
///
/// When it cannot be started or is killed.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(handbook_binary())
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// Builds the handbook in a folder into another one, which must succeed.
pub fn build_site(root: &Path, out: &Path) -> Result<()> {
    let out = out.to_str().context("the folder has a name that is no text")?;
    let (code, _, said) = run(root, &["build", "--out", out]);
    ensure!(code == 0, "the handbook cannot be built:\n{said}");
    Ok(())
}

/// What every bench starts from: the program built for release, its peer, and a folder to work in.
///
/// # Panics
///
/// If one of the programs is missing; the message says what to run.
#[must_use]
pub fn bench_bed() -> (PathBuf, PathBuf, TempDir) {
    let root = workspace_root();
    let ours = root.join("target/release/handbook");
    let peer = root.join("target/tools/bin/mdbook");
    for (program, how) in [(&ours, "cargo build --release"), (&peer, "tests/run")] {
        assert!(program.exists(), "{} is missing; run {how}", program.display());
    }
    // tmpfs where there is one: the disk's own noise is not what is measured.
    let place = if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." };
    (ours, peer, TempDir::new_in(place).expect("a temporary folder"))
}
