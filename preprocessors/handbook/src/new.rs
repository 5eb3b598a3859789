//! `handbook new`: files to begin with, along the outline. Writes only what is not there.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use handbook_model::diagnostic::suggestion;
use handbook_model::procedure::{MAX_TITLE, Procedure, Side};
use handbook_model::region::{CountrySource, Place, is_country_code};
use handbook_model::{Findings, Handbook};
use mdbook_handbook::gather;

use crate::{Format, Outcome, terminal};

/// Header of a country's table in `book.toml`.
const TABLE: &str = "[[preprocessor.handbook.country]]";

/// Words of a new country that only somebody who knows it can give.
#[derive(Default)]
pub(crate) struct Names {
    /// Short English name.
    pub name: Option<String>,
    /// Name in its own language.
    pub official: Option<String>,
    /// Language of official names.
    pub language: Option<String>,
}

/// Starts a country: its folder, every section as a stub, registers to fill, its table in
/// `book.toml`.
pub(crate) fn country(root: &Path, id: &str, names: &Names) -> Result<Outcome> {
    let Some(handbook) = read(root)? else { return Ok(Outcome::Errors) };
    let id = id.to_ascii_lowercase();
    if !is_country_code(&id) {
        return misuse("A country's id is its ISO 3166 code, two letters such as md.");
    }
    if handbook.region.countries.iter().any(|c| c.id.value == id) {
        return misuse(&format!(
            "book.toml has the country {id} already. For a section that it lacks: \
             handbook new section {id} ID"
        ));
    }
    let team = names.name.as_deref().map_or(id.to_ascii_uppercase(), str::to_owned);
    let folder = format!("chapters/{id}");
    let written = handbook.region.languages.first().map_or("en", |l| l.id.as_str());
    write(root, &format!("{folder}/country.toml"), &descriptor(names, written))?;
    for (name, text) in registers(&id) {
        write(root, &format!("{folder}/{name}"), &text)?;
    }
    for section in handbook.outline.ids() {
        write(root, &format!("{folder}/{section}.md"), &stub(&team))?;
    }
    let settings = root.join("book.toml");
    let text = fs::read_to_string(&settings).context("book.toml cannot be read")?;
    fs::write(&settings, with_country(&text, &id)).context("book.toml cannot be written")?;
    terminal::print("changed book.toml");
    say_next(&[
        &format!(
            "Fill in {folder}/country.toml; until then handbook check reports what is missing."
        ),
        "Add sources, then write a section: change its status to draft and give it a date checked.",
        "If the chapter is to be kept in a repository of its own, see EDITING.md.",
        "Look at it: handbook check, then handbook build.",
    ]);
    Ok(Outcome::Good)
}

/// Starts a section that a country lacks.
pub(crate) fn section(root: &Path, id: &str, section: &str) -> Result<Outcome> {
    let Some(handbook) = read(root)? else { return Ok(Outcome::Errors) };
    let countries = &handbook.region.countries;
    let Some(country) = countries.iter().find(|c| c.id.value == id) else {
        let known = suggestion(id, countries.iter().map(|c| c.id.as_str()));
        return misuse(&format!("book.toml has no country {id}. {known}"));
    };
    let Some(outline) = handbook.outline.section(section) else {
        let known = suggestion(section, handbook.outline.ids());
        return misuse(&format!("The outline has no section {section}. {known}"));
    };
    let Some(folder) = folder_here(country) else { return elsewhere(country) };
    let path = format!("{folder}/{section}.md");
    let name = handbook.country(id).map_or(id.to_ascii_uppercase(), |c| c.name.clone());
    if !write(root, &path, &stub(&name))? {
        return Ok(Outcome::Errors);
    }
    terminal::say(&format!("\n{}: {}", outline.title, outline.purpose));
    terminal::say("The outline asks for:");
    for line in &outline.contents {
        terminal::say(&format!("- {line}"));
    }
    say_next(&[
        "Write the section below the second line +++, each heading with an id.",
        "Then change its status to draft, delete owed-by and give it a date checked.",
        "Look at it: handbook check",
    ]);
    Ok(Outcome::Good)
}

