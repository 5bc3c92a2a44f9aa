//! Small previews of pictures, for channels that want one beside the picture.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, codecs::jpeg::JpegEncoder};

/// The largest picture that is decoded, in pixels. Its decoder takes up to 12 bytes for each (a progressive JPEG).
const MAX_PIXELS: u64 = 16_000_000;
/// The most memory that the pixels of a picture may take, in bytes.
const MAX_ALLOCATION: u64 = 128 << 20;
/// The longest sides of a preview in pixels, of which the first is taken whose preview is small enough.
const SIDES: [u32; 2] = [1_024, 480];
const QUALITY: u8 = 80;

/// The picture that serves as the preview of every video: a triangle that points to the right, as PNG.
pub const VIDEO: &[u8] = include_bytes!("video.png");

/// Returns a JPEG of at most `max_bytes` that shows a JPEG or PNG in small, upright and without transparency. Returns
/// `None` if the bytes are no such picture, or one that is too large to be decoded in little memory.
pub fn of_picture(bytes: &[u8], max_bytes: u64) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return None;
    }
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOCATION);
    decoder.set_limits(limits).ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    for side in SIDES {
        if picture.width().max(picture.height()) > side {
            picture = picture.thumbnail(side, side);
        }
        let mut upright = picture.clone();
        upright.apply_orientation(orientation);
        let mut preview = Vec::new();
        JpegEncoder::new_with_quality(&mut preview, QUALITY).encode_image(&on_white(&upright)).ok()?;
        if preview.len() as u64 <= max_bytes {
            return Some(preview);
        }
    }
    None
}

/// Returns a picture on a white ground, because a JPEG has no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let mixed = |color: u32| u8::try_from((color * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        to.0 = [red, green, blue].map(mixed);
    }
    flat
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage, codecs::png::PngEncoder};

    use super::*;

    /// Returns a picture of noise, which hardly any encoder makes smaller.
    fn noise(width: u32, height: u32) -> RgbImage {
        let mut state = 1_u32;
        RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = state.to_be_bytes();
            image::Rgb([a, b, c])
        })
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).unwrap();
        bytes
    }

    #[test]
    fn a_large_picture_has_a_small_preview() {
        let large = jpeg(&noise(2_400, 1_600));
        assert!(large.len() > 1_000_000);
        let preview = of_picture(&large, 1_000_000).unwrap();
        assert!(preview.len() <= 1_000_000, "{}", preview.len());
        let shown = image::load_from_memory(&preview).unwrap();
        assert_eq!((shown.width(), shown.height()), (1_024, 683));
        let smaller = of_picture(&large, 200_000).unwrap();
        assert_eq!(image::load_from_memory(&smaller).unwrap().width(), 480);
        assert_eq!(of_picture(&large, 1_000), None);
    }

    #[test]
    fn a_transparent_picture_stands_on_white() {
        let clear = RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(&clear, 8, 8, ExtendedColorType::Rgba8).unwrap();
        let shown = image::load_from_memory(&of_picture(&bytes, 1_000_000).unwrap()).unwrap().to_rgb8();
        assert_eq!(shown.get_pixel(4, 4).0, [255, 255, 255]);
    }

    #[test]
    fn a_picture_that_says_it_lies_on_its_side_stands_upright() {
        let mut bytes = jpeg(&noise(40, 20));
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        bytes.splice(2..2, exif.iter().copied());
        let shown = image::load_from_memory(&of_picture(&bytes, 1_000_000).unwrap()).unwrap();
        assert_eq!((shown.width(), shown.height()), (20, 40));
    }

    #[test]
    fn a_bomb_and_what_is_no_picture_have_no_preview() {
        // A PNG header that promises 65,000 by 65,000 pixels.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xfd\xe8\0\0\xfd\xe8\x08\x06\0\0\0".to_vec();
        bomb.extend(0xa2_57_d9_0a_u32.to_be_bytes());
        let whole = jpeg(&noise(60, 60));
        for bytes in [&bomb[..], b"", b"GIF89a", b"\xff\xd8\xff", &whole[..40]] {
            assert_eq!(of_picture(bytes, 1_000_000), None);
        }
    }

    #[test]
    fn the_preview_of_a_video_is_a_small_picture() {
        let shown = image::load_from_memory(VIDEO).unwrap();
        assert!(shown.width() >= 240 && VIDEO.len() < 5_000);
    }
}
