//! The control list as the lookup carries it: what is looked up in, and what is shown of what was
//! found. One main table and one for each language of names, made at build time.
//!
//! The main table, kind `list`, holds in this order: held list editions; countries; the distinct
//! states with their bases; classes of texts; codes; for each code its editions, its title, its
//! state in each country, its other texts in the list's own language, CAS, UN and tariff numbers.
//! A table of names, kind `names`, holds the checksum of its main table, a language, and texts by
//! number of their code.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::fold::Lang;
use crate::index::{Index, Kind, Record, Tariff, Text};
use crate::json::Json;
use crate::keyed::Keyed;
use crate::query::Query;
use crate::rank::{Hit, Options};
use crate::table::{Broken, Reader, Writer};

/// Version of both kinds of table. Whoever changes what is written counts it up.
pub const VERSION: u32 = 1;

/// Everything the tables are made of.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Ids of held list editions, the oldest first.
    pub editions: Vec<String>,
    /// Ids of countries.
    pub countries: Vec<String>,
    /// Provisions in the order of the list.
    pub provisions: Vec<Provision>,
}

/// A provision, as it is found and as it is shown.
#[derive(Clone, Debug, Default)]
pub struct Provision {
    /// By what it is found. Its context is made from the titles of its parents.
    pub record: Record,
    /// Title in the list's own language.
    pub title: Option<String>,
    /// State in each country: its word and why.
    pub states: Vec<(String, String)>,
}

/// Writes the main table.
pub fn write_main(content: &Content) -> String {
    let mut writer = Writer::default();
    texts(&mut writer, content.editions.iter());
    texts(&mut writer, content.countries.iter());
    let tags: Vec<String> = languages(content).iter().map(|l| l.tag().to_string()).collect();
    texts(&mut writer, tags.iter());
    let mut states: Vec<&(String, String)> = Vec::new();
    for state in content.provisions.iter().flat_map(|p| &p.states) {
        if !states.contains(&state) {
            states.push(state);
        }
    }
    texts(&mut writer, states.iter().flat_map(|(word, basis)| [word, basis]));
    let own = |p: &'_ Provision| {
        let shown = p.title.clone();
        let other = move |t: &&Text| {
            t.lang == Lang::En && !(t.kind == Kind::Name && Some(&t.text) == shown.as_ref())
        };
        p.record.texts.iter().filter(other).cloned().collect::<Vec<_>>()
    };
    let own: Vec<Vec<Text>> = content.provisions.iter().map(own).collect();
    let classes = write_classes(&mut writer, own.iter().flatten());
    let provisions = &content.provisions;
    writer.count(provisions.len());
    let mut last = "";
    for provision in provisions {
        let code = provision.record.code.as_str();
        let same = last.bytes().zip(code.bytes()).take_while(|(a, b)| a == b).count();
        writer.count(same);
        writer.text(&code[same..]);
        last = code;
    }
    provisions.iter().for_each(|p| writer.number(p.record.editions));
    provisions.iter().for_each(|p| writer.text(p.title.as_deref().unwrap_or_default()));
    for country in 0..content.countries.len() {
        for provision in provisions {
            let at = states.iter().position(|s| *s == &provision.states[country]);
            writer.count(at.unwrap_or_default());
        }
    }
    for texts in &own {
        writer.count(texts.len());
        texts.iter().for_each(|t| writer.count(class_of(&classes, t)));
    }
    own.iter().flatten().for_each(|t| writer.text(&t.text));
    for Provision { record, .. } in provisions {
        texts(&mut writer, record.cas.iter());
        texts(&mut writer, record.un.iter());
        writer.count(record.tariff.len());
        for tariff in &record.tariff {
            writer.text(&tariff.hs);
            writer.text(tariff.national.as_deref().unwrap_or_default());
            writer.number(thousandths(tariff.weight));
        }
    }
    writer.finish("list", VERSION)
}

