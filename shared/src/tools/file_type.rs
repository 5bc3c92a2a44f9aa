//! Detects the type of a file by its bytes, its name and its MIME type.

/// Returns the MIME type for a file name's extension.
pub fn content_type_of(extension: &str) -> &'static str {
    match extension {
        "amr" => "audio/amr",
        other => mime_guess::from_ext(other).first_raw().unwrap_or("application/octet-stream"),
    }
}

/// Other spellings of an extension, and the one that the whole product uses.
const SPELLINGS: &[(&str, &str)] = &[
    ("3gpp", "3gp"),
    ("htm", "html"),
    ("jfif", "jpg"),
    ("jpe", "jpg"),
    ("jpeg", "jpg"),
    ("midi", "mid"),
    ("mpeg", "mpg"),
    ("mpga", "mp3"),
    ("oga", "ogg"),
    ("opus", "ogg"),
    ("qt", "mov"),
    ("tiff", "tif"),
    ("wave", "wav"),
    ("weba", "webm"),
];

/// The containers whose bytes say little about what is in them: the first word is what the bytes show at least, and all
/// words may be the file's type.
const CONTAINERS: &[&[&str]] = &[
    &[
        "zip", "docx", "docm", "dotx", "xlsx", "xlsm", "xltx", "pptx", "pptm", "ppsx", "odt", "ods", "odp", "odg",
        "epub", "apk", "jar", "war", "xpi", "ipa", "kmz", "pages", "numbers", "key", "vsdx", "cbz", "3mf", "usdz",
        "aab", "sketch",
    ],
    &["ole", "doc", "dot", "xls", "xlt", "ppt", "pps", "msg", "msi", "pub", "vsd", "mpp"],
    &["mp4", "m4a", "m4b", "m4v", "mov", "3gp", "3g2", "f4v", "heic", "heif", "avif"],
    &["ogg", "ogv", "ogx", "spx"],
    &["mkv", "mka", "webm"],
    &["asf", "wma", "wmv"],
    &["xml", "svg", "kml", "gpx", "xhtml", "html", "rss", "plist"],
    &["gz", "tgz"],
];

/// Returns the spelling of an extension that the whole product uses, in lower case. Ogg with Opus is one thing.
pub fn spelled(extension: &str) -> String {
    let extension = extension.to_ascii_lowercase();
    let spelling = SPELLINGS.iter().find(|(other, _)| *other == extension);
    spelling.map_or(extension, |(_, spelling)| (*spelling).to_owned())
}

/// Returns whether a link or a MIME type is that of a recording in Ogg, which channels show as a voice message.
pub fn is_voice(url: &str, content_type: Option<&str>) -> bool {
    spelled(extension_in(url)) == "ogg" || content_type.and_then(extension_for).as_deref() == Some("ogg")
}

/// Returns the extension for a file, as [`spelled`] and without a dot: by its bytes, or else by its name, or else by its
/// MIME type, or else `bin`. Among the types that the same bytes may be, the name decides, and then the MIME type.
pub fn extension_of(first_bytes: &[u8], name: Option<&str>, content_type: Option<&str>) -> String {
    let of_name = name.and_then(|name| name.rsplit_once('.')).map(|(_, extension)| spelled(extension.trim()));
    let of_name = of_name.filter(|e| (1..=8).contains(&e.len()) && e.chars().all(|c| c.is_ascii_alphanumeric()));
    let of_type = content_type.and_then(extension_for);
    if let Some(kind) = infer::get(first_bytes) {
        let found = spelled(kind.extension());
        let family = CONTAINERS.iter().find(|family| family.contains(&found.as_str()));
        let is_zip = family.is_some_and(|family| family.contains(&"zip"));
        let chosen = [of_name, of_type].into_iter().flatten().find(|other| {
            // A zip with an extension that nobody has heard of is what its name says.
            family.is_some_and(|family| family.contains(&other.as_str()))
                || is_zip && content_type_of(other) == "application/octet-stream"
        });
        return chosen.unwrap_or(found);
    }
    of_name.or(of_type).unwrap_or_else(|| "bin".to_owned())
}

/// Returns the extension for a MIME type that says something.
fn extension_for(content_type: &str) -> Option<String> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(spelled(match essence.as_str() {
        "image/jpeg" => "jpg",
        "audio/mpeg" => "mp3",
        "audio/mp4" | "audio/x-m4a" => "m4a",
        "audio/opus" | "audio/ogg" => "ogg",
        "video/mp4" => "mp4",
        "text/plain" => "txt",
        "" | "application/octet-stream" | "binary/octet-stream" => return None,
        other => mime_guess::get_mime_extensions_str(other)?.first()?,
    }))
}
/// Returns the extension at the end of a link's path or of a file name.
pub fn extension_in(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_more_than_names() {
        assert_eq!(extension_of(b"\x89PNG\r\n\x1a\n0000", Some("photo.jpg"), None), "png");
        assert_eq!(extension_of(b"hello", Some("note.TXT"), None), "txt");
        assert_eq!(extension_of(b"PK\x03\x04....", Some("a.docx"), None), "docx");
        assert_eq!(extension_of(b"PK\x03\x04....", Some("a.docm"), None), "docm");
        assert_eq!(extension_of(b"PK\x03\x04....", Some("a.plugin7"), None), "plugin7");
        assert_eq!(extension_of(b"PK\x03\x04....", Some("photo.jpg"), None), "zip");
        assert_eq!(extension_of(b"\0\0\0\x18ftypmp42\0\0\0\0", Some("note.m4a"), None), "m4a");
        assert_eq!(extension_of(b"\0\0\0\x18ftypmp42\0\0\0\0", None, Some("audio/mp4")), "m4a");
        assert_eq!(extension_of(b"\0\0\0\x18ftypmp42\0\0\0\0", Some("a.pdf"), Some("x/y")), "mp4");
        let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........";
        assert_eq!(extension_of(ole, Some("letter.msg"), None), "msg");
        assert_eq!(extension_of(b"OggS\0\x02..", Some("voice.opus"), None), "ogg");
        assert_eq!(extension_of(b"?", Some("photo.JPEG"), None), "jpg");
        assert_eq!(extension_of(b"?", None, Some("audio/ogg; codecs=opus")), "ogg");
        assert_eq!(extension_of(b"?", None, Some("image/jpeg; x=y")), "jpg");
        assert_eq!(extension_of(b"?", Some("no extension"), None), "bin");
    }
}
