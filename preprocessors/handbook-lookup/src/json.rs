//! JSON, written and never read: what the page and the command line hand out is the same text.

use alloc::string::String;

/// Writes one JSON value after another; commas are put where they belong.
#[derive(Debug, Default)]
pub struct Json {
    out: String,
}

impl Json {
    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// Opens an object or a list: `{` or `[`.
    pub fn open(&mut self, bracket: char) {
        self.comma();
        self.out.push(bracket);
    }

    /// Closes it: `}` or `]`.
    pub fn close(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    /// A key; its value comes next.
    pub fn key(&mut self, key: &str) {
        self.text(key);
        self.out.push(':');
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.comma();
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' => self.out.push_str("\\n"),
                // Line separators end a statement in old scripts.
                '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => {
                    self.out.push_str("\\u");
                    let code = c as u32;
                    for shift in [12, 8, 4, 0] {
                        let digit = char::from_digit(code >> shift & 15, 16);
                        self.out.push(digit.unwrap_or('0'));
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// A whole number.
    pub fn number(&mut self, number: usize) {
        self.comma();
        let mut digits = [0u8; 20];
        let mut rest = number;
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.out.extend(digits[at..].iter().map(|d| char::from(*d)));
    }

    /// A number with three digits after the point, not below nought. Formatting of floats would
    /// be a tenth of what the page loads.
    pub fn decimal(&mut self, number: f32) {
        let thousandths = (number * 1000.0 + 0.5) as usize;
        self.number(thousandths / 1000);
        self.out.push('.');
        for unit in [100, 10, 1] {
            self.out.push(char::from(b'0' + (thousandths / unit % 10) as u8));
        }
    }

    /// True or false.
    pub fn truth(&mut self, value: bool) {
        self.comma();
        self.out.push_str(if value { "true" } else { "false" });
    }

    fn comma(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(['{', '[', ':', ',']) {
            self.out.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written() {
        let mut json = Json::default();
        json.open('{');
        json.key("text");
        json.text("a \"b\" \\ \n \u{1} \u{2028} ნ");
        json.key("numbers");
        json.open('[');
        json.number(0);
        json.number(1200);
        json.decimal(0.9);
        json.decimal(12.3456);
        json.truth(true);
        json.open('[');
        json.close(']');
        json.close(']');
        json.close('}');
        assert_eq!(
            json.finish(),
            r#"{"text":"a \"b\" \\ \n \u0001 \u2028 ნ","numbers":[0,1200,0.900,12.346,true,[]]}"#
        );
    }

    #[test]
    fn brackets_in_a_text_are_no_brackets() {
        let mut json = Json::default();
        json.open('[');
        json.text("[");
        json.text("b,");
        json.close(']');
        assert_eq!(json.finish(), r#"["[","b,"]"#);
    }
}
