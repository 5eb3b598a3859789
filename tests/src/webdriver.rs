//! Chromium, driven through chromedriver, and Firefox, driven through geckodriver: as much of
//! WebDriver as the tests need.
//!
//! The browser has no network: names do not resolve and every connection is refused, as on the
//! machines of officers. What a page asks for all the same is still heard of.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::Response;

mod firefox;

/// Name that WebDriver gives to references to elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The keys that the tests press, as WebDriver writes them.
pub mod key {
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Esc.
    pub const ESCAPE: &str = "\u{e00c}";
    /// Tab.
    pub const TAB: &str = "\u{e004}";
    /// The arrow down.
    pub const DOWN: &str = "\u{e015}";
    /// The arrow up.
    pub const UP: &str = "\u{e013}";
}

/// Where the browser and its driver are.
pub struct Programs {
    /// Chromium.
    pub chromium: PathBuf,
    /// The chromedriver of the same version.
    pub chromedriver: PathBuf,
}

impl Programs {
    /// Those of Debian, unless `HANDBOOK_CHROMIUM` or `HANDBOOK_CHROMEDRIVER` name others.
    #[must_use]
    pub fn installed() -> Self {
        let place =
            |variable, usual: &str| env::var_os(variable).unwrap_or_else(|| usual.into()).into();
        Self {
            chromium: place("HANDBOOK_CHROMIUM", "/usr/bin/chromium"),
            chromedriver: place("HANDBOOK_CHROMEDRIVER", "/usr/bin/chromedriver"),
        }
    }

    /// A test without its browser has tested nothing, so this is an error and no reason to skip.
    fn check(&self) -> Result<()> {
        for (path, package, variable) in [
            (&self.chromium, "chromium", "HANDBOOK_CHROMIUM"),
            (&self.chromedriver, "chromium-driver", "HANDBOOK_CHROMEDRIVER"),
        ] {
            ensure!(
                path.is_file(),
                "the browser tests need {}, which is not there: install it (on Debian: apt-get \
                 install {package}) or name its place in {variable}",
                path.display()
            );
        }
        Ok(())
    }
}

/// What a driver drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Chromium,
    Firefox,
}

/// A running driver of browsers; ended when dropped, with the browsers it still has.
pub struct Driver {
    process: Child,
    /// Held open: writing to a closed pipe would end the driver.
    _output: BufReader<ChildStdout>,
    address: String,
    agent: Agent,
    kind: Kind,
    /// The program of the browser.
    browser: PathBuf,
    /// What the driver says when it cannot start, and the users' data of the sessions.
    folder: TempDir,
}

impl Driver {
    /// Starts chromedriver on a free port.
    pub fn start(programs: &Programs) -> Result<Self> {
        programs.check()?;
        let (driver, browser) = (&programs.chromedriver, programs.chromium.clone());
        Self::launch(driver, &["--port=0"], Kind::Chromium, browser)
    }

    /// Starts geckodriver on a free port. It has one session at a time.
    ///
    /// Firefox is Debian's, unless `HANDBOOK_FIREFOX` names another; geckodriver is the one that
    /// `tests/run` builds, unless `HANDBOOK_GECKODRIVER` names another.
    pub fn start_firefox() -> Result<Self> {
        firefox::start()
    }