/// Starts both sides of a procedure that the frame names.
pub(crate) fn procedure(root: &Path, id: &str) -> Result<Outcome> {
    let Some(handbook) = read(root)? else { return Ok(Outcome::Errors) };
    let Some(procedure) = handbook.procedure(id) else {
        let known = handbook.procedures.rows.iter().map(|p| p.id.as_str());
        terminal::say(&format!(
            "book/procedures.toml has no procedure {id}. {}",
            suggestion(id, known)
        ));
        terminal::say(
            "To begin a new one, add this there, fill it in, and run the command again:\n",
        );
        terminal::print(&procedure_table(id, &handbook));
        return Ok(Outcome::Misuse);
    };
    let (mut wrote, mut there) = (0, 0);
    for (at, side) in procedure.sides.iter().enumerate() {
        let other = handbook.country(&procedure.sides[1 - at]).and_then(|c| c.side(id));
        let text = side_text(procedure, &side.value, other);
        let Some(country) = handbook.region.countries.iter().find(|c| c.id.value == side.value)
        else {
            continue;
        };
        let Some(folder) = folder_here(country) else {
            terminal::say(&format!(
                "{}: kept in another repository; add the file there",
                side.value
            ));
            terminal::print(&text);
            continue;
        };
        let path = format!("{folder}/procedures/{id}.toml");
        if write(root, &path, &text)? {
            wrote += 1;
        } else {
            there += 1;
        }
    }
    if wrote == 0 && there > 0 {
        return Ok(Outcome::Errors);
    }
    say_next(&[
        "Each team replaces the steps of its file by its own; a hand-over stays in one step.",
        "Name who acts in [[actor]], papers in [[document]]; those the other side sees have crosses = true.",
        "A step rests on a source (trust, sources) or is proposed.",
        "Look at it: handbook check says where the two sides do not meet.",
    ]);
    Ok(Outcome::Good)
}

fn read(root: &Path) -> Result<Option<Handbook>> {
    let findings = Findings::default();
    let gathered = gather(root, None, &findings, &|_| {});
    if gathered.is_none() {
        terminal::findings(&findings.sorted(), Format::Human);
    }
    Ok(gathered.map(|gathered| gathered.handbook))
}

fn misuse(message: &str) -> Result<Outcome> {
    terminal::say(message);
    Ok(Outcome::Misuse)
}

fn elsewhere(country: &CountrySource) -> Result<Outcome> {
    misuse(&format!(
        "The chapter {} is kept in another repository; the file has to be added there.",
        country.id.value
    ))
}

/// A country's folder, where it is one of this repository.
fn folder_here(country: &CountrySource) -> Option<&str> {
    (country.place == Place::Here).then_some(country.folder.as_str())
}

/// Writes a file that is not there yet, and says so.
fn write(root: &Path, path: &str, text: &str) -> Result<bool> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{path} cannot be made"))?;
    }
    // One step, so that a file made in between is not lost either.
    match OpenOptions::new().write(true).create_new(true).open(&target) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).with_context(|| format!("{path} cannot be written"))?;
            terminal::print(&format!("wrote {path}"));
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            terminal::print(&format!("left {path} as it is"));
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("{path} cannot be written")),
    }
}

fn say_next(lines: &[&str]) {
    terminal::say("\nWhat to do next:");
    for (at, line) in lines.iter().enumerate() {
        terminal::say(&format!("{}. {line}", at + 1));
    }
}

fn stub(team: &str) -> String {
    format!(
        "+++\nstatus = \"pending\"\nowed-by = {}\n+++\n",
        quoted(&format!("the team of {team}"))
    )
}

