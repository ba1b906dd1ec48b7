//! Zip archives that are the same byte for byte wherever they are made: no times, no owners, nothing compressed.

use std::io::{Cursor, Write};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Permissions of a file that everybody may read.
pub const FILE: u32 = 0o644;
/// Permissions of a file that everybody may run.
pub const PROGRAM: u32 = 0o755;

/// An archive in the making.
pub struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(vec![])))
    }

    /// Adds a file. The order of files is part of the archive.
    ///
    /// # Errors
    /// The name stands in it already, or the file has 4 GiB or more.
    pub fn add(&mut self, name: &str, content: &[u8], permissions: u32) -> ZipResult<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(permissions);
        self.0.start_file(name, options)?;
        Ok(self.0.write_all(content)?)
    }

    /// The archive's bytes.
    ///
    /// # Errors
    /// There are too many files.
    pub fn finish(self) -> ZipResult<Vec<u8>> {
        Ok(self.0.finish()?.into_inner())
    }
}

impl Default for Archive {
    fn default() -> Self {
        Self::new()
    }
}
