//! `handbook`: the command editors type.

mod build;
mod check;
mod list;
mod render;
mod swap;
mod terminal;
mod update;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

/// Builds and checks a regional export control handbook.
#[derive(Parser)]
#[command(name = "handbook", version, about, disable_help_subcommand = true)]
struct Arguments {
    /// Folder of the handbook (where book.toml is); the current one, or the nearest above it.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Build the handbook into site/ and say what to open.
    Build {
        /// Only this language; may be given several times.
        #[arg(long, value_name = "L")]
        lang: Vec<String>,
        /// Folder to build into instead of site/.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// This repository's content as of a commit, branch or tag.
        #[arg(long, value_name = "REV")]
        at: Option<String>,
    },
    /// Report every finding in all sources.
    Check {
        /// How to print findings.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        /// Only findings in files changed since a commit.
        #[arg(long, value_name = "REV")]
        since: Option<String>,
    },
    /// Explain a finding, with a wrong and a mended example.
    Explain {
        /// Its id, such as code-script.
        id: String,
    },
    /// Fetch newer chapters kept in other repositories and move their pins.
    Update {
        /// Only this country.
        country: Option<String>,
    },
    /// Work with the control list.
    List {
        #[command(subcommand)]
        command: ListCommand,
    },
}

#[derive(Subcommand)]
enum ListCommand {
    /// What changed from one list edition to another.
    Diff {
        /// The one edition, such as 2021/821.
        a: String,
        /// The other edition.
        b: String,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The line, a caret, why and how to mend.
    Human,
    /// One line a finding, for editors' tools.
    Short,
    /// One JSON document.
    Json,
}

/// How a command ended: the exit codes promised to scripts.
pub(crate) enum Outcome {
    /// No error.
    Good,
    /// Errors found, or the command failed.
    Errors,
    /// The command was called wrongly.
    Misuse,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = std::panic::catch_unwind(|| run(arguments));
    match result {
        Ok(Ok(Outcome::Good)) => ExitCode::SUCCESS,
        Ok(Ok(Outcome::Errors)) => ExitCode::from(1),
        Ok(Ok(Outcome::Misuse)) => ExitCode::from(2),
        Ok(Err(error)) => {
            terminal::say(&format!("handbook: {error:#}"));
            ExitCode::from(1)
        }
        Err(_) => {
            terminal::say(
                "handbook: this is a fault of the program, not of your text. Your files are as \
                 they were. Please report the lines above to its makers.",
            );
            ExitCode::from(255)
        }
    }
}

fn run(arguments: Arguments) -> Result<Outcome> {
    let root = match find_root(arguments.root) {
        Ok(root) => root,
        Err(message) => {
            terminal::say(&format!("handbook: {message}"));
            return Ok(Outcome::Misuse);
        }
    };
    match arguments.command {
        None => build::run(&root, &build::Options::default()),
        Some(Command::Build { lang, out, at }) => {
            build::run(&root, &build::Options { languages: lang, out, at })
        }
        Some(Command::Check { format, since }) => check::run(&root, format, since.as_deref()),
        Some(Command::Explain { id }) => check::explain(&id),
        Some(Command::Update { country }) => update::run(&root, country.as_deref()),
        Some(Command::List { command: ListCommand::Diff { a, b, json } }) => {
            list::diff(&root, &a, &b, json)
        }
    }
}

/// The handbook's folder: the one given, or the nearest one upwards that has a `book.toml`.
fn find_root(given: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(root) = given {
        return if root.join("book.toml").is_file() {
            Ok(root)
        } else {
            Err(format!("there is no book.toml in {}", root.display()))
        };
    }
    let here =
        std::env::current_dir().map_err(|e| format!("the current folder cannot be read: {e}"))?;
    here.ancestors()
        .find(|folder| folder.join("book.toml").is_file())
        .map(PathBuf::from)
        .ok_or_else(|| {
            "there is no book.toml in this folder or above it; go to the handbook's folder or \
             name it with --root"
                .to_owned()
        })
}
