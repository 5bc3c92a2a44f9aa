//! The rules for a message, and what the customer sees of it:
//! <https://developers.viber.com/docs/api/rest-bot-api/#message-types>.

use serde_json::{Map, Value};

use super::Seen;

type Fields = Map<String, Value>;
type Checked = Result<(), Refusal>;

/// The reason why a call failed: the status, its name, and the exact fault, which only the log contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str, pub(super) &'static str);

impl Refusal {
    pub(super) const fn bad(why: &'static str) -> Self {
        Self(3, "badData", why)
    }

    pub(super) const fn missing(why: &'static str) -> Self {
        Self(4, "missingData", why)
    }
}

/// Checks a message and returns the version of the interface that it needs.
pub(super) fn check(message: &Fields) -> Result<u64, Refusal> {
    let version = match message.get("min_api_version") {
        None => 1,
        Some(version) => version.as_u64().filter(|version| *version >= 1).ok_or(Refusal::bad("min_api_version"))?,
    };
    if longer(message, "tracking_data", 4_000)? {
        return Err(Refusal::bad("tracking_data has more than 4,000 characters"));
    }
    if let Some(keyboard) = message.get("keyboard") {
        let keyboard = keyboard.as_object().ok_or(Refusal::bad("keyboard"))?;
        check_keyboard(keyboard, version)?;
    }
    match message.get("type") {
        // A keyboard may be sent alone.
        None if message.contains_key("keyboard") => return Ok(version),
        None => return Err(Refusal::missing("type")),
        Some(_) => {}
    }
    let sender = message.get("sender").and_then(Value::as_object).ok_or(Refusal::missing("sender"))?;
    if text(sender, "name")?.is_empty() {
        return Err(Refusal::missing("sender.name"));
    }
    if longer(sender, "name", 28)? {
        return Err(Refusal::bad("sender.name has more than 28 characters"));
    }
    if sender.contains_key("avatar") {
        link(sender, "avatar")?;
    }
    check_content(message, version)?;
    Ok(version)
}

fn check_content(message: &Fields, version: u64) -> Checked {
    let most = |field: &'static str, max: usize, why: &'static str| match longer(message, field, max)? {
        true => Err(Refusal::bad(why)),
        false => Ok(()),
    };
    match text(message, "type")? {
        "text" => {
            if text(message, "text")?.is_empty() {
                return Err(Refusal::missing("text is empty"));
            }
            most("text", 7_000, "text has more than 7,000 characters")
        }
        "picture" => {
            text(message, "text")?;
            most("text", 512, "the caption has more than 512 characters")?;
            if message.contains_key("thumbnail") {
                link(message, "thumbnail")?;
            }
            ends_in(link(message, "media")?, &["jpeg", "jpg", "png", "gif"])
        }
        "video" => {
            size(message, 26 << 20)?;
            if message.get("duration").is_some_and(|seconds| seconds.as_u64().is_none_or(|seconds| seconds > 180)) {
                return Err(Refusal::bad("a video lasts 180 seconds at most"));
            }
            if message.contains_key("thumbnail") {
                link(message, "thumbnail")?;
            }
            ends_in(link(message, "media")?, &["mp4"])
        }
        "file" => {
            link(message, "media")?;
            size(message, 50 << 20)?;
            most("file_name", 256, "file_name has more than 256 characters")?;
            file_name(text(message, "file_name")?)
        }
        "url" => {
            link(message, "media")?;
            most("media", 2_000, "the link has more than 2,000 characters")
        }
        "contact" => {
            let contact = message.get("contact").and_then(Value::as_object).ok_or(Refusal::missing("contact"))?;
            if text(contact, "name")?.is_empty() || text(contact, "phone_number")?.is_empty() {
                return Err(Refusal::missing("contact.name and contact.phone_number"));
            }
            if longer(contact, "name", 28)? || longer(contact, "phone_number", 18)? {
                return Err(Refusal::bad("a contact has a name of 28 and a number of 18 characters at most"));
            }
            Ok(())
        }
        "location" => {
            let place = message.get("location").and_then(Value::as_object).ok_or(Refusal::missing("location"))?;
            degrees(place.get("lat"), 90.0)?;
            degrees(place.get("lon"), 180.0)
        }
        "sticker" => match message.get("sticker_id") {
            None => Err(Refusal::missing("sticker_id")),
            Some(id) if id.is_u64() => Ok(()),
            Some(_) => Err(Refusal::bad("sticker_id")),
        },
        "rich_media" => {
            if version < 2 {
                return Err(Refusal::bad("rich_media needs min_api_version 2"));
            }
            if message.contains_key("alt_text") {
                most("alt_text", 7_000, "alt_text has more than 7,000 characters")?;
            }
            let cards = message.get("rich_media").and_then(Value::as_object).ok_or(Refusal::missing("rich_media"))?;
            check_cards(cards, version)
        }
        _ => Err(Refusal::bad("no such type")),
    }
}

