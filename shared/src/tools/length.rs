//! The length of a recording, read from what its file says about itself. Nothing is decoded.

/// The longest recording that is believed, in seconds.
const LONGEST: u64 = 24 * 3_600;

/// Returns the length of a recording in whole seconds, rounded up: of MPEG-4 audio (`m4a`, `mp4`) and MP3.
pub fn seconds(bytes: &[u8]) -> Option<u64> {
    let seconds = match child(bytes, b"ftyp") {
        Some(_) => of_mpeg4(bytes),
        None => of_mp3(bytes),
    };
    seconds.filter(|seconds| (1..=LONGEST).contains(seconds))
}

/// Reads the movie header (ISO/IEC 14496-12, 8.2.2).
fn of_mpeg4(bytes: &[u8]) -> Option<u64> {
    let header = child(child(bytes, b"moov")?, b"mvhd")?;
    let (scale, length) = match header.first()? {
        0 => (u32_at(header, 12)?, u64::from(u32_at(header, 16)?)),
        1 => (u32_at(header, 20)?, u64::from(u32_at(header, 24)?) << 32 | u64::from(u32_at(header, 28)?)),
        _ => return None,
    };
    // A length of ones says that nobody knows it.
    let is_known = scale > 0 && length != u64::from(u32::MAX) && length != u64::MAX;
    is_known.then(|| length.div_ceil(u64::from(scale)))
}

/// Returns the content of the first box of a kind.
fn child<'a>(mut bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let (mut size, mut start) = (u64::from(u32_at(bytes, 0)?), 8);
        match size {
            // To the end of the file.
            0 => size = bytes.len() as u64,
            1 => {
                size = u64::from(u32_at(bytes, 8)?) << 32 | u64::from(u32_at(bytes, 12)?);
                start = 16;
            }
            _ => {}
        }
        let size = usize::try_from(size).ok()?;
        if bytes.get(4..8)? == kind {
            return bytes.get(start..size.min(bytes.len()));
        }
        bytes = bytes.get(size.max(start)..)?;
    }
}

/// Reads the first frame of an MP3, and the table in it that recordings of varying bit rate have. Without the table the
/// bit rate is taken for that of the whole recording.
fn of_mp3(bytes: &[u8]) -> Option<u64> {
    let tag = match bytes.get(..10)? {
        [b'I', b'D', b'3', _, _, _, a, b, c, d] => {
            10 + [a, b, c, d].into_iter().fold(0_usize, |size, byte| size << 7 | usize::from(byte & 0x7f))
        }
        _ => 0,
    };
    let audio = bytes.get(tag..)?;
    let frame = audio.windows(4).take(4_096).position(|window| {
        matches!(window, [0xff, b, c, _]
        if b & 0xe0 == 0xe0 && b & 0x06 == 0x02 && b & 0x18 != 0x08 && c >> 4 != 0 && c >> 4 != 15 && c & 0x0c != 0x0c)
    })?;
    let audio = audio.get(frame..)?;
    let [_, version, rates, mode] = *audio.first_chunk::<4>()?;
    let is_mpeg1 = version & 0x18 == 0x18;
    let rate = *[44_100_u64, 48_000, 32_000].get(usize::from(rates >> 2 & 3))?;
    let (rate, samples) = match version & 0x18 {
        0x18 => (rate, 1_152),
        0x10 => (rate / 2, 576),
        _ => (rate / 4, 576),
    };
    let table = match (is_mpeg1, mode >> 6 == 3) {
        (true, false) => 36,
        (false, true) => 13,
        _ => 21,
    };
    let tagged = audio.get(table..)?;
    let frames = match tagged.get(..4)? {
        b"Xing" | b"Info" if u32_at(tagged, 4)? & 1 == 1 => Some(u64::from(u32_at(tagged, 8)?)),
        _ if audio.get(36..40)? == b"VBRI" => Some(u64::from(u32_at(audio, 50)?)),
        _ => None,
    };
    if let Some(frames) = frames {
        return Some((frames * samples).div_ceil(rate));
    }
    const MPEG1: [u64; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
    const MPEG2: [u64; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    let kilobits = *if is_mpeg1 { MPEG1 } else { MPEG2 }.get(usize::from(rates >> 4)).filter(|rate| **rate > 0)?;
    Some((audio.len() as u64 * 8).div_ceil(kilobits * 1_000))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
    }

    fn header(version: u8, scale: u32, length: u64) -> Vec<u8> {
        let times = if version == 1 { 16 } else { 8 };
        let mut content = vec![version, 0, 0, 0];
        content.extend(vec![0; times]);
        content.extend(scale.to_be_bytes());
        if version == 1 {
            content.extend(length.to_be_bytes());
        } else {
            content.extend(u32::try_from(length).unwrap().to_be_bytes());
        }
        boxed(b"mvhd", &content)
    }

    fn recording(header: &[u8]) -> Vec<u8> {
        [boxed(b"ftyp", b"M4A \0\0\0\0"), boxed(b"mdat", &[7; 99]), boxed(b"moov", header)].concat()
    }

    fn mp3(first: [u8; 4], more: &[u8], length: usize) -> Vec<u8> {
        let mut bytes = first.to_vec();
        bytes.extend(more);
        bytes.resize(length, 0);
        bytes
    }

    #[test]
    fn the_length_is_read_from_the_file() {
        let xing = [vec![0; 32], b"Xing\0\0\0\x01\0\0\x03\xe8".to_vec()].concat();
        let tagged =
            [b"ID3\x04\0\0\0\0\x01\x02".to_vec(), vec![0; 130], mp3([0xff, 0xfb, 0x90, 0], &[], 32_000)].concat();
        for (bytes, length) in [
            (recording(&header(0, 44_100, 44_100 * 12 + 1)), Some(13)),
            (recording(&header(1, 1_000, 61_000)), Some(61)),
            (recording(&header(0, 1_000, u64::from(u32::MAX))), None),
            (recording(&header(0, 0, 5)), None),
            (recording(&header(0, 1_000, 0)), None),
            (boxed(b"ftyp", b"M4A "), None),
            // 128 kbit/s, MPEG 1, 44.1 kHz.
            (mp3([0xff, 0xfb, 0x90, 0], &[], 160_000), Some(10)),
            // A thousand frames of 1,152 samples.
            (mp3([0xff, 0xfb, 0x90, 0], &xing, 999), Some(27)),
            // 64 kbit/s, MPEG 2, one channel.
            (mp3([0xff, 0xf3, 0x80, 0xc0], &[], 80_000), Some(10)),
            (tagged, Some(2)),
            (b"OggS".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(seconds(&bytes), length, "{:?}", bytes.get(..16));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_length_or_none(mut bytes: Vec<u8>, is_boxed: bool) {
            if is_boxed {
                bytes = [boxed(b"ftyp", b"M4A "), bytes].concat();
            }
            let _ = seconds(&bytes);
        }
    }
}
