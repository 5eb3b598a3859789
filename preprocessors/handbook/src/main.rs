//! `handbook`: the command editors type.

mod batch;
mod build;
mod check;
mod list;
mod lookup;
mod new;
mod offline;
mod render;
mod search;
mod serve;
mod status;
mod swap;
mod tables;
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
    /// Show the handbook in a browser while it is written; Ctrl-C ends it.
    Serve {
        /// Port to serve at; another free one when it is taken.
        #[arg(long, value_name = "N", default_value_t = 3000)]
        port: u16,
        /// Address to serve at; by default only this computer can connect.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
        host: std::net::IpAddr,
    },
    /// Begin a country, a section or a procedure, along the outline; overwrites nothing.
    New {
        #[command(subcommand)]
        command: NewCommand,
    },
    /// Show what each country owes: sections, statements to confirm, old sources, questions.
    Status {
        /// After how many months a source should be read again, counted from the commit.
        #[arg(long, value_name = "N", default_value_t = handbook_model::status::MONTHS)]
        months: u32,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Say which entries of the dual-use list an item may belong to: by code, name, CAS, HS or UN
    /// number, or a line of an invoice.
    Lookup {
        /// What is known of the item.
        #[arg(required_unless_present = "batch")]
        query: Vec<String>,
        /// Show only this country's state, such as md.
        #[arg(long, value_name = "CC")]
        country: Option<String>,
        /// Only provisions in force in this held list edition, such as 2021/821.
        #[arg(long, value_name = "ID")]
        list_edition: Option<String>,
        /// Language of titles, where there are any in it.
        #[arg(long, value_name = "L")]
        lang: Option<String>,
        /// Most results.
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        /// Read a query a line from a file; print a JSON array of results a line.
        #[arg(long, value_name = "FILE", conflicts_with = "query")]
        batch: Option<PathBuf>,
    },
    /// Say where in the handbook something is written: by words, or by "a phrase" in quotes.
    Search {
        /// What to look for.
        #[arg(required_unless_present = "batch")]
        query: Vec<String>,
        /// Language of the pages; the first one of book.toml by default.
        #[arg(long, value_name = "L")]
        lang: Option<String>,
        /// Most results.
        #[arg(long, value_name = "N", default_value_t = 10)]
        limit: usize,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        /// Read a query a line from a file; print a JSON array of results a line.
        #[arg(long, value_name = "FILE", conflicts_with = "query")]
        batch: Option<PathBuf>,
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
enum NewCommand {
    /// A country: its folder with every section as a stub, and its table in book.toml.
    Country {
        /// ISO 3166 code, such as md.
        id: String,
        /// Short English name.
        #[arg(long)]
        name: Option<String>,
        /// Name in its own language.
        #[arg(long, value_name = "NAME")]
        official_name: Option<String>,
        /// Language of official names, such as ro.
        #[arg(long, value_name = "L")]
        language: Option<String>,
    },
    /// A section of the outline that a country lacks.
    Section {
        /// The country, such as md.
        country: String,
        /// Id of the section in the outline.
        id: String,
    },
    /// Both sides' files of a procedure named in book/procedures.toml.
    Procedure {
        /// Its id, such as md-ua-road-transit.
        id: String,
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
        Some(Command::Serve { port, host }) => serve::run(&root, host, port),
        Some(Command::New { command }) => match command {
            NewCommand::Country { id, name, official_name, language } => {
                new::country(&root, &id, &new::Names { name, official: official_name, language })
            }
            NewCommand::Section { country, id } => new::section(&root, &country, &id),
            NewCommand::Procedure { id } => new::procedure(&root, &id),
        },
        Some(Command::Status { months, json }) => status::run(&root, months, json),
        Some(Command::Lookup { query, country, list_edition, lang, limit, json, batch }) => {
            let edition = list_edition;
            let asked = lookup::Asked { query, country, edition, lang, limit, json, batch };
            lookup::run(&root, &asked)
        }
        Some(Command::Search { query, lang, limit, json, batch }) => {
            search::run(&root, &search::Asked { query, lang, limit, json, batch })
        }
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
