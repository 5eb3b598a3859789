//! Firefox, driven through geckodriver, which has one browser at a time.
//!
//! What the console and the requests are, Firefox tells only to scripts of its own, so these run
//! beside the pages, with the rights of the browser.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Driver, Kind, Message, Scripts, Session};

/// Where Firefox is.
fn firefox() -> PathBuf {
    env::var_os("HANDBOOK_FIREFOX").unwrap_or_else(|| "/usr/bin/firefox-esr".into()).into()
}

/// Where geckodriver is: `tests/run` builds it.
fn geckodriver() -> PathBuf {
    let usual = crate::workspace_root().join("target/tools/bin/geckodriver");
    env::var_os("HANDBOOK_GECKODRIVER").map_or(usual, PathBuf::from)
}

/// Starts geckodriver on a free port.
pub(super) fn start() -> Result<Driver> {
    let (firefox, geckodriver) = (firefox(), geckodriver());
    for (path, how, variable) in [
        (&firefox, "on Debian: apt-get install firefox-esr", "HANDBOOK_FIREFOX"),
        (&geckodriver, "tests/run does it", "HANDBOOK_GECKODRIVER"),
    ] {
        ensure!(
            path.is_file(),
            "the browser tests need {}, which is not there: install it ({how}) or name its place \
             in {variable}",
            path.display()
        );
    }
    // The second lets the tests read the browser's console and requests.
    let arguments = ["--port=0", "--allow-system-access"];
    Driver::launch(&geckodriver, &arguments, Kind::Firefox, firefox)
}

/// Opens the browser: a fresh user, no network, and pages on the disk strangers to each other, as
/// in Firefox at people's homes. (Test tools usually switch that off.)
pub(super) fn session(driver: &Driver, scripts: Scripts, wasm: bool) -> Result<Session<'_>> {
    const DEAD: &str = "127.0.0.1";
    let mut preferences = json!({
        "security.fileuri.strict_origin_policy": true,
        "javascript.enabled": scripts == Scripts::On,
        "javascript.options.wasm": wasm,
        // All but this machine goes to a proxy that is not there; names are its matter too.
        "network.proxy.type": 1,
        "network.proxy.socks_remote_dns": true,
    });
    for kind in ["http", "ssl", "socks"] {
        preferences[format!("network.proxy.{kind}")] = json!(DEAD);
        preferences[format!("network.proxy.{kind}_port")] = json!(9);
    }
    // What Firefox would ask for on its own account.
    for off in [
        "app.normandy.enabled",
        "app.update.auto",
        "browser.newtabpage.enabled",
        "browser.safebrowsing.downloads.enabled",
        "browser.safebrowsing.malware.enabled",
        "browser.safebrowsing.phishing.enabled",
        "datareporting.healthreport.uploadEnabled",
        "datareporting.policy.dataSubmissionEnabled",
        "extensions.getAddons.cache.enabled",
        "extensions.update.enabled",
        "media.gmp-manager.updateEnabled",
        "network.captive-portal-service.enabled",
        "network.connectivity-service.enabled",
        "toolkit.telemetry.enabled",
        "toolkit.telemetry.unified",
    ] {
        preferences[off] = json!(false);
    }
    preferences["services.settings.server"] = json!("data:,");
    let options = json!({ "binary": driver.browser, "args": ["-headless"], "prefs": preferences });
    let capabilities = json!({ "browserName": "firefox", "moz:firefoxOptions": options });
    let request = json!({ "capabilities": { "alwaysMatch": capabilities } });
    let opened = driver.post("/session", &request).context("Firefox cannot be started")?;
    let id = opened["sessionId"].as_str().context("geckodriver has named no session")?;
    // Geckodriver makes a fresh user itself; the folder is only for our own bookkeeping.
    let user = TempDir::new_in(driver.folder.path()).context("no temporary folder")?;
    let session = Session { driver, path: format!("/session/{id}"), _user: user };
    let strict = in_browser(
        &session,
        "const seen = window.handbookRequests = [];
         Services.obs.addObserver({ observe(subject) {
             const channel = subject.QueryInterface(Ci.nsIChannel);
             // The browser's own business is no matter of the tests.
             if (!channel.loadInfo.triggeringPrincipal.isSystemPrincipal) {
                 seen.push(channel.URI.spec);
             }
         } }, 'http-on-opening-request');
         return Services.prefs.getBoolPref('security.fileuri.strict_origin_policy');",
    )?;
    ensure!(strict == true, "Firefox lets pages on the disk read each other");
    Ok(session)
}

/// Runs a script with the rights of the browser.
fn in_browser(session: &Session<'_>, script: &str) -> Result<Value> {
    session.post("/moz/context", &json!({ "context": "chrome" }))?;
    let value = session.run(script);
    session.post("/moz/context", &json!({ "context": "content" }))?;
    value
}

/// Messages about pages since the last call.
pub(super) fn console(session: &Session<'_>) -> Result<Vec<Message>> {
    let entries = in_browser(
        session,
        "const all = Services.console.getMessageArray()
             .filter((m) => m instanceof Ci.nsIScriptError)
             .filter((m) => /^(file|https?|data|blob):/.test(m.sourceName))
             .map((m) => [m.logLevel, `${m.sourceName}:${m.lineNumber} ${m.errorMessage}`]);
         Services.console.reset();
         return all;",
    )?;
    let entries = entries.as_array().context("the console is no list")?;
    Ok(entries
        .iter()
        .map(|entry| {
            let level = match entry[0].as_u64() {
                Some(3) => "SEVERE",
                Some(2) => "WARNING",
                _ => "INFO",
            };
            let text = entry[1].as_str().unwrap_or_default().to_owned();
            Message { level: level.to_owned(), text }
        })
        .collect())
}

/// Addresses that pages have asked for over the network since the last call. Firefox does not tell
/// of files.
pub(super) fn requests(session: &Session<'_>) -> Result<Vec<String>> {
    let seen = in_browser(session, "return window.handbookRequests.splice(0);")?;
    let seen = seen.as_array().context("the requests are no list")?;
    Ok(seen.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
