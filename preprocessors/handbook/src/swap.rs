//! Puts a finished site in the place of the old one, in whole: a failed or killed build leaves
//! the last good site as it was.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Tells a site made here from any other folder, which is never replaced.
const MARKER: &str = ".handbook-site";

/// A folder beside the site in which the new one is made; swapped in by [`Aside::publish`],
/// removed when dropped.
pub(crate) struct Aside {
    site: PathBuf,
    new: PathBuf,
    old: PathBuf,
    lock: PathBuf,
    /// Held as long as this build lasts.
    _guard: File,
}

impl Aside {
    /// Prepares to replace the site in `site`.
    pub(crate) fn new(site: &Path) -> Result<Self> {
        let name = site
            .file_name()
            .context("the output folder has no name")?
            .to_string_lossy()
            .into_owned();
        let parent = match site.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent)
            .with_context(|| format!("{} cannot be made", parent.display()))?;
        let beside = |what: &str| parent.join(format!(".{name}-{what}"));
        let lock = beside("lock");
        let guard = File::create(&lock)
            .with_context(|| format!("{} cannot be written", parent.display()))?;
        match guard.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another build is writing {}; wait until it has ended", site.display())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).context("the output folder cannot be locked");
            }
        }
        let aside = Self {
            site: site.to_owned(),
            new: beside("new"),
            old: beside("old"),
            lock,
            _guard: guard,
        };
        // A build killed between the two renames: the old site comes back.
        if !aside.site.exists() && aside.old.exists() {
            fs::rename(&aside.old, &aside.site)?;
        }
        remove(&aside.old)?;
        remove(&aside.new)?;
        let foreign = aside.site.is_dir()
            && !aside.site.join(MARKER).exists()
            && fs::read_dir(&aside.site)?.next().is_some();
        if foreign || aside.site.is_file() {
            bail!(
                "{} is not a site made by this program, so it is left alone; choose another --out",
                site.display()
            );
        }
        fs::create_dir_all(&aside.new)?;
        fs::write(
            aside.new.join(MARKER),
            "Made by the handbook command; replaced whole by every build.\n",
        )?;
        Ok(aside)
    }

    /// The folder to build in.
    pub(crate) fn path(&self) -> &Path {
        &self.new
    }

    /// Swaps the new site in.
    pub(crate) fn publish(self) -> Result<()> {
        if self.site.exists() {
            fs::rename(&self.site, &self.old)
                .context("the old site cannot be moved; is a file of it open?")?;
        }
        if let Err(error) = fs::rename(&self.new, &self.site) {
            fs::rename(&self.old, &self.site)?;
            return Err(error).context("the new site cannot be moved into its place");
        }
        remove(&self.old)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Leftovers are harmless: the next build removes them.
        let _ = remove(&self.new);
        let _ = fs::remove_file(&self.lock);
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}