/// Checks a keyboard: <https://developers.viber.com/docs/tools/keyboards/>.
fn check_keyboard(keyboard: &Fields, version: u64) -> Checked {
    if text(keyboard, "Type")? != "keyboard" {
        return Err(Refusal::bad("a keyboard's Type is keyboard"));
    }
    if keyboard.contains_key("InputFieldState") && version < 4 {
        return Err(Refusal::bad("InputFieldState needs min_api_version 4"));
    }
    let (mut columns, mut tallest, mut rows) = (0, 0, 0);
    for button in buttons(keyboard)? {
        let (width, height) = check_button(button, (6, 2), version)?;
        if columns + width > 6 {
            (rows, columns, tallest) = (rows + tallest, 0, 0);
        }
        (columns, tallest) = (columns + width, height.max(tallest));
    }
    if rows + tallest > 24 {
        return Err(Refusal::bad("a keyboard has 24 rows at most"));
    }
    Ok(())
}

fn check_cards(cards: &Fields, version: u64) -> Checked {
    if text(cards, "Type")? != "rich_media" {
        return Err(Refusal::bad("the Type of rich_media is rich_media"));
    }
    let columns = within(cards, "ButtonsGroupColumns", 6, 6)?;
    let rows = within(cards, "ButtonsGroupRows", 7, 7)?;
    let mut cells = 0;
    for button in buttons(cards)? {
        let (width, height) = check_button(button, (columns, rows), version)?;
        cells += width * height;
    }
    if cells > 6 * columns * rows {
        return Err(Refusal::bad("there are six cards at most"));
    }
    Ok(())
}

fn buttons(parent: &Fields) -> Result<Vec<&Fields>, Refusal> {
    let buttons = parent.get("Buttons").and_then(Value::as_array).filter(|buttons| !buttons.is_empty());
    let buttons = buttons.ok_or(Refusal::bad("there must be at least one button"))?;
    buttons.iter().map(|button| button.as_object().ok_or(Refusal::bad("a button"))).collect()
}

/// Checks a button and returns its size.
fn check_button(button: &Fields, (columns, rows): (u64, u64), version: u64) -> Result<(u64, u64), Refusal> {
    let action = button.get("ActionType").map_or(Some("reply"), Value::as_str);
    let needs = match action.unwrap_or_default() {
        "reply" | "open-url" | "none" => 1,
        "location-picker" | "share-phone" => 3,
        _ => return Err(Refusal::bad("no such ActionType")),
    };
    if version < needs {
        return Err(Refusal::bad("this ActionType needs a higher min_api_version"));
    }
    if text(button, "ActionBody")?.is_empty() {
        return Err(Refusal::missing("ActionBody"));
    }
    if action == Some("open-url") {
        link(button, "ActionBody")?;
    }
    if button.contains_key("Image") {
        link(button, "Image")?;
    }
    if button.contains_key("Text") && longer(button, "Text", 250)? {
        return Err(Refusal::bad("a button's Text has more than 250 characters"));
    }
    if button.get("TextSize").is_some_and(|size| !["small", "regular", "large"].iter().any(|known| size == known)) {
        return Err(Refusal::bad("TextSize"));
    }
    Ok((within(button, "Columns", columns, columns)?, within(button, "Rows", rows, 1)?))
}

fn within(fields: &Fields, name: &'static str, max: u64, default: u64) -> Result<u64, Refusal> {
    match fields.get(name) {
        None => Ok(default),
        Some(value) => value.as_u64().filter(|value| (1..=max).contains(value)).ok_or(Refusal::bad(name)),
    }
}

fn text<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, Refusal> {
    fields.get(name).ok_or(Refusal::missing(name))?.as_str().ok_or(Refusal::bad(name))
}

