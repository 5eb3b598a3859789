//! What a handbook's files mean, and what is wrong with them.
//!
//! Reads texts, never files: no disk, git, clock, mdBook or HTML here. Everything returns a value
//! and puts what is wrong into [`Findings`], so that one run reports every fault.

pub mod cards;
pub mod chapter;
pub mod check;
pub mod comparison;
pub mod control_list;
pub mod cores;
pub mod country;
pub mod date;
pub mod diagnostic;
pub mod files;
pub mod handbook;
pub mod markdown;
pub mod outline;
pub mod procedure;
pub mod prose;
pub mod reference;
pub mod region;
pub mod register;
#[cfg(test)]
mod schemas;
pub mod source;
pub mod status;
mod table;
pub mod trust;

pub use chapter::{Chapter, Status};
pub use control_list::ControlList;
pub use country::Country;
pub use date::Date;
pub use diagnostic::{Diagnostic, Findings, Severity};
pub use files::Files;
pub use handbook::Handbook;
pub use region::Region;
pub use trust::Trust;
