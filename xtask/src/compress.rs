//! Writes compressed copies of the assets and prints their sizes.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::publish::{Site, with_ending, write};

/// Writes a `.br` and a `.gz` file next to every asset. The folder's name is the hash of the content, so existing
/// copies are always up to date.
pub fn beside(site: &Site) -> Result<()> {
    for file in &site.files {
        let brotli_file = with_ending(file, "br");
        let gzip_file = with_ending(file, "gz");
        if brotli_file.exists() && gzip_file.exists() {
            continue;
        }
        let bytes = fs::read(file)?;
        write(&brotli_file, &brotli(&bytes)?)?;
        write(&gzip_file, &gzip(&bytes)?)?;
    }
    Ok(())
}

/// Prints the size of each asset, uncompressed and (if it was compressed) compressed.
pub fn print_sizes(site: &Site) -> Result<()> {
    println!("{:>12} {:>12} {:>12}", "raw", "gzip", "brotli");
    for file in &site.files {
        let size =
            |file: &Path| fs::metadata(file).map_or_else(|_| format!("{:>12}", "-"), |data| kilobytes(data.len()));
        println!(
            "{} {} {}  {}",
            size(file),
            size(&with_ending(file, "gz")),
            size(&with_ending(file, "br")),
            file.file_name().unwrap_or_default().to_string_lossy()
        );
    }
    Ok(())
}

/// The maximum size of a first visit to the builder, brotli-compressed, in bytes. All other pages need only the style
/// sheet and their script.
const BUILDER: u64 = 400_000;

/// Prints the size of a first visit to the builder. Fails if it exceeds the limit.
pub fn visit(site: &Site) -> Result<()> {
    let mut all = 0;
    for file in &site.files {
        all += fs::metadata(with_ending(file, "br"))?.len();
    }
    let (size, limit) = (kilobytes(all), kilobytes(BUILDER));
    println!("first visit to the builder: {} of {}", size.trim_start(), limit.trim_start());
    ensure!(all <= BUILDER, "the builder is too heavy");
    Ok(())
}

/// `1234.5 kB`, right-aligned.
#[must_use]
pub fn kilobytes(bytes: u64) -> String {
    format!("{:>9}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_compressed_forms_unpack_to_the_original() {
        let bytes = b"hookgram ".repeat(1000);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&bytes).unwrap()[..], &mut unpacked).unwrap();
        assert_eq!(unpacked, bytes);
        unpacked.clear();
        flate2::read::GzDecoder::new(&gzip(&bytes).unwrap()[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, bytes);
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!(kilobytes(1_234_567), "     1234.5 kB");
    }
}