fn longer(fields: &Fields, name: &'static str, max: usize) -> Result<bool, Refusal> {
    match fields.get(name) {
        None => Ok(false),
        Some(value) => Ok(value.as_str().ok_or(Refusal::bad(name))?.chars().count() > max),
    }
}

fn link(fields: &Fields, name: &'static str) -> Result<reqwest::Url, Refusal> {
    let url = reqwest::Url::parse(text(fields, name)?).map_err(|_| Refusal::bad(name))?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(Refusal::bad(name)) }
}

fn ends_in(url: reqwest::Url, extensions: &[&str]) -> Checked {
    let last =
        url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default().to_ascii_lowercase();
    let found = last.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension));
    if found { Ok(()) } else { Err(Refusal::bad("the link does not end in an extension that is taken")) }
}

fn size(message: &Fields, max: u64) -> Checked {
    let size = message.get("size").ok_or(Refusal::missing("size"))?.as_u64();
    if size.is_some_and(|size| size <= max) { Ok(()) } else { Err(Refusal::bad("size")) }
}

fn degrees(value: Option<&Value>, max: f64) -> Checked {
    let value = value.ok_or(Refusal::missing("lat and lon"))?;
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    if number.is_some_and(|degrees| degrees.abs() <= max) { Ok(()) } else { Err(Refusal::bad("lat and lon")) }
}

/// The file name extensions that Viber refuses:
/// <https://developers.viber.com/docs/api/rest-bot-api/#forbiddenFileFormats>.
#[rustfmt::skip]
const FORBIDDEN: &[&str] = &[
    "action", "apk", "app", "bat", "bin", "cmd", "com", "command", "cpl", "csh", "exe", "gadget", "inf1", "ins", "inx",
    "ipa", "isu", "job", "jse", "ksh", "lnk", "msc", "msi", "msp", "mst", "osx", "out", "paf", "pif", "prg", "ps1",
    "reg", "rgs", "run", "sct", "shb", "shs", "u3p", "vb", "vbe", "vbs", "vbscript", "workflow", "ws", "wsf",
];

fn file_name(name: &str) -> Checked {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension {
        Some(extension) if !extension.is_empty() && !FORBIDDEN.contains(&extension.as_str()) => Ok(()),
        _ => Err(Refusal::bad("file_name has no extension, or a forbidden one")),
    }
}

/// Returns a message as its customer sees it.
pub(super) fn seen(id: &str, customer: &str, message: &Fields) -> Seen {
    let from = message.get("sender").and_then(|sender| sender.get("name")).and_then(Value::as_str);
    let mut lines = vec![describe(message)];
    for parent in ["rich_media", "keyboard"] {
        let buttons = message.get(parent).and_then(|parent| parent.get("Buttons")).and_then(Value::as_array);
        lines.extend(buttons.into_iter().flatten().map(describe_button));
    }
    lines.retain(|line| !line.is_empty());
    let mut raw = message.clone();
    raw.remove("auth_token");
    Seen {
        id: id.to_owned(),
        contact: customer.to_owned(),
        conversation: None,
        from: from.unwrap_or_default().to_owned(),
        text: lines.join("\n"),
        private: false,
        raw: raw.into(),
    }
}

fn describe(message: &Fields) -> String {
    let field = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    let of = |parent: &str, name: &str| {
        let value = message.get(parent).and_then(|parent| parent.get(name));
        value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
    };
    let line = match field("type") {
        "" => String::new(),
        "text" => field("text").to_owned(),
        "picture" => format!("[picture] {}\n{}", field("media"), field("text")),
        "file" => format!("[file] {} {}", field("file_name"), field("media")),
        "contact" => format!("[contact] {} {}", of("contact", "name"), of("contact", "phone_number")),
        "location" => format!("[location] {},{}", of("location", "lat"), of("location", "lon")),
        "sticker" => format!("[sticker] {}", message.get("sticker_id").cloned().unwrap_or_default()),
        "rich_media" => "[cards]".to_owned(),
        other => format!("[{other}] {}", field("media")),
    };
    line.trim_end().to_owned()
}

fn describe_button(button: &Value) -> String {
    let field = |name: &str| button.get(name).and_then(Value::as_str).unwrap_or_default();
    let label = if field("Text").is_empty() { field("Image") } else { field("Text") };
    match field("ActionType") {
        "open-url" => format!("[link] {label}: {}", field("ActionBody")),
        "none" => format!("[card] {label}"),
        _ => format!("[button] {label}"),
    }
}
