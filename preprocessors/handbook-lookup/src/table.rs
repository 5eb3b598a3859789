//! The form of the tables that are made when the handbook is built and read wherever somebody looks
//! something up: text, so that it travels in a script without loss, with small numbers.
//!
//! ```text
//! handbook lookup 1 1a2b3c4d 52311
//! ```
//!
//! The first line names the kind of table, its version, the CRC-32 of all bytes after the line in
//! hexadecimal and their number. After it come values without separators, in an order that kind
//! and version fix:
//!
//! - a number, in groups of five bits, the lowest first, each written as a digit of Base64 with
//!   the sixth bit set while more follow, as in source maps;
//! - a text, ended by a line feed, which no text holds.
//!
//! A table that was cut, changed or made for another version is refused whole: [`Broken`] says why.

use alloc::string::String;
use core::fmt;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Why a table cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is not a table of this kind.
    Kind,
    /// It was made for another version of the reader.
    Version,
    /// It is shorter or longer than it says.
    Length,
    /// Its bytes are not those that were written.
    Checksum,
    /// Its values make no sense although its checksum is right.
    Values,
    /// It was made with another state of the handbook than the tables it is read with.
    Build,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Broken::Kind => "this is not a table of the kind asked for",
            Broken::Version => "the table was made for another version of this program",
            Broken::Length => "the table was cut off or has too much",
            Broken::Checksum => "the table was damaged",
            Broken::Values => "the table holds values that make no sense",
            Broken::Build => "the table is of another state of the handbook",
        })
    }
}

impl core::error::Error for Broken {}

/// Writes a table value by value.
#[derive(Debug, Default)]
pub struct Writer {
    body: String,
}

impl Writer {
    /// Writes a number.
    pub fn number(&mut self, mut number: u32) {
        loop {
            let more = number >> 5 != 0;
            let digit = number & 31 | u32::from(more) << 5;
            self.body.push(char::from(DIGITS[digit as usize]));
            number >>= 5;
            if !more {
                return;
            }
        }
    }

    /// Writes how many values follow.
    pub fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// Writes a text; line feeds in it become blanks.
    pub fn text(&mut self, text: &str) {
        self.body.extend(text.chars().map(|c| if c == '\n' { ' ' } else { c }));
        self.body.push('\n');
    }

    /// Numbers that never fall, as steps from one to the next.
    pub fn rising(&mut self, numbers: &[u32]) {
        self.count(numbers.len());
        let mut last = 0;
        for number in numbers {
            self.number(number - last);
            last = *number;
        }
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Checksum of what was written so far.
    pub fn checksum(&self) -> u32 {
        checksum(self.body.as_bytes())
    }

    /// Writes all that another writer has.
    pub fn append(&mut self, other: Writer) {
        self.body.push_str(&other.body);
    }

    /// The whole table.
    pub fn finish(self, kind: &str, version: u32) -> String {
        seal(kind, version, &self.body)
    }
}

/// Puts the first line before what a table holds, whatever that is.
pub fn seal(kind: &str, version: u32, body: &str) -> String {
    let sum = checksum(body.as_bytes());
    alloc::format!("handbook {kind} {version} {sum:08x} {}\n{body}", body.len())
}

/// Reads a table value by value. Every value is checked; nothing panics.
#[derive(Clone, Debug)]
pub struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// Checks the first line and the checksum of a table of this kind and version.
    pub fn open(table: &'t str, kind: &str, version: u32) -> Result<Self, Broken> {
        let (line, rest) = table.split_once('\n').ok_or(Broken::Kind)?;
        let mut fields = line.split(' ');
        if fields.next() != Some("handbook") || fields.next() != Some(kind) {
            return Err(Broken::Kind);
        }
        if fields.next().and_then(|v| v.parse().ok()) != Some(version) {
            return Err(Broken::Version);
        }
        let sum = fields.next().and_then(|s| u32::from_str_radix(s, 16).ok());
        if fields.next().and_then(|n| n.parse().ok()) != Some(rest.len()) {
            return Err(Broken::Length);
        }
        if sum != Some(checksum(rest.as_bytes())) || fields.next().is_some() {
            return Err(Broken::Checksum);
        }
        Ok(Reader { rest })
    }

    /// Reads a number.
    pub fn number(&mut self) -> Result<u32, Broken> {
        let mut number = 0u32;
        for (at, byte) in self.rest.bytes().enumerate().take(7) {
            let digit = value(byte).ok_or(Broken::Values)?;
            let bits = digit & 31;
            let shift = at as u32 * 5;
            if shift == 30 && bits > 3 {
                return Err(Broken::Values);
            }
            number |= bits << shift;
            if digit & 32 == 0 {
                self.rest = &self.rest[at + 1..];
                return Ok(number);
            }
        }
        Err(Broken::Values)
    }

