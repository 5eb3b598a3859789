//! A server of files, as simple as the cheapest host: for tests of what a site does over HTTP.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};

/// A running server of the files of a folder; ended when dropped.
pub struct StaticServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    folder: PathBuf,
    asked: Mutex<Vec<String>>,
    /// How many more requests get an answer.
    answers: AtomicUsize,
    /// What to answer instead of a file, by its path.
    instead: Mutex<HashMap<String, Vec<u8>>>,
    ended: AtomicBool,
}

impl StaticServer {
    /// Serves a folder on a free port.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_at(folder, ([127, 0, 0, 1], 0).into())
    }

    /// Serves a folder at an address, for example that of a server before.
    pub fn start_at(folder: &Path, address: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address).context("the port cannot be had")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            asked: Mutex::default(),
            answers: AtomicUsize::new(usize::MAX),
            instead: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let for_thread = shared.clone();
        let thread = thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if for_thread.ended.load(Ordering::SeqCst) {
                    return;
                }
                let shared = for_thread.clone();
                // A browser that hangs up early is no fault.
                thread::spawn(move || drop(shared.answer(&connection)));
            }
        });
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Address of a page.
    #[must_use]
    pub fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.address)
    }

    /// Paths asked for since the last call, without the first slash, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Cuts the line after so many further answers.
    pub fn cut_after(&self, answers: usize) {
        self.shared.answers.store(answers, Ordering::SeqCst);
    }

    /// Answers with other bytes than those of the file, as a network does that wants a login first.
    pub fn put_instead(&self, path: &str, bytes: &[u8]) {
        let mut instead = self.shared.instead.lock().unwrap_or_else(PoisonError::into_inner);
        instead.insert(path.to_owned(), bytes.to_owned());
    }
}

impl Drop for StaticServer {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the thread, which then lets go of the port.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn answer(&self, mut connection: &TcpStream) -> Result<()> {
        let mut lines = BufReader::new(connection).lines();
        let first = lines.next().context("no request")??;
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let address = first.split(' ').nth(1).unwrap_or_default();
        let path = address.split('?').next().unwrap_or_default().trim_start_matches('/').to_owned();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        let left = self.answers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            Some(if left == usize::MAX { left } else { left.saturating_sub(1) })
        });
        if left == Ok(0) || self.ended.load(Ordering::SeqCst) {
            return Ok(());
        }
        let file = if path.is_empty() || path.ends_with('/') {
            format!("{path}index.html")
        } else {
            path.clone()
        };
        let instead = self.instead.lock().unwrap_or_else(PoisonError::into_inner);
        let instead = instead.get(&file).cloned();
        let inside = !file.split('/').any(|part| part.starts_with('.'));
        let found = instead.or_else(|| fs::read(self.folder.join(&file)).ok()).filter(|_| inside);
        let (status, body) = match found {
            Some(bytes) => ("200 OK", bytes),
            None => ("404 Not Found", b"Not here.".to_vec()),
        };
        let kind = match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html",
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            Some("json") => "application/json",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            _ => "application/octet-stream",
        };
        write!(
            connection,
            // Kept by browsers as long as many hosts allow, so that tests see who asks anew.
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Cache-Control: max-age=86400\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        connection.write_all(&body)?;
        Ok(())
    }
}