/// A text as TOML writes it: JSON's way of writing texts is also TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn descriptor(names: &Names, written: &str) -> String {
    let line = |key: &str, value: &Option<String>, comment: &str| match value {
        Some(value) => format!("{key} = {}\n", quoted(value)),
        None => format!("# {key} = \"…\"    # {comment}\n"),
    };
    let mut text =
        line("name", &names.name, "short English name; take away the first # of the line");
    text += &line("official-name", &names.official, "name in its own language");
    text += &line("language", &names.language, "language of official names, such as ro");
    text += &format!(
        "source-language = {}    # language these files are written in\n",
        quoted(written)
    );
    text + "
# Only with a national act that takes over a list edition. Without one, the state of every entry
# is unknown, which is the truth.
# [applies]
# list = \"dual-use\"
# edition = \"…\"          # such as 2021/821
# act = \"…\"              # id in sources.toml
# trust = \"seen\"
# checked = 2000-01-01   # when it was compared with the act
# note = \"…\"
"
}

/// Registers with a commented row each.
fn registers(id: &str) -> [(&'static str, String); 5] {
    [
        (
            "sources.toml",
            format!(
                "\
# The acts and documents the chapter rests on. Ids are for ever. Leave out what is not known.
# Without `read` the source was not read, and statements that rest on it are unconfirmed.

# [[source]]
# id = \"{id}-…\"
# short = \"…\"            # shown in marks, 25 characters at most
# title = \"…\"            # in its own language
# lang = \"…\"
# english = \"…\"
# kind = \"law\"           # law, by-law, treaty, official page, report, press, paper, database
# number = \"…\"
# date = 2000-01-01
# url = \"https://…\"
# read = 2000-01-01
# copy = \"…\"             # what was read
# note = \"…\"
"
            ),
        ),
        (
            "authorities.toml",
            "\
# Who decides, checks and answers. Official contacts only.

# [[authority]]
# id = \"…\"
# name = \"…\"             # official name in its own language
# lang = \"…\"
# english = \"…\"
# role = \"…\"
# trust = \"unconfirmed\"  # or seen, secondary, proposed, with sources = [\"…\"]
# [[authority.contact]]
# kind = \"site\"          # address, site, phone, e-mail
# value = \"https://…\"
# trust = \"unconfirmed\"
"
            .to_owned(),
        ),
        (
            "questions.toml",
            "\
# What the country team still has to answer.

# [[question]]
# id = \"…\"
# section = \"…\"          # id of the section that the answer belongs in
# text = \"…\"
"
            .to_owned(),
        ),
        (
            "terms.toml",
            "\
# Terms of national law, with the regional term they correspond to.

# [[term]]
# id = \"…\"
# text = \"…\"             # in its own language
# lang = \"…\"
# english = \"…\"
# regional = \"…\"         # id in book/glossary.toml, if there is one
# trust = \"unconfirmed\"
"
            .to_owned(),
        ),
        (
            "facts.toml",
            "\
# What the chapter says on the points that are compared (book/comparisons.toml), in few words.
# A fact repeats a rule of the chapter: the same grade, no other source and no other number.

# [[fact]]
# topic = \"…\"            # such as licensing/fees
# text = \"…\"
# rule = \"…\"             # section#rule
# trust = \"seen\"
# sources = [\"…\"]
"
            .to_owned(),
        ),
    ]
}

/// `book.toml` with one more country: every other byte stays as it was.
fn with_country(text: &str, id: &str) -> String {
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let table = [TABLE, &format!("id = \"{id}\""), &format!("folder = \"chapters/{id}\"")]
        .map(|line| format!("{line}{end_of_line}"))
        .concat();
    let at = end_of_last_country(text).unwrap_or(text.len());
    let (before, after) = text.split_at(at);
    let close = if before.is_empty() || before.ends_with('\n') { "" } else { end_of_line };
    let gap = if before.is_empty() { "" } else { end_of_line };
    format!("{before}{close}{gap}{table}{after}")
}

/// Where the last line of the last country's table ends.
fn end_of_last_country(text: &str) -> Option<usize> {
    let (mut inside, mut at, mut end) = (false, 0, None);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let line = line.trim();
        if line.starts_with('[') {
            inside = line.split('#').next().is_some_and(|l| l.trim_end() == TABLE);
        }
        if inside && !line.is_empty() && !line.starts_with('#') {
            end = Some(at);
        }
    }
    end
}