    fn launch(program: &Path, arguments: &[&str], kind: Kind, browser: PathBuf) -> Result<Self> {
        let folder = TempDir::new().context("no temporary folder")?;
        let complaints = folder.path().join("driver.txt");
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&complaints).context("no temporary file")?)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let mut output = BufReader::new(process.stdout.take().context("the driver is mute")?);
        let Some(port) = port(&mut output) else {
            let _ = process.kill();
            let _ = process.wait();
            let said = fs::read_to_string(&complaints).unwrap_or_default();
            bail!("{} ended before it listened: {said}", program.display());
        };
        let agent = Agent::config_builder()
            // A page that never ends loading must fail, not hang.
            .timeout_global(Some(Duration::from_secs(60)))
            // The reason of an error is in the body of the answer.
            .http_status_as_error(false)
            // The driver is on this machine, whatever proxy the environment names.
            .proxy(None)
            .build()
            .new_agent();
        Ok(Self {
            process,
            _output: output,
            address: format!("http://127.0.0.1:{port}"),
            agent,
            kind,
            browser,
            folder,
        })
    }

    /// Opens a browser of its own, with a fresh user, for as long as the session lives.
    pub fn session(&self, scripts: Scripts) -> Result<Session<'_>> {
        if self.kind == Kind::Firefox {
            return firefox::session(self, scripts, true);
        }
        self.chromium(scripts, &[])
    }

    /// The same with a browser that has no WebAssembly, as one that is locked down: such browsers
    /// run scripts without making them into machine code first.
    pub fn session_without_wasm(&self) -> Result<Session<'_>> {
        if self.kind == Kind::Firefox {
            return firefox::session(self, Scripts::On, false);
        }
        self.chromium(Scripts::On, &["--js-flags=--jitless"])
    }

    fn chromium(&self, scripts: Scripts, more: &[&str]) -> Result<Session<'_>> {
        let user = TempDir::new_in(self.folder.path()).context("no temporary folder")?;
        let mut arguments = vec![format!("--user-data-dir={}", user.path().display())];
        arguments.extend(
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--window-size=1280,900",
            ]
            .map(str::to_owned),
        );
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        // The setting of a browser whose owner or administrator has switched scripts off.
        let preferences = match scripts {
            Scripts::On => json!({}),
            Scripts::Off => json!({ "profile.managed_default_content_settings.javascript": 2 }),
        };
        let capabilities = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": {
                "binary": self.browser,
                "args": arguments,
                "prefs": preferences,
            },
        });
        let request = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let opened = self.post("/session", &request).context("Chromium cannot be started")?;
        let id = opened["sessionId"].as_str().context("chromedriver has named no session")?;
        let session = Session { driver: self, path: format!("/session/{id}"), _user: user };
        session.post(
            "/chromium/network_conditions",
            &json!({ "network_conditions": {
                "offline": true, "latency": 0, "download_throughput": 0, "upload_throughput": 0,
            }}),
        )?;
        // Chromium starts on a page of its own, whose many requests are no matter of the tests.
        session.open("about:blank")?;
        session.console()?;
        session.requests()?;
        Ok(session)
    }

    fn get(&self, path: &str) -> Result<Value> {
        let answer = self.agent.get(format!("{}{path}", self.address)).call();
        value(answer).with_context(|| path.to_owned())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.agent.post(format!("{}{path}", self.address)).send(body.to_string());
        value(answer).with_context(|| format!("{path} {body}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked first, since chromedriver then closes browsers whose start or end went wrong.
        let shutdown = self.agent.get(format!("{}/shutdown", self.address));
        let _ = shutdown.config().timeout_global(Some(Duration::from_secs(5))).build().call();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads what a driver says until it names its port.
fn port(output: &mut impl BufRead) -> Option<u16> {
    output.lines().map_while(std::result::Result::ok).find_map(|line| {
        let (_, port) = line
            .split_once("started successfully on port ")
            .or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
        port.trim_end_matches('.').parse().ok()
    })
}

/// The value in an answer, or the error that it is.
fn value(answer: std::result::Result<Response<ureq::Body>, ureq::Error>) -> Result<Value> {
    let mut answer = answer.context("the driver does not answer")?;
    // The log of a page with many requests is longer than the client's usual limit.
    let body = answer.body_mut().with_config().limit(1 << 28).read_to_vec();
    let body = body.context("the driver's answer is cut")?;
    let mut body: Value =
        serde_json::from_slice(&body).context("the driver's answer is no JSON")?;
    let value = body["value"].take();
    if answer.status().is_success() {
        Ok(value)
    } else {
        let message = value["message"].as_str().unwrap_or_default();
        // What follows are addresses in the program of the browser.
        let message = message.split("\nStacktrace").next().unwrap_or_default();
        Err(anyhow!("{}: {message}", value["error"].as_str().unwrap_or("unknown error")))
    }
}

/// Whether a browser runs the scripts of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// As browsers come.
    On,
    /// Switched off in the browser's settings.
    Off,
}

/// An element of the page that is open.
pub struct Element(String);

/// A message in the browser's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// Where and what.
    pub text: String,
}

/// A browser window; closed when dropped.
pub struct Session<'driver> {
    driver: &'driver Driver,
    path: String,
    _user: TempDir,
}

