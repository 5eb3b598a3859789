//! `handbook serve`, started and asked as an editor's browser does.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

/// How long the preview may take for anything, also in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running preview; ended when dropped.
pub struct Preview {
    process: Child,
    address: SocketAddr,
    said: Arc<Mutex<String>>,
}

impl Preview {
    /// Starts `program serve` in a folder and waits until it says what to open.
    pub fn start(program: &Path, folder: &Path, arguments: &[&str]) -> Result<Self> {
        let mut process = Command::new(program)
            .arg("serve")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the preview cannot be started")?;
        let said = Arc::new(Mutex::new(String::new()));
        let errors = process.stderr.take().context("no standard error")?;
        listen(errors, said.clone(), |_| {});
        let (found, address) = std::sync::mpsc::channel();
        let output = process.stdout.take().context("no standard output")?;
        listen(output, said.clone(), move |line| {
            let address = line
                .strip_prefix("Open http://")
                .and_then(|rest| rest.trim_end_matches('/').parse::<SocketAddr>().ok());
            if let Some(address) = address {
                let _ = found.send(address);
            }
        });
        let mut preview = Self { process, address: ([0; 4], 0).into(), said };
        let address = address.recv_timeout(PATIENCE);
        preview.address =
            address.with_context(|| format!("nothing to open:\n{}", preview.said()))?;
        Ok(preview)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All that it has printed.
    #[must_use]
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for an address, spelt as it is, under a name of the server: status and text.
    pub fn get_as(&self, host: &str, path: &str) -> Result<(u16, String)> {
        answer(ask(self.address, host, path)?)
    }

    /// Asks for an address: status and text.
    pub fn get(&self, path: &str) -> Result<(u16, String)> {
        get(self.address, path)
    }

    /// The text of a page.
    pub fn page(&self, path: &str) -> Result<String> {
        match self.get(path)? {
            (200, text) => Ok(text),
            (status, text) => bail!("{path}: {status} {text}"),
        }
    }

    /// Waits until the text of a page is as wanted.
    pub fn wait(&self, path: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let mut last = String::new();
        const STEP: Duration = Duration::from_millis(20);
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            let (_, text) = self.get(path)?;
            if wanted(&text) {
                return Ok(text);
            }
            last = text;
            thread::sleep(STEP);
        }
        bail!("{path} is not as wanted:\n{last}\n{}", self.said())
    }

    /// Waits for news of a page as its script does; the first news is the present version.
    pub fn news(&self, page: &str) -> Result<News> {
        let path = format!("/_preview/news/{page}");
        let connection = ask(self.address, &self.address.to_string(), &path)?;
        Ok(News(BufReader::new(connection)))
    }

    /// Ends it as Ctrl-C does; the exit code.
    pub fn interrupt(mut self) -> Result<i32> {
        self.signal("-INT")?;
        let status = self.process.wait()?;
        status.code().with_context(|| format!("ended without an exit code: {status}"))
    }
}

impl Preview {
    fn signal(&self, signal: &str) -> Result<()> {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        ensure!(sent.context("kill cannot be started")?.success(), "no signal could be sent");
        Ok(())
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // Asked first, so that it takes its temporary folder with it.
        if matches!(self.process.try_wait(), Ok(None)) && self.signal("-TERM").is_ok() {
            for _ in 0..100 {
                if matches!(self.process.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks a server of this machine for an address: status and text.
pub fn get(server: SocketAddr, path: &str) -> Result<(u16, String)> {
    answer(ask(server, &server.to_string(), path)?)
}

/// Sends the address as it is spelt, which a client library would tidy up.
fn ask(server: SocketAddr, host: &str, path: &str) -> Result<TcpStream> {
    let mut connection = TcpStream::connect(server).context("no connection")?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(connection, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    Ok(connection)
}

fn answer(mut connection: TcpStream) -> Result<(u16, String)> {
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").context("the answer has no body")?;
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    Ok((status.context("the answer has no status")?, body.to_owned()))
}

fn listen(
    output: impl std::io::Read + Send + 'static,
    said: Arc<Mutex<String>>,
    mut hear: impl FnMut(&str) + Send + 'static,
) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&line);
            said.push('\n');
            hear(&line);
        }
    });
}

/// News of a page.
pub struct News(BufReader<TcpStream>);

impl News {
    /// Waits for the next version of the page.
    pub fn version(&mut self) -> Result<String> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line).context("no news in time")? == 0 {
                bail!("there will be no news any more");
            }
            if let Some(version) = line.strip_prefix("data: ") {
                return Ok(version.trim_end().to_owned());
            }
        }
    }
}
