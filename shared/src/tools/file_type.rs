//! Detects the type of a file by its bytes, its name and its MIME type.

/// Returns the MIME type for a file name's extension.
pub fn content_type_of(extension: &str) -> &'static str {
    mime_guess::from_ext(extension).first_raw().unwrap_or("application/octet-stream")
}

/// Returns the extension for a file, in lower case and without a dot: by its bytes, or else by its name, or else by its
/// MIME type, or else `bin`.
pub fn extension_of(first_bytes: &[u8], name: Option<&str>, content_type: Option<&str>) -> String {
    if let Some(kind) = infer::get(first_bytes) {
        // Office files and others are ZIP archives; their names are more specific.
        if kind.extension() != "zip" {
            return kind.extension().to_owned();
        }
    }
    let of_name = name.and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension.to_ascii_lowercase());
    if let Some(extension) =
        of_name.filter(|e| (1..=8).contains(&e.len()) && e.chars().all(|c| c.is_ascii_alphanumeric()))
    {
        return extension;
    }
    let essence = content_type.and_then(|text| text.split(';').next()).map(str::trim).unwrap_or_default();
    match essence {
        "image/jpeg" => "jpg".to_owned(),
        "audio/mpeg" => "mp3".to_owned(),
        "video/mp4" => "mp4".to_owned(),
        "text/plain" => "txt".to_owned(),
        "" | "application/octet-stream" => "bin".to_owned(),
        other => mime_guess::get_mime_extensions_str(other)
            .and_then(|extensions| extensions.first())
            .map_or_else(|| "bin".to_owned(), |extension| (*extension).to_owned()),
    }
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
        assert_eq!(extension_of(b"?", None, Some("image/jpeg; x=y")), "jpg");
        assert_eq!(extension_of(b"?", Some("no extension"), None), "bin");
    }
}
