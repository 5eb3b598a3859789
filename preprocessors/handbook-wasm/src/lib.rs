//! The core for the page, as WebAssembly without any generated glue.
//!
//! The page writes its question into the buffer that [`reserve`] gives, calls [`ask`] with what
//! kind of question it is, and reads the answer, JSON in UTF-8, at [`answer`]. Nothing is kept but
//! the tables. Kinds of questions:
//!
//! | kind | question | answer |
//! |---|---|---|
//! | 0 | a table | `{}` |
//! | 1 | lookup: limit, list edition, language, query, each on a line | `{"results":[…],"shown":[…],"refused":[…]}` |
//! | 2 | search: limit and query, each on a line | `{"results":[…]}` |
//! | 3 | the same | `{"pieces":[…]}` |
//! | 4 | nothing | `{"editions":[…],"countries":[…],"names":[…]}` |
//! | 5 | nothing | `{"pieces":[…]}` |
//!
//! `shown` says for each result whether only an older list edition has it in force and which
//! language its title and those of its parents are in; `refused` is what looks like a CAS number
//! with a wrong check digit; `pieces` are tables to load before the search can answer this query, or
//! any query for kind 5; `names` are languages of tables of names. What cannot be answered is
//! `{"error":"why"}`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use handbook_lookup::json::Json;
use handbook_lookup::list::{List, Request, refused, results};
use handbook_lookup::search::{self, Search};
use handbook_lookup::table::Broken;

/// Most results that one question gets.
const MOST: usize = 500;

const NO_SEARCH: &str = "the search is not loaded";
const NO_LIST: &str = "the list is not loaded";

/// The tables read so far, and the buffers for one question and one answer.
#[derive(Debug, Default)]
pub struct State {
    input: Vec<u8>,
    output: String,
    list: Option<List>,
    search: Option<Search>,
}

impl State {
    /// Answers a question; never fails, an error is an answer.
    pub fn ask(&mut self, kind: u32, question: &str) -> String {
        let answer = match kind {
            0 => self.table(question),
            1 => self.lookup(question),
            2 => self.search(question),
            3 => self.missing(question),
            4 => self.about(),
            5 => self.rest(),
            _ => Err("there is no such question".to_owned()),
        };
        answer.unwrap_or_else(|why| {
            let mut json = Json::default();
            json.open('{');
            json.key("error");
            json.text(&why);
            json.close('}');
            json.finish()
        })
    }

    fn table(&mut self, table: &str) -> Result<String, String> {
        let kind = table.split(' ').nth(1).unwrap_or_default();
        let broken = |broken: Broken| broken.to_string();
        match kind {
            "list" => self.list = Some(List::read(table, []).map_err(broken)?),
            "names" => {
                let list = self.list.as_mut().ok_or("the main table comes first")?;
                list.add(table).map_err(broken)?;
            }
            search::HEAD => self.search = Some(Search::read(table).map_err(broken)?),
            _ => {
                let search = self.search.as_mut().ok_or_else(|| Broken::Kind.to_string())?;
                search.add(table).map_err(broken)?;
            }
        }
        Ok("{}".to_owned())
    }

    fn lookup(&mut self, question: &str) -> Result<String, String> {
        let list = self.list.as_mut().ok_or(NO_LIST)?;
        let mut lines = question.splitn(4, '\n');
        let mut line = || lines.next().unwrap_or_default();
        let limit = line().parse().unwrap_or(10).min(MOST);
        let edition = Some(line()).filter(|e| !e.is_empty());
        let lang = Some(line()).filter(|l| !l.is_empty());
        let query = line();
        if edition.is_some_and(|id| list.editions().iter().all(|e| e != id)) {
            return Err(format!("held list editions: {}", list.editions().join(", ")));
        }
        let found = list.lookup(query, Request { limit, edition, lang });
        let mut json = Json::default();
        json.open('{');
        json.key("results");
        results(&mut json, &found);
        json.key("shown");
        json.open('[');
        for found in &found {
            json.open('{');
            json.key("older");
            json.truth(!found.newest);
            json.key("lang");
            json.text(found.lang.tag());
            json.key("path");
            texts(&mut json, found.path.iter().map(|(_, lang)| lang.tag()));
            json.close('}');
        }
        json.close(']');
        json.key("refused");
        texts(&mut json, refused(query).iter().map(String::as_str));
        json.close('}');
        Ok(json.finish())
    }

    fn search(&mut self, question: &str) -> Result<String, String> {
        let search = self.search.as_mut().ok_or(NO_SEARCH)?;
        let (limit, query) = limited(question);
        let mut json = Json::default();
        json.open('{');
        json.key("results");
        search::results(&mut json, &search.search(query, limit));
        json.close('}');
        Ok(json.finish())
    }

    fn missing(&mut self, question: &str) -> Result<String, String> {
        let search = self.search.as_mut().ok_or(NO_SEARCH)?;
        let (limit, query) = limited(question);
        Ok(pieces(&search.missing(query, limit)))
    }

    fn rest(&self) -> Result<String, String> {
        Ok(pieces(&self.search.as_ref().ok_or(NO_SEARCH)?.rest()))
    }

    fn about(&self) -> Result<String, String> {
        let list = self.list.as_ref().ok_or(NO_LIST)?;
        let mut json = Json::default();
        json.open('{');
        for (key, all) in [
            ("editions", list.editions()),
            ("countries", list.countries()),
            ("names", list.languages()),
        ] {
            json.key(key);
            texts(&mut json, all.iter().map(String::as_str));
        }
        json.close('}');
        Ok(json.finish())
    }
}

/// The limit on the first line, and the query after it.
fn limited(question: &str) -> (usize, &str) {
    let (limit, query) = question.split_once('\n').unwrap_or_default();
    (limit.parse().unwrap_or(10).min(MOST), query)
}

fn pieces(names: &[String]) -> String {
    let mut json = Json::default();
    json.open('{');
    json.key("pieces");
    texts(&mut json, names.iter().map(String::as_str));
    json.close('}');
    json.finish()
}

fn texts<'t>(json: &mut Json, texts: impl Iterator<Item = &'t str>) {
    json.open('[');
    texts.for_each(|text| json.text(text));
    json.close(']');
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

fn state() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where to write a question of so many bytes.
#[allow(unsafe_code, reason = "the page finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> *mut u8 {
    let mut state = state();
    let state = state.get_or_insert_default();
    state.input.clear();
    state.input.resize(bytes, 0);
    state.input.as_mut_ptr()
}

/// Answers the question that was written, and says how many bytes the answer has.
#[allow(unsafe_code, reason = "the page finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn ask(kind: u32) -> usize {
    let mut state = state();
    let state = state.get_or_insert_default();
    let input = std::mem::take(&mut state.input);
    state.output = match String::from_utf8(input) {
        Ok(question) => state.ask(kind, &question),
        Err(_) => r#"{"error":"the question is not UTF-8"}"#.to_owned(),
    };
    state.output.len()
}

/// Where the answer begins.
#[allow(unsafe_code, reason = "the page finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    state().get_or_insert_default().output.as_ptr()
}