    /// Reads how many values follow; never more than there can be.
    pub fn count(&mut self) -> Result<usize, Broken> {
        let count = self.number()? as usize;
        if count > self.rest.len() { Err(Broken::Values) } else { Ok(count) }
    }

    /// Reads a text.
    pub fn text(&mut self) -> Result<&'t str, Broken> {
        let (text, rest) = self.rest.split_once('\n').ok_or(Broken::Values)?;
        self.rest = rest;
        Ok(text)
    }

    /// Reads numbers that never fall, each below `end`.
    pub fn rising(&mut self, end: usize) -> Result<alloc::vec::Vec<u32>, Broken> {
        let count = self.count()?;
        let mut last = 0u32;
        (0..count)
            .map(|_| {
                last = last.checked_add(self.number()?).ok_or(Broken::Values)?;
                if (last as usize) < end { Ok(last) } else { Err(Broken::Values) }
            })
            .collect()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> Result<usize, Broken> {
        let number = self.number()? as usize;
        if number < end { Ok(number) } else { Err(Broken::Values) }
    }

    /// That nothing is left.
    pub fn finish(self) -> Result<(), Broken> {
        if self.rest.is_empty() { Ok(()) } else { Err(Broken::Values) }
    }
}

fn value(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// CRC-32 as in zip and PNG.
fn checksum(bytes: &[u8]) -> u32 {
    const NIBBLES: [u32; 16] = nibbles();
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        sum = sum >> 4 ^ NIBBLES[(sum & 15) as usize];
        sum = sum >> 4 ^ NIBBLES[(sum & 15) as usize];
    }
    !sum
}

const fn nibbles() -> [u32; 16] {
    let mut table = [0; 16];
    let mut at = 0;
    while at < 16 {
        let mut sum = at as u32;
        let mut bit = 0;
        while bit < 4 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn sample() -> String {
        let mut writer = Writer::default();
        for number in [0, 1, 31, 32, 1023, 1024, 1 << 30, u32::MAX] {
            writer.number(number);
        }
        writer.text("ნახშირბადის ბოჭკო");
        writer.text("");
        writer.text("two\nlines");
        writer.rising(&[3, 3, 10, 4000]);
        writer.finish("sample", 7)
    }

    type Values<'t> = (Vec<u32>, Vec<&'t str>, Vec<u32>);

    fn read(table: &str) -> Result<Values<'_>, Broken> {
        let mut reader = Reader::open(table, "sample", 7)?;
        let numbers = (0..8).map(|_| reader.number()).collect::<Result<_, _>>()?;
        let texts = (0..3).map(|_| reader.text()).collect::<Result<_, _>>()?;
        let rising = reader.rising(4001)?;
        reader.finish()?;
        Ok((numbers, texts, rising))
    }

    #[test]
    fn what_is_written_is_read() {
        let table = sample();
        let (numbers, texts, rising) = read(&table).unwrap();
        assert_eq!(numbers, [0, 1, 31, 32, 1023, 1024, 1 << 30, u32::MAX]);
        assert_eq!(texts, ["ნახშირბადის ბოჭკო", "", "two lines"]);
        assert_eq!(rising, [3, 3, 10, 4000]);
    }

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_damaged_table_is_refused() {
        let table = sample();
        for at in 0..table.len() {
            if table.is_char_boundary(at) {
                assert!(read(&table[..at]).is_err(), "cut at {at}");
            }
            for bit in 0..7 {
                let mut bytes = table.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                if let Ok(changed) = String::from_utf8(bytes) {
                    // Small and capital letters of the checksum mean the same.
                    assert!(
                        changed.eq_ignore_ascii_case(&table) || read(&changed).is_err(),
                        "bit {bit} of byte {at}"
                    );
                }
            }
        }
        let open = |table: &str, kind, version| Reader::open(table, kind, version).err();
        assert_eq!(open(&table, "other", 7), Some(Broken::Kind));
        assert_eq!(open(&table, "sample", 8), Some(Broken::Version));
        assert_eq!(open("", "sample", 7), Some(Broken::Kind));
        assert_eq!(open(&alloc::format!("{table}A"), "sample", 7), Some(Broken::Length));
    }

    #[test]
    fn senseless_values_are_refused() {
        let table = |body: &str| {
            let mut writer = Writer::default();
            writer.body.push_str(body);
            writer.finish("sample", 7)
        };
        for body in ["", "g", "gggggggA", "ggggggE", "!"] {
            let table = table(body);
            let mut reader = Reader::open(&table, "sample", 7).unwrap();
            assert_eq!(reader.number(), Err(Broken::Values), "{body}");
        }
        let table = table("//////D");
        let mut reader = Reader::open(&table, "sample", 7).unwrap();
        assert_eq!(reader.clone().number(), Ok(u32::MAX));
        assert_eq!(reader.count(), Err(Broken::Values));
    }
}