/// Languages that need a table of names, in the order in which they are read.
pub fn languages(content: &Content) -> Vec<Lang> {
    let texts = content.provisions.iter().flat_map(|p| &p.record.texts);
    let mut all: Vec<Lang> = texts.map(|t| t.lang).filter(|l| *l != Lang::En).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Writes the names of one language, to be read after the table `main`.
pub fn write_names(content: &Content, lang: Lang, main: &str) -> String {
    let mut writer = Writer::default();
    writer.text(checksum(main));
    writer.text(lang.tag());
    let names: Vec<(u32, &Text)> = (0..)
        .zip(&content.provisions)
        .flat_map(|(at, p)| p.record.texts.iter().map(move |t| (at, t)))
        .filter(|(_, t)| t.lang == lang)
        .collect();
    let classes = write_classes(&mut writer, names.iter().map(|(_, t)| *t));
    writer.rising(&names.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    names.iter().for_each(|(_, t)| writer.count(class_of(&classes, t)));
    names.iter().for_each(|(_, t)| writer.text(&t.text));
    writer.finish("names", VERSION)
}

fn texts<'t>(writer: &mut Writer, texts: impl Iterator<Item = &'t String>) {
    let texts: Vec<&String> = texts.collect();
    writer.count(texts.len());
    texts.iter().for_each(|text| writer.text(text));
}

/// What a text is and how much it says: few combinations in many texts.
type Class = (Kind, u32);

fn write_classes<'t>(writer: &mut Writer, texts: impl Iterator<Item = &'t Text>) -> Vec<Class> {
    let mut classes: Vec<Class> = texts.map(|t| (t.kind, thousandths(t.weight))).collect();
    classes.sort_unstable();
    classes.dedup();
    writer.count(classes.len());
    for (kind, weight) in &classes {
        writer.text(kind.key());
        writer.number(*weight);
    }
    classes
}

fn class_of(classes: &[Class], text: &Text) -> usize {
    let class = (text.kind, thousandths(text.weight));
    classes.iter().position(|c| *c == class).unwrap_or_default()
}

fn thousandths(weight: f32) -> u32 {
    (weight * 1000.0 + 0.5) as u32
}

/// The checksum in the first line of a table.
fn checksum(table: &str) -> &str {
    table.split(' ').nth(3).unwrap_or_default()
}

/// The list, ready for questions.
#[derive(Debug)]
pub struct List {
    editions: Vec<String>,
    countries: Vec<String>,
    languages: Vec<String>,
    states: Vec<String>,
    provisions: Vec<Provision>,
    /// For each provision the nearest one above it.
    parents: Vec<Option<u32>>,
    /// For each provision and country, its place among the states.
    state_of: Vec<u32>,
    checksum: String,
    /// Made when it is first needed: tables of names often come several at once.
    index: Option<Index>,
}

/// What to answer beside the query.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// Most results.
    pub limit: usize,
    /// Only provisions in force in this held list edition, by its id.
    pub edition: Option<&'r str>,
    /// Language of titles; the list's own where it has none.
    pub lang: Option<&'r str>,
}

