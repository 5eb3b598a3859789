//! What the end-to-end tests share: sample handbooks, the built program, a browser.

mod fixture;
pub mod known_items;
pub mod preview;
mod program;
mod shared;
pub mod static_server;
pub mod webdriver;

pub use fixture::{base, commit_all, copy_tree, git_source};
pub use program::{bench_bed, build_site, handbook_binary, run, workspace_root};
pub use shared::Shared;