impl Session<'_> {
    fn get(&self, path: &str) -> Result<Value> {
        self.driver.get(&format!("{}{path}", self.path))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.driver.post(&format!("{}{path}", self.path), body)
    }

    fn text_of(&self, path: &str) -> Result<String> {
        let value = self.get(path)?;
        value.as_str().map(str::to_owned).with_context(|| format!("{path} is no text: {value}"))
    }

    /// Opens a page and waits until it is loaded.
    pub fn open(&self, url: &str) -> Result<()> {
        self.post("/url", &json!({ "url": url })).map(drop)
    }

    /// Lets the browser connect to servers of this machine; names still do not resolve.
    pub fn connect(&self) -> Result<()> {
        if self.driver.kind == Kind::Firefox {
            // It always may.
            return Ok(());
        }
        self.post(
            "/chromium/network_conditions",
            &json!({ "network_conditions": {
                "offline": false, "latency": 0, "download_throughput": -1, "upload_throughput": -1,
            }}),
        )
        .map(drop)
    }

    /// Loads the page once more.
    pub fn reload(&self) -> Result<()> {
        self.post("/refresh", &json!({})).map(drop)
    }

    /// Address of the page that is open.
    pub fn url(&self) -> Result<String> {
        self.text_of("/url")
    }

    /// Title of the page that is open.
    pub fn title(&self) -> Result<String> {
        self.text_of("/title")
    }

    /// Runs a script of the test's own (not the page's) and gives back what it returns.
    pub fn run(&self, script: &str) -> Result<Value> {
        self.run_on(script, &[])
    }

    /// The same with `arguments`.
    pub fn run_on(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Presses and releases keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &[&str]) -> Result<()> {
        let strokes: Vec<Value> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|t| json!({ "type": t, "value": key })))
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", &json!({ "actions": [keyboard] })).map(drop)
    }

    /// The first element for a CSS selector.
    pub fn find(&self, selector: &str) -> Result<Element> {
        self.element("css selector", selector)
    }

    /// The first link with exactly this text.
    pub fn link(&self, text: &str) -> Result<Element> {
        self.element("link text", text)
    }

    fn element(&self, using: &str, what: &str) -> Result<Element> {
        let found = self.post("/element", &json!({ "using": using, "value": what }))?;
        let id = found[ELEMENT].as_str().context("the driver has named no element")?;
        Ok(Element(id.to_owned()))
    }

    /// Clicks in the middle of an element, which must be in sight there.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("/element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Whether a reader sees an element, at least by scrolling.
    pub fn is_displayed(&self, element: &Element) -> Result<bool> {
        let value = self.get(&format!("/element/{}/displayed", element.0))?;
        value.as_bool().context("displayed or not?")
    }

    /// The text of an element as a reader sees it.
    pub fn text(&self, element: &Element) -> Result<String> {
        self.text_of(&format!("/element/{}/text", element.0))
    }

    /// Gives the page a window of this size in CSS pixels; a desktop's windows cannot be as small
    /// as a phone's.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &size).map(drop)
    }

    /// Makes the system of the reader prefer `light` or `dark` pages.
    pub fn prefer_colours(&self, scheme: &str) -> Result<()> {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": [feature] })).map(drop)
    }

    /// Sends a command of Chromium's own protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", &body)
    }

    /// Messages in the console since the last call.
    pub fn console(&self) -> Result<Vec<Message>> {
        if self.driver.kind == Kind::Firefox {
            return firefox::console(self);
        }
        let entries = self.log("browser")?;
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        Ok(entries
            .iter()
            .map(|entry| Message { level: text(entry, "level"), text: text(entry, "message") })
            .collect())
    }

    /// Addresses asked for since the last call, answered or not.
    pub fn requests(&self) -> Result<Vec<String>> {
        if self.driver.kind == Kind::Firefox {
            return firefox::requests(self);
        }
        let mut addresses = Vec::new();
        for entry in self.log("performance")? {
            let message = entry["message"].as_str().context("an event without message")?;
            let event: Value = serde_json::from_str(message).context("an event is no JSON")?;
            let event = &event["message"];
            let url = match event["method"].as_str() {
                Some("Network.requestWillBeSent") => &event["params"]["request"]["url"],
                // Connections of other kinds have events of their own.
                Some("Network.webSocketCreated" | "Network.webTransportCreated") => {
                    &event["params"]["url"]
                }
                _ => continue,
            };
            addresses.push(url.as_str().context("a request without address")?.to_owned());
        }
        Ok(addresses)
    }

    fn log(&self, kind: &str) -> Result<Vec<Value>> {
        match self.post("/se/log", &json!({ "type": kind }))? {
            Value::Array(entries) => Ok(entries),
            other => Err(anyhow!("the {kind} log is no list: {other}")),
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let address = format!("{}{}", self.driver.address, self.path);
        let _ = self.driver.agent.delete(address).call();
    }
}

/// The `file:` address of a path, which may have blanks and letters of any script.
#[must_use]
pub fn file_url(path: &Path) -> String {
    use std::fmt::Write as _;

    let mut url = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                url.push(char::from(*byte));
            }
            other => {
                let _ = write!(url, "%{other:02X}");
            }
        }
    }
    url
}
