//! Serves the pages of a preview, with the findings above them and a script that loads a page
//! again when it has changed. The pages on disk are as a build makes them; all this is added while
//! they are sent.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::sse::{Event as Message, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{Stream, unfold};
use handbook_model::region::is_inner_path;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::make::Made;
use super::{Event, bar};

const SCRIPT: &str = include_str!("preview.js");
const STYLE: &str = include_str!("preview.css");
/// Takes the place of a built site's worker that was left behind at this address.
const FAREWELL: &str = include_str!("farewell.js");

/// What is shown at present.
#[derive(Default)]
pub(super) struct Shown {
    /// Builds so far, the first one being 1.
    build: u64,
    /// Whether there has been a good build.
    good: bool,
    /// The build that changed a file last.
    files: BTreeMap<String, u64>,
    /// The bar above all pages, and the build that changed it last.
    bar: (String, u64),
}

impl Shown {
    /// Whether a build has ended yet.
    pub(super) fn tried(&self) -> bool {
        self.build > 0
    }

    /// Takes in what a build has come to.
    pub(super) fn add(&mut self, made: &Made) {
        let first = !self.tried();
        self.build += 1;
        self.good |= !made.changed.is_empty();
        self.files.extend(made.changed.iter().map(|path| (path.clone(), self.build)));
        let bar = bar::bar(made, self.good);
        if bar != self.bar.0 || first {
            self.bar = (bar, self.build);
        }
    }

    /// Tells one state of a page, bar included, from another one; of this run of the program, so
    /// that a page left over from an earlier run is known to be old.
    fn version(&self, path: &str) -> String {
        let file = self.files.get(path).copied().unwrap_or_default();
        format!("{}-{}", std::process::id(), file.max(self.bar.1))
    }
}

/// What answers are made from.
#[derive(Clone)]
pub(super) struct Site {
    folder: PathBuf,
    news: watch::Receiver<Shown>,
    events: UnboundedSender<Event>,
}

impl Site {
    /// Serves the files in `folder`.
    pub(super) fn new(
        folder: PathBuf,
        news: watch::Receiver<Shown>,
        events: UnboundedSender<Event>,
    ) -> Self {
        Self { folder, news, events }
    }
}

/// Answers until there can be no news any more.
pub(super) async fn serve(listener: TcpListener, site: Site) -> std::io::Result<()> {
    let mut news = site.news.clone();
    let mut router = Router::new()
        .route("/_preview.js", get(|| async { typed("text/javascript", SCRIPT) }))
        .route("/_preview.css", get(|| async { typed("text/css", STYLE) }))
        .route("/_preview/news/{*path}", get(wait))
        .route("/", get(|state| file(state, Path(String::new()))))
        .route("/{*path}", get(file))
        .with_state(site);
    if listener.local_addr()?.ip().is_loopback() {
        router = router.layer(from_fn(own_names_only));
    }
    let end = async move { while news.changed().await.is_ok() {} };
    axum::serve(listener, router).with_graceful_shutdown(end).await
}

/// Refuses requests under a foreign name. A name that somebody has pointed at this computer would
/// let their page read the preview.
async fn own_names_only(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let own = name == "localhost"
        || host.parse::<SocketAddr>().is_ok()
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    if own {
        return next.run(request).await;
    }
    let text = "The preview answers only to localhost and to numeric addresses.\n";
    (StatusCode::FORBIDDEN, typed("text/plain", text)).into_response()
}

/// Path of a file in the preview that an address means; none, if it leads out of the folder.
fn place(path: &str) -> Option<String> {
    let folder = path.is_empty() || path.ends_with('/');
    let path = if folder { format!("{path}index.html") } else { path.to_owned() };
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    (is_inner_path(&path) && !hidden).then_some(path)
}

/// Sends a file, a page with what belongs to the preview.
async fn file(State(site): State<Site>, Path(path): Path<String>) -> Response {
    let Some(place) = place(&path) else { return nothing(&path) };
    let is_page = place.ends_with(".html");
    // Before the file is read: a page that is replaced meanwhile is loaded again, never missed.
    let (good, version, bar) = {
        let shown = site.news.borrow();
        (shown.good, shown.version(&place), shown.bar.0.clone())
    };
    if is_page && !good {
        return typed("text/html", with_preview(NO_PAGE, &version, &bar));
    }
    // Small files of a fast disk, for one reader: not worth a thread.
    match std::fs::read(site.folder.join(&place)) {
        Ok(bytes) if is_page => {
            let page = String::from_utf8_lossy(&bytes);
            typed("text/html", with_preview(&page, &version, &bar))
        }
        Ok(bytes) => typed(media_type(&place), bytes),
        Err(_) if place.ends_with("/sw.js") => typed("text/javascript", FAREWELL),
        Err(_) => nothing(&path),
    }
}

