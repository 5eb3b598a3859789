//! `handbook serve`: the handbook in a browser while it is written.
//!
//! One loop over one kind of event, so that all that can wake the preview is on one screen.

mod bar;
mod make;
mod server;
mod sources;

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use handbook_model::{Diagnostic, Severity};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;

use self::make::{Made, Maker};
use self::server::{Shown, Site};
use self::sources::Sources;
use crate::{Format, Outcome, terminal};

/// How long changes are collected for one build: an editor that saves by renaming makes several
/// within a few milliseconds.
const BURST: Duration = Duration::from_millis(10);

/// How long a build or a connection may take to end after Ctrl-C.
const FAREWELL: Duration = Duration::from_secs(1);

/// All that can wake the preview.
enum Event {
    /// Something has changed on disk at these paths; anywhere, if there are none.
    FileChanged(Vec<PathBuf>),
    /// The time to collect changes for one build is over.
    BurstOver,
    /// A build has ended; its maker is free for the next one.
    BuildFinished(Box<(Maker, Made)>),
    /// A browser shows this page and waits for news of it.
    PageJoined(String),
    /// Ctrl-C, or the terminal was closed.
    Stop,
}

/// Serves the handbook until Ctrl-C.
pub(crate) fn run(root: &Path, host: IpAddr, port: u16) -> Result<Outcome> {
    let root = root.canonicalize().context("the handbook's folder cannot be read")?;
    // Never site/: what is previewed has not been published.
    let folder = tempfile::Builder::new()
        .prefix("handbook-preview-")
        .tempdir()
        .context("there is no place for temporary files")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(preview(&root, folder.path(), host, port));
    // A build that still runs writes into the temporary folder only.
    runtime.shutdown_timeout(FAREWELL);
    outcome
}

async fn preview(root: &Path, folder: &Path, host: IpAddr, port: u16) -> Result<Outcome> {
    let listener = listen(host, port).await?;
    let address = listener.local_addr()?;
    let (events, mut inbox) = mpsc::unbounded_channel();
    let (shown, news) = watch::channel(Shown::default());
    let site = Site::new(folder.join("site"), news, events.clone());
    let server = tokio::spawn(server::serve(listener, site));
    stop_on_ctrl_c(&events);
    let mut sources = Sources::new(root, events.clone())?;
    let mut idle = Some(Maker::new(root, folder));
    let (mut in_burst, mut again) = (false, false);
    let mut joined = BTreeSet::new();
    let mut said = Vec::new();

    start(&mut idle, &mut sources, &joined, &events);
    while let Some(event) = inbox.recv().await {
        match event {
            Event::FileChanged(paths) => {
                if !in_burst && (paths.is_empty() || paths.iter().any(|p| sources.holds(p))) {
                    in_burst = true;
                    let events = events.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(BURST).await;
                        let _ = events.send(Event::BurstOver);
                    });
                }
            }
            Event::BurstOver => {
                in_burst = false;
                // During a build: the change may have come too late for it.
                again = !start(&mut idle, &mut sources, &joined, &events);
            }
            Event::BuildFinished(finished) => {
                let (maker, made) = *finished;
                idle = Some(maker);
                let first = !shown.borrow().tried();
                report(&made, &mut said);
                again |= made.more;
                // Files of folders that were not watched yet may have changed unseen.
                again |= made.folders.as_ref().is_some_and(|f| sources.set(f));
                shown.send_modify(|shown| shown.add(&made));
                if first {
                    invite(address);
                }
                if again {
                    again = !start(&mut idle, &mut sources, &joined, &events);
                }
            }
            Event::PageJoined(page) => {
                if joined.insert(page.clone()) {
                    terminal::say(&format!("  open in a browser: {page}"));
                }
            }
            Event::Stop => break,
        }
    }
    // Browsers that wait for news hang up when there can be none any more.
    drop(shown);
    let _ = tokio::time::timeout(FAREWELL, server).await;
    Ok(Outcome::Good)
}

/// Starts a build, unless one is running; `open` are pages that somebody may be looking at.
fn start(
    idle: &mut Option<Maker>,
    sources: &mut Sources,
    open: &BTreeSet<String>,
    events: &UnboundedSender<Event>,
) -> bool {
    let Some(mut maker) = idle.take() else { return false };
    // Before the build reads: what changes from now on is heard of.
    sources.watch();
    let (events, open) = (events.clone(), open.clone());
    tokio::task::spawn_blocking(move || {
        let made = maker.make(&open);
        let _ = events.send(Event::BuildFinished(Box::new((maker, made))));
    });
    true
}

/// Listens at the port wanted, or at any free one.
async fn listen(host: IpAddr, port: u16) -> Result<TcpListener> {
    match TcpListener::bind((host, port)).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let listener = TcpListener::bind((host, 0)).await?;
            let other = listener.local_addr()?.port();
            terminal::say(&format!("  port {port} is taken; using {other} instead"));
            Ok(listener)
        }
        bound => bound.with_context(|| format!("{host} port {port} cannot be listened at")),
    }
}

/// Makes an event of the signals to end, so that the temporary folder goes as well. Where there is
/// no signal to wait for, the program ends as the system ends it.
#[cfg(unix)]
fn stop_on_ctrl_c(events: &UnboundedSender<Event>) {
    use tokio::signal::unix::{SignalKind, signal};

    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let Ok(mut signal) = signal(kind) else { continue };
        let events = events.clone();
        tokio::spawn(async move {
            if signal.recv().await.is_some() {
                let _ = events.send(Event::Stop);
            }
        });
    }
}

/// Makes an event of Ctrl-C, so that the temporary folder goes as well.
#[cfg(not(unix))]
fn stop_on_ctrl_c(events: &UnboundedSender<Event>) {
    let events = events.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = events.send(Event::Stop);
        }
    });
}

/// Says what to open.
fn invite(mut address: SocketAddr) {
    if !address.ip().is_loopback() {
        terminal::say("  other computers can read this preview; end it when you need it no more");
    }
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    terminal::print(&format!("Open http://{address}/"));
    terminal::say("  saved changes show by themselves; Ctrl-C ends the preview");
}

/// Says what a build has come to; findings only when they are others than those said last.
fn report(made: &Made, said: &mut Vec<Diagnostic>) {
    if made.changed.len() == 1 {
        terminal::say("  1 file is new");
    } else if !made.changed.is_empty() {
        terminal::say(&format!("  {} files are new", made.changed.len()));
    }
    if let Some(failure) = &made.failure {
        terminal::say(&format!("  {failure}"));
    }
    if made.findings == *said {
        return;
    }
    *said = made.findings.clone();
    let of = |severity| said.iter().filter(move |d| d.severity == severity);
    let errors: Vec<Diagnostic> = of(Severity::Error).cloned().collect();
    if errors.is_empty() {
        terminal::say("  no errors");
    } else {
        terminal::findings(&errors, Format::Human);
    }
    // One line each; notes are for `handbook check`.
    of(Severity::Warning).for_each(|warning| terminal::say(&warning.short()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_evaded() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let first = listen(Ipv4Addr::LOCALHOST.into(), 0).await.unwrap();
            let taken = first.local_addr().unwrap();
            let second = listen(taken.ip(), taken.port()).await.unwrap().local_addr().unwrap();
            assert!(second.ip().is_loopback() && second.port() != taken.port());
        });
    }
}