/// A provision that may be meant, as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'l> {
    /// Its code.
    pub code: &'l str,
    /// Its title.
    pub title: String,
    /// Language of the title.
    pub lang: Lang,
    /// How sure; see [`crate::rank::SURE`].
    pub score: f32,
    /// Why it was found.
    pub kind: Kind,
    /// What was matched.
    pub text: String,
    /// Titles of its parents with their languages, the widest first.
    pub path: Vec<(&'l str, Lang)>,
    /// Country, state and basis.
    pub countries: Vec<(&'l str, &'l str, &'l str)>,
    /// Whether the newest held edition has it in force.
    pub newest: bool,
}

impl List {
    /// Reads the main table and any tables of names made with it.
    pub fn read<'t>(main: &str, names: impl IntoIterator<Item = &'t str>) -> Result<List, Broken> {
        let mut list = List::read_main(main)?;
        names.into_iter().try_for_each(|table| list.add(table))?;
        Ok(list)
    }

    /// Reads a table of names made with the main table.
    pub fn add(&mut self, table: &str) -> Result<(), Broken> {
        let names = self.read_names(table)?;
        for (at, text) in names {
            self.provisions[at].record.texts.push(text);
        }
        self.index = None;
        Ok(())
    }

    fn read_main(main: &str) -> Result<List, Broken> {
        let mut reader = Reader::open(main, "list", VERSION)?;
        let editions = read_texts(&mut reader)?;
        let countries = read_texts(&mut reader)?;
        let languages = read_texts(&mut reader)?;
        let states = read_texts(&mut reader)?;
        if editions.is_empty() || editions.len() > 32 || !states.len().is_multiple_of(2) {
            return Err(Broken::Values);
        }
        let classes = read_classes(&mut reader)?;
        let count = reader.count()?;
        let mut provisions: Vec<Provision> = Vec::with_capacity(count);
        for at in 0..count {
            let last = at.checked_sub(1).map_or("", |at| provisions[at].record.code.as_str());
            let same = last.get(..reader.count()?).ok_or(Broken::Values)?;
            let code = same.to_string() + reader.text()?;
            if code.len() < 5 || !code.is_ascii() {
                return Err(Broken::Values);
            }
            let record = Record { code, ..Record::default() };
            provisions.push(Provision { record, ..Provision::default() });
        }
        for provision in &mut provisions {
            provision.record.editions = reader.number()?;
        }
        for provision in &mut provisions {
            provision.title = Some(reader.text()?).filter(|t| !t.is_empty()).map(str::to_string);
        }
        let state_of = (0..countries.len() * count)
            .map(|_| reader.below(states.len() / 2).map(|at| at as u32))
            .collect::<Result<_, _>>()?;
        let mut own: Vec<(usize, Class)> = Vec::new();
        for at in 0..count {
            for _ in 0..reader.count()? {
                own.push((at, classes[reader.below(classes.len())?]));
            }
        }
        for provision in &mut provisions {
            let title = provision.title.clone();
            let title = title.map(|text| text_of(&text, Lang::En, (Kind::Name, 1000)));
            provision.record.texts.extend(title);
        }
        for (at, class) in own {
            let text = text_of(reader.text()?, Lang::En, class);
            provisions[at].record.texts.push(text);
        }
        for provision in &mut provisions {
            let record = &mut provision.record;
            record.cas = read_texts(&mut reader)?;
            record.un = read_texts(&mut reader)?;
            for _ in 0..reader.count()? {
                let hs = reader.text()?.to_string();
                let national = Some(reader.text()?).filter(|n| !n.is_empty());
                if hs.len() < 4 || !hs.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(Broken::Values);
                }
                let national = national.map(str::to_string);
                let weight = reader.number()?.min(1000) as f32 / 1000.0;
                record.tariff.push(Tariff { hs, national, weight });
            }
        }
        reader.finish()?;
        let checksum = checksum(main).to_string();
        let index = None;
        let parents = parents(&provisions);
        Ok(List {
            editions,
            countries,
            languages,
            states,
            provisions,
            parents,
            state_of,
            checksum,
            index,
        })
    }

    fn read_names(&self, table: &str) -> Result<Vec<(usize, Text)>, Broken> {
        let mut reader = Reader::open(table, "names", VERSION)?;
        // Names of another build would be put to wrong codes.
        if reader.text()? != self.checksum {
            return Err(Broken::Build);
        }
        let lang = Lang::of(reader.text()?);
        let classes = read_classes(&mut reader)?;
        let places = reader.rising(self.provisions.len())?;
        let kinds = places
            .iter()
            .map(|_| reader.below(classes.len()).map(|at| classes[at]))
            .collect::<Result<Vec<Class>, _>>()?;
        let names = places
            .iter()
            .zip(kinds)
            .map(|(at, class)| Ok((*at as usize, text_of(reader.text()?, lang, class))))
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(names)
    }

    fn make_index(&self) -> Index {
        let records = (0..self.provisions.len()).map(|at| {
            let path = self.path(at, None);
            let context = path.iter().map(|(title, _)| *title).collect::<Vec<_>>().join(" ");
            let mut record = Record { context, ..self.provisions[at].record.clone() };
            // In whatever order the tables of names came, answers are the same.
            record.texts.sort_by_key(|text| text.lang);
            record
        });
        Index::new(records.collect(), self.editions.len())
    }

    /// Ids of held list editions, the oldest first.
    pub fn editions(&self) -> &[String] {
        &self.editions
    }

    /// Ids of countries.
    pub fn countries(&self) -> &[String] {
        &self.countries
    }

    /// Languages that have a table of names, read or not.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Looks a query up. An edition that is not held has no results.
    pub fn lookup(&mut self, query: &str, request: Request<'_>) -> Vec<Found<'_>> {
        if self.index.is_none() {
            self.index = Some(self.make_index());
        }
        let Some(index) = &self.index else { return Vec::new() };
        let edition = match request.edition {
            None => None,
            Some(id) => match self.editions.iter().position(|e| e == id) {
                None => return Vec::new(),
                at => at,
            },
        };
        let hits = index.lookup(query, Options { limit: request.limit, edition });
        let found = |hit: Hit<'_>| Some(self.found(index.record_of(hit.code)?, hit, request.lang));
        hits.into_iter().filter_map(found).collect()
    }

    fn found(&self, record: u32, hit: Hit<'_>, lang: Option<&str>) -> Found<'_> {
        let at = record as usize;
        let path = self.path(at, lang);
        let (title, lang) = match (self.title(at, lang), path.last()) {
            (Some((title, lang)), _) => (title.to_string(), lang),
            (None, Some((parent, lang))) => (alloc::format!("part of: {parent}"), *lang),
            (None, None) => ("number without content".to_string(), Lang::En),
        };
        let states = (0..self.countries.len()).map(|country| {
            let state = self.state_of[country * self.provisions.len() + at] as usize * 2;
            (&*self.countries[country], &*self.states[state], &*self.states[state + 1])
        });
        let newest = self.editions.len() - 1;
        Found {
            code: &self.provisions[at].record.code,
            title,
            lang,
            score: hit.score,
            kind: hit.kind,
            text: hit.text,
            path,
            countries: states.collect(),
            newest: self.provisions[at].record.editions >> newest & 1 == 1,
        }
    }

    /// The title in a language, else in the list's own.
    fn title(&self, at: usize, lang: Option<&str>) -> Option<(&str, Lang)> {
        let provision = &self.provisions[at];
        let lang = lang.map(Lang::of).filter(|lang| *lang != Lang::En);
        let mut names = provision.record.texts.iter().filter(|t| t.kind == Kind::Name);
        let other = lang.and_then(|lang| names.find(|t| t.lang == lang));
        let own = || provision.title.as_deref().map(|title| (title, Lang::En));
        other.map(|t| (t.text.as_str(), t.lang)).or_else(own)
    }

    /// Titles of the parents that have one, the widest first.
    fn path(&self, at: usize, lang: Option<&str>) -> Vec<(&str, Lang)> {
        let above = |at: &usize| self.parents[*at].map(|parent| parent as usize);
        let parents = core::iter::successors(above(&at), above);
        let mut path: Vec<_> = parents.filter_map(|at| self.title(at, lang)).collect();
        path.reverse();
        path
    }
}

/// For each provision the nearest one above it.
fn parents(provisions: &[Provision]) -> Vec<Option<u32>> {
    let codes = provisions.iter().map(|p| p.record.code.as_str());
    let places = Keyed::new(codes.clone().map(String::from).zip(0..).collect());
    codes
        .map(|code| {
            let mut dots = code.rmatch_indices('.');
            dots.find_map(|(at, _)| places.first(&code[..at]))
        })
        .collect()
}

fn read_texts(reader: &mut Reader<'_>) -> Result<Vec<String>, Broken> {
    let count = reader.count()?;
    (0..count).map(|_| reader.text().map(str::to_string)).collect()
}

fn read_classes(reader: &mut Reader<'_>) -> Result<Vec<Class>, Broken> {
    let count = reader.count()?;
    (0..count)
        .map(|_| {
            let kind = Kind::of(reader.text()?).ok_or(Broken::Values)?;
            Ok((kind, reader.number()?.min(1000)))
        })
        .collect()
}

fn text_of(text: &str, lang: Lang, (kind, weight): Class) -> Text {
    Text { text: text.to_string(), lang, kind, weight: weight as f32 / 1000.0 }
}

/// Results as promised to scripts: a JSON list.
pub fn results(json: &mut Json, found: &[Found<'_>]) {
    json.open('[');
    for found in found {
        json.open('{');
        json.key("code");
        json.text(found.code);
        json.key("title");
        json.text(&found.title);
        json.key("score");
        json.decimal(found.score);
        json.key("match");
        json.open('{');
        json.key("kind");
        json.text(found.kind.key());
        json.key("text");
        json.text(&found.text);
        json.close('}');
        json.key("path");
        json.open('[');
        found.path.iter().for_each(|(title, _)| json.text(title));
        json.close(']');
        json.key("countries");
        json.open('{');
        for (country, state, basis) in &found.countries {
            json.key(country);
            json.open('{');
            json.key("state");
            json.text(state);
            json.key("basis");
            json.text(basis);
            json.close('}');
        }
        json.close('}');
        json.key("url");
        json.text(&url(found.code));
        json.close('}');
    }
    json.close(']');
}

/// Where a provision is shown, from the folder of its language.
pub fn url(code: &str) -> String {
    alloc::format!("list/{}.html#{code}", code.get(..2).unwrap_or(code))
}

/// What looks like a CAS number in a query but fails its check digit.
pub fn refused(query: &str) -> Vec<String> {
    Query::read(query).cas_refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::seal;
    use alloc::vec;

    fn content() -> Content {
        let text = |text: &str, lang, kind, weight| Text { text: text.into(), lang, kind, weight };
        let state = |word: &str, basis: &str| (word.to_string(), basis.to_string());
        let provision = |code: &str, title: Option<&str>, texts: Vec<Text>| Provision {
            record: Record { code: code.into(), editions: 3, texts, ..Record::default() },
            title: title.map(str::to_string),
            states: vec![state("same", "They agree."), state("unknown", "No act is known.")],
        };
        let mut pumps = provision(
            "2B231",
            Some("Vacuum pumps"),
            vec![
                text("Vacuum pumps", Lang::En, Kind::Name, 1.0),
                text("turbopump", Lang::En, Kind::Alias, 0.96),
                text("Вакуумні насоси", Lang::Uk, Kind::Name, 0.96),
                text("турбонасос", Lang::Uk, Kind::Alias, 1.0),
            ],
        );
        pumps.record.cas = vec!["7783-81-5".to_string()];
        pumps.record.un = vec!["1052".to_string()];
        let national = Some("8414108100".to_string());
        pumps.record.tariff = vec![Tariff { hs: "841410".into(), national, weight: 0.7 }];
        let mut gone = provision("2B231.b", None, Vec::new());
        gone.record.editions = 1;
        gone.states[0] = state("absent", "It came later.");
        Content {
            editions: vec!["2021/821".to_string(), "2025/2003".to_string()],
            countries: vec!["md".to_string(), "ge".to_string()],
            provisions: vec![pumps, gone],
        }
    }

    fn tables() -> (String, String) {
        let main = write_main(&content());
        let names = write_names(&content(), Lang::Uk, &main);
        (main, names)
    }

    const ALL: Request<'_> = Request { limit: 10, edition: None, lang: None };

    #[test]
    fn what_is_written_is_found_and_shown() {
        let (main, names) = tables();
        let mut list = List::read(&main, [names.as_str()]).unwrap();
        assert_eq!(list.languages(), ["uk"]);
        for (query, kind) in [
            ("2b231", Kind::Code),
            ("7783-81-5", Kind::Cas),
            ("UN 1052", Kind::Un),
            ("HS 8414.10", Kind::Hs),
            ("vacuum pump", Kind::Name),
            ("турбонасосів", Kind::Alias),
        ] {
            let found = list.lookup(query, ALL);
            assert_eq!((found[0].code, found[0].kind), ("2B231", kind), "{query}");
        }
        let found = &list.lookup("2B231.b", Request { lang: Some("uk"), ..ALL })[0];
        assert_eq!(found.title, "part of: Вакуумні насоси");
        assert_eq!((found.lang, found.newest), (Lang::Uk, false));
        assert_eq!(found.path, [("Вакуумні насоси", Lang::Uk)]);
        assert_eq!(found.countries[0], ("md", "absent", "It came later."));
        assert_eq!(found.countries[1], ("ge", "unknown", "No act is known."));
    }

    #[test]
    fn an_edition_bounds_what_is_found() {
        let (main, _) = tables();
        let mut list = List::read(&main, []).unwrap();
        let newest = Request { edition: Some("2025/2003"), ..ALL };
        assert!(list.lookup("2B231.b", newest).iter().all(|f| f.code != "2B231.b"));
        assert!(list.lookup("2B231", Request { edition: Some("1999/1"), ..ALL }).is_empty());
    }

    #[test]
    fn results_are_json() {
        let (main, _) = tables();
        let mut list = List::read(&main, []).unwrap();
        let mut json = Json::default();
        results(&mut json, &list.lookup("turbopump", Request { limit: 1, ..ALL }));
        assert_eq!(
            json.finish(),
            concat!(
                r#"[{"code":"2B231","title":"Vacuum pumps","score":0.960,"#,
                r#""match":{"kind":"alias","text":"turbopump"},"path":[],"#,
                r#""countries":{"md":{"state":"same","basis":"They agree."},"#,
                r#""ge":{"state":"unknown","basis":"No act is known."}},"#,
                r#""url":"list/2B.html#2B231"}]"#,
            )
        );
    }

    #[test]
    fn names_of_another_build_are_refused() {
        let (main, _) = tables();
        let mut other = content();
        other.provisions.pop();
        let names = write_names(&other, Lang::Uk, &write_main(&other));
        assert!(List::read(&main, [names.as_str()]).is_err());
    }

    /// Whatever a table holds under a right checksum, it is read or refused, and can be asked.
    #[test]
    fn senseless_tables_do_no_harm() {
        let (main, names) = tables();
        let body = |table: &str| table.split_once('\n').unwrap().1.to_string();
        let (main_body, names_body) = (body(&main), body(&names));
        for (at, _) in main_body.char_indices() {
            for letter in ["", "A", "g", "/", "9", "\n", "ნ"] {
                let rest = main_body[at..].chars().next().map_or(0, char::len_utf8);
                let changed = main_body[..at].to_string() + letter + &main_body[at + rest..];
                if let Ok(mut list) = List::read(&seal("list", VERSION, &changed), []) {
                    let _ = list.lookup("2B231 vacuum pump 7783-81-5 8414.10 UN 1052", ALL);
                }
            }
        }
        for (at, _) in names_body.char_indices() {
            for letter in ["", "A", "g", "/", "\n"] {
                let rest = names_body[at..].chars().next().map_or(0, char::len_utf8);
                let changed = names_body[..at].to_string() + letter + &names_body[at + rest..];
                let _ = List::read(&main, [seal("names", VERSION, &changed).as_str()]);
            }
        }
    }
}
