//! Calendar dates as legal texts use them: no time, no zone.

use std::fmt;

/// A day of the Gregorian calendar. Shown as `2026-11-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Date {
    /// Takes the parts as given; the TOML reader has checked them.
    pub fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The UTC day of a Unix time in seconds.
    pub fn from_unix(seconds: i64) -> Self {
        // Days to civil date, after the public-domain algorithm by Howard Hinnant.
        let z = seconds.div_euclid(86_400) + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(
            u16::try_from(year).unwrap_or(0),
            u8::try_from(month).unwrap_or(1),
            u8::try_from(day).unwrap_or(1),
        )
    }

    /// The same day so many months earlier; the last day of a month that is too short for it.
    pub fn months_before(self, months: u32) -> Self {
        let count = (u32::from(self.year) * 12 + u32::from(self.month) - 1).saturating_sub(months);
        let year = u16::try_from(count / 12).unwrap_or(0);
        let month = u8::try_from(count % 12 + 1).unwrap_or(1);
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        Self::new(year, month, self.day.min(days))
    }

    /// `24 November 2026`, for English pages.
    pub fn long(self) -> String {
        let month = MONTHS.get(usize::from(self.month) - 1).unwrap_or(&"?");
        format!("{} {month} {}", self.day, self.year)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_unix_days_on_both_sides_of_leap_days() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_795_478_400, "2026-11-24"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(Date::from_unix(seconds).to_string(), day);
        }
        assert_eq!(Date::new(2026, 11, 4).long(), "4 November 2026");
    }

    #[test]
    fn counts_months_back_to_a_day_that_exists() {
        let before = |y, m, d, n| Date::new(y, m, d).months_before(n).to_string();
        assert_eq!(before(2026, 11, 24, 12), "2025-11-24");
        assert_eq!(before(2024, 3, 31, 1), "2024-02-29");
        assert_eq!(before(2026, 1, 31, 2), "2025-11-30");
    }
}
