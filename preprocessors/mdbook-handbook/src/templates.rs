//! Page templates: minijinja files of `book/templates`, read with the sources, strict about
//! undefined names. Templates lay out; they decide no law.

use handbook_model::{Files, Findings};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};

/// Folder of the templates.
const FOLDER: &str = "book/templates";

/// Templates, ready to be filled.
pub(crate) struct Templates<'f> {
    environment: Environment<'static>,
    findings: &'f Findings,
}

impl<'f> Templates<'f> {
    /// Loads all templates; a faulty one is among the findings.
    pub(crate) fn load(files: &Files, findings: &'f Findings) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Whole lines that only hold a tag leave no blank line, which Markdown would take as the
        // end of the HTML.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        if let Ok(syntax) = syntax {
            environment.set_syntax(syntax);
        }
        for path in files.below(FOLDER).filter(|p| p.ends_with(".html")) {
            let Some(source) = files.text(path, findings) else { continue };
            let name = path[FOLDER.len() + 1..].to_owned();
            if let Err(error) = environment.add_template_owned(name, source.text().to_owned()) {
                report(findings, path, &error);
            }
        }
        Self { environment, findings }
    }

    /// Fills a template; a fault is among the findings and gives an empty text.
    pub(crate) fn render(&self, name: &str, values: Value) -> String {
        let rendered = self.environment.get_template(name).and_then(|t| t.render(values));
        rendered.unwrap_or_else(|error| {
            report(self.findings, &format!("{FOLDER}/{name}"), &error);
            String::new()
        })
    }
}

fn report(findings: &Findings, path: &str, error: &minijinja::Error) {
    let line = error.line().map(|l| format!("line {l}: ")).unwrap_or_default();
    let what = format!("{line}{}", error.detail().unwrap_or("cannot be read"));
    findings.whole("template", path, &[("what", &what)]);
}

/// A table of values for a template, taken by reference: `values! { title => x.title, count }`.
/// A last `..base` adds the values of another one.
macro_rules! values {
    ($($key:ident $(=> $value:expr)?),+ , ..$base:expr) => {
        minijinja::value::merge_maps([$base, $crate::templates::values! { $($key $(=> $value)?),+ }])
    };
    ($($key:ident $(=> $value:expr)?),* $(,)?) => {
        minijinja::value::Value::from_pairs([
            $((stringify!($key), $crate::templates::value!($key $(=> $value)?)),)*
        ])
    };
}

macro_rules! value {
    ($key:ident) => {
        minijinja::value::Value::from(minijinja::value::Serde(&$key))
    };
    ($key:ident => $value:expr) => {
        minijinja::value::Value::from(minijinja::value::Serde(&$value))
    };
}

pub(crate) use {value, values};