/// The table of a procedure the frame does not have yet, as far as its id tells.
fn procedure_table(id: &str, handbook: &Handbook) -> String {
    let parts: Vec<&str> = id.split('-').collect();
    let country = |at: usize| {
        let known = |part: &&&str| handbook.region.countries.iter().any(|c| c.id.value == **part);
        parts.get(at).filter(known).copied().unwrap_or("…")
    };
    let (from, to) = (country(0), country(1));
    let modes = ["road", "rail", "sea", "river", "air"];
    let mode = parts.iter().copied().find(|part| modes.contains(part)).unwrap_or("…");
    format!(
        "[[procedure]]\nid = {}\ntitle = \"…\"\nfrom = \"{from}\"\nto = \"{to}\"\nmode = \"{mode}\"\n\
         about = \"…\"\n\n[[procedure.hand-over]]\nid = \"goods\"\ntitle = \"Goods and papers\"\n\
         giver = \"{from}\"",
        quoted(id)
    )
}

/// One side's file: a step for each hand-over and every paper that the other side shows, so that
/// the two sides meet from the start.
fn side_text(procedure: &Procedure, country: &str, other: Option<&Side>) -> String {
    let mut text = format!(
        "# {}: the side of {}.\n\nprocedure = {}\nstatus = \"pending\"\n\n[[actor]]\nid = \
         \"officer\"\nname = \"Officer\"\n",
        procedure.title,
        country.to_ascii_uppercase(),
        quoted(&procedure.id),
    );
    for paper in other.into_iter().flat_map(|o| &o.documents).filter(|d| d.crosses) {
        text += &format!(
            "\n[[document]]\nid = {}\nname = {}\ncrosses = true\ntrust = \"proposed\"\n",
            quoted(&paper.id),
            quoted(&paper.name),
        );
    }
    for hand_over in &procedure.hand_overs {
        let gives = hand_over.giver.value == country;
        let (verb, key) = if gives { ("give", "gives") } else { ("take", "receives") };
        let title: String = hand_over.title.chars().take(MAX_TITLE).collect();
        text += &format!(
            "\n[[step]]\nid = \"{verb}-{id}\"\ntitle = {}\nactor = \"officer\"\ntext = \"Not written \
             yet.\"\n{key} = {}\ntrust = \"proposed\"\n",
            quoted(title.trim_end()),
            quoted(&hand_over.id),
            id = *hand_over.id,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_goes_behind_the_last_one_and_nothing_else_changes() {
        let before = "[book]\ntitle = \"x\"\n\n# Countries.\n[[preprocessor.handbook.country]]\nid = \"md\"\nfolder = \"chapters/md\" # here\n";
        let after = "\n# Pages.\n[output.html]\ntheme = \"t\"\n";
        let text = with_country(&format!("{before}{after}"), "ro");
        let table = "\n[[preprocessor.handbook.country]]\nid = \"ro\"\nfolder = \"chapters/ro\"\n";
        assert_eq!(text, format!("{before}{table}{after}"));
        assert_eq!(with_country(before, "ro"), format!("{before}{table}"));
        let unfinished = "[preprocessor.handbook]";
        assert_eq!(with_country(unfinished, "ro"), format!("{unfinished}\n{table}"));
        let windows = before.replace('\n', "\r\n");
        assert_eq!(with_country(&windows, "ro"), windows.clone() + &table.replace('\n', "\r\n"));
    }
}
