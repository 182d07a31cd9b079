//! The table of the figures in the documentation.
use std::path::Path;

use anyhow::Result;

use crate::figures::Figures;

pub fn write(_folder: &Path, _figures: &Figures) -> Result<()> {
    Ok(())
}