/// Tells the version of a page, and each later one.
async fn wait(
    State(site): State<Site>,
    Path(path): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Message, Infallible>>>, Response> {
    let Some(place) = place(&path) else { return Err(nothing(&path)) };
    let _ = site.events.send(Event::PageJoined(place.clone()));
    let news = unfold((site.news, place, None), |(mut news, place, told)| async move {
        loop {
            let version = news.borrow_and_update().version(&place);
            if told.as_ref() != Some(&version) {
                let message = Message::default().data(&version);
                return Some((Ok(message), (news, place, Some(version))));
            }
            // No sender, no news: the program ends.
            news.changed().await.ok()?;
        }
    });
    Ok(Sse::new(news))
}

const NO_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Preview</title></head><body><p>There is no good page yet. This page changes by itself \
    as soon as there is one.</p></body></html>\n";

/// A page with the bar, the script and leave for the script to ask for news.
fn with_preview(page: &str, version: &str, bar: &str) -> String {
    let frame = frame(page);
    let head = format!(
        "<link rel=\"stylesheet\" href=\"/_preview.css\">\
         <script src=\"/_preview.js\" data-version=\"{version}\" data-frame=\"{frame}\"></script></head>"
    );
    page.replacen("connect-src 'none'", "connect-src 'self'", 1)
        .replacen("</head>", &head, 1)
        .replacen("<body>", &format!("<body>{bar}"), 1)
}

/// Tells what is around the text of a page: as long as this stays the same, the text alone can take
/// the place of an older one. A text with a script has to be loaded with its page.
fn frame(page: &str) -> String {
    let text = page.split_once("<main").and_then(|(before, rest)| {
        let (text, after) = rest.rsplit_once("</main>")?;
        (!text.contains("<script")).then_some((before, after))
    });
    let mut hasher = DefaultHasher::new();
    text.unwrap_or((page, "")).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn nothing(path: &str) -> Response {
    let text = format!("There is no /{path} in the handbook. It begins at / (its start page).\n");
    (StatusCode::NOT_FOUND, typed("text/plain", text)).into_response()
}

fn typed(media_type: &str, body: impl IntoResponse) -> Response {
    let charset = if media_type.starts_with("text/") { "; charset=utf-8" } else { "" };
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, format!("{media_type}{charset}")),
        // Each load must show what is there now.
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, body).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_in_the_folder() {
        assert_eq!(place("").as_deref(), Some("index.html"));
        assert_eq!(place("en/").as_deref(), Some("en/index.html"));
        assert_eq!(place("en/list/3A.html").as_deref(), Some("en/list/3A.html"));
        for out in ["../x", "en/../../x", "/etc/passwd", "en//x", "en\\..\\x", "c:/x", ".work/x"] {
            assert_eq!(place(out), None, "{out}");
        }
    }

    #[test]
    fn a_page_changes_with_its_file_and_with_the_bar() {
        let mut shown = Shown::default();
        let build = |files: &[&str], failure: Option<&str>| Made {
            changed: files.iter().map(|f| (*f).to_owned()).collect(),
            failure: failure.map(str::to_owned),
            ..Made::default()
        };
        shown.add(&build(&["a.html", "b.html"], None));
        let first = shown.version("a.html");
        shown.add(&build(&["b.html"], None));
        assert_eq!(shown.version("a.html"), first);
        assert_ne!(shown.version("b.html"), first);
        shown.add(&build(&[], Some("No.")));
        let with_bar = shown.version("a.html");
        assert_ne!(with_bar, first);
        shown.add(&build(&[], Some("No.")));
        assert_eq!(shown.version("a.html"), with_bar);
    }

    #[test]
    fn the_script_may_ask_its_own_server_and_nobody_else() {
        let page = "<head><meta content=\"connect-src 'none'\"></head><body>connect-src 'none'";
        let sent = with_preview(page, "1-2", "<aside></aside>");
        assert!(sent.starts_with("<head><meta content=\"connect-src 'self'\"><link"), "{sent}");
        assert!(sent.ends_with("<body><aside></aside>connect-src 'none'"), "{sent}");
    }
}
