//! What lets a browser keep a language of the site, whole, for use without a line: a service worker
//! that knows all its files, and the manifest that lets the site be installed.
//!
//! Only a build writes them: the preview changes all the time and must not be kept.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use git2::{ObjectType, Oid};
use handbook_model::region::Language;
use handbook_model::{Files, Findings};
use mdbook_handbook::{Gathered, missing_page};
use mdbook_renderer::config::{Config, TextDirection};
use serde_json::{Value, json};

use crate::render::{THEME, list_files};
use crate::terminal;

/// The worker as the theme has it, and as the site gets it.
const WORKER: &str = "sw.js";

/// Icons of an installed site: file of the theme, sizes, media type, purpose. All are drawn to the
/// edge with room around, so that phones may cut them into any shape.
const ICONS: [(&str, &str, &str, &str); 4] = [
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "maskable"),
];

/// A file that the worker keeps.
struct Kept {
    /// Address below the language's folder.
    address: String,
    /// Id of its content, as git has it.
    id: Oid,
    bytes: usize,
}

/// Writes worker, manifest and icons into the folder of a language, after all its other files.
/// `stylesheet` is the address of its style sheet from the site's top folder. A theme without a
/// worker, as of an old commit, gives a site that is not kept.
pub(crate) fn write(
    gathered: &Gathered,
    config: &Config,
    language: &Language,
    stylesheet: &str,
    folder: &Path,
    findings: &Findings,
) -> Result<()> {
    let Some(worker) = gathered.files.text(&format!("{THEME}/{WORKER}"), findings) else {
        return Ok(());
    };
    let direction = match config.book.realized_text_direction() {
        TextDirection::RightToLeft => "rtl",
        _ => "ltr",
    };
    let mut icons = Vec::new();
    for (name, sizes, kind, purpose) in ICONS {
        let Some(bytes) = gathered.files.bytes(&format!("{THEME}/{name}")) else { continue };
        put(folder, name, bytes)?;
        icons.push(json!({ "src": name, "sizes": sizes, "type": kind, "purpose": purpose }));
    }
    let manifest = manifest(gathered, language, direction, icons);
    put(folder, "manifest.json", format!("{manifest:#}\n").as_bytes())?;

    let stylesheet = stylesheet.split_once('/').map_or(stylesheet, |(_, inner)| inner);
    let missing = missing_page(gathered, language, direction, stylesheet, findings);
    let kept = kept(folder)?;
    let bytes: usize = kept.iter().map(|file| file.bytes).sum();
    let list: Vec<String> = kept
        .iter()
        .map(|file| format!("[{}, \"{}\", {}],", json!(file.address), file.id, file.bytes))
        .collect();
    let list = list.join("\n    ");
    // Two texts are the same one if all that a reader can be shown is.
    let version = Oid::hash_object(ObjectType::Blob, format!("{list}\n{missing}").as_bytes())?;
    let script = worker
        .text()
        .replace("{version}", &version.to_string()[..16])
        .replace("/* {files} */", &list)
        .replace("\"{missing}\"", &json!(missing).to_string());
    put(folder, WORKER, script.as_bytes())?;
    terminal::say(&format!(
        "  for use without a line: {} files, {:.1} MB",
        kept.len(),
        // Far below what a float holds exactly.
        bytes as f64 / 1e6
    ));
    Ok(())
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// All files in the folder of a language, in the order of their addresses.
fn kept(folder: &Path) -> Result<Vec<Kept>> {
    let mut names = Vec::new();
    list_files(folder, Path::new("").to_owned(), &mut names)?;
    let mut kept = Vec::new();
    for name in names {
        let bytes = fs::read(folder.join(&name))
            .with_context(|| format!("{} cannot be read", name.display()))?;
        let parts: Vec<_> = name.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        let id = Oid::hash_object(ObjectType::Blob, &bytes)?;
        kept.push(Kept { address: parts.join("/"), id, bytes: bytes.len() });
    }
    kept.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(kept)
}

fn manifest(gathered: &Gathered, language: &Language, direction: &str, icons: Vec<Value>) -> Value {
    let region = &gathered.handbook.region;
    let mut manifest = json!({
        "name": region.title,
        "short_name": short(&region.title),
        "description": region.description,
        "lang": language.id,
        "dir": direction,
        "start_url": "index.html",
        "scope": "./",
        "display": "standalone",
        "icons": icons,
    });
    for (key, property) in [("theme_color", "--band"), ("background_color", "--paper")] {
        if let Some(colour) = colour(&gathered.files, property) {
            manifest[key] = colour.into();
        }
    }
    manifest
}

/// As many first words of a title as home screens have room for, one at least.
fn short(title: &str) -> &str {
    /// Letters below an icon before they are cut.
    const ROOM: usize = 12;
    let ends = title.match_indices(' ').map(|(at, _)| at).chain([title.len()]);
    let fitting = ends.clone().filter(|end| title[..*end].chars().count() <= ROOM).max();
    &title[..fitting.or(ends.min()).unwrap_or(title.len())]
}

/// A colour of the light theme, as the style sheet has it.
fn colour<'f>(files: &'f Files, property: &str) -> Option<&'f str> {
    let css = std::str::from_utf8(files.bytes(&format!("{THEME}/css/general.css"))?).ok()?;
    let (_, rest) = css.split_once(&format!("{property}:"))?;
    Some(rest.split_once(';')?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_whole_words() {
        assert_eq!(short("GUAM Regional Export Control Handbook"), "GUAM");
        assert_eq!(short("Sample handbook"), "Sample");
        assert_eq!(short("Handbook"), "Handbook");
        assert_eq!(short("რეგიონული სახელმძღვანელო"), "რეგიონული");
        assert_eq!(short("Exportkontrollhandbuch der Region"), "Exportkontrollhandbuch");
        assert_eq!(short(""), "");
    }

    #[test]
    fn the_colours_are_those_of_the_style_sheet() {
        let mut files = Files::default();
        let css = ":root {\n    --paper: #ffffff;\n    --band: #12324f;\n}";
        files.insert(format!("{THEME}/css/general.css"), css.as_bytes().to_vec());
        assert_eq!(colour(&files, "--band"), Some("#12324f"));
        assert_eq!(colour(&files, "--paper"), Some("#ffffff"));
        assert_eq!(colour(&files, "--none"), None);
    }
}
