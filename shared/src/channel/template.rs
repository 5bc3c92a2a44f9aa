//! Approved templates, which WhatsApp requires when a contact has not written for 24 hours. An agent requests one by
//! writing `/template <name>:<language> <value> | <value>`.
//!
//! | a value | fills |
//! |---|---|
//! | `Ana` | the next placeholder of the body (`{{1}}`, `{{2}}`, …) |
//! | `first_name=Ana` | the placeholder of that name in the body |
//! | `=a=b` | the next placeholder, with a text that has a `=` in it |
//! | `header=42`, `header.order=42` | the placeholder in the header, without or with a name |
//! | `header.image=https://…`, `header.video=…`, `header.document=https://… invoice.pdf` | the file in the header, a document with its name |
//! | `header.location=50.45,30.52,Shop,Main street 1` | the place in the header |
//! | `button1=42` | the end of the first button's link |
//! | `button1.payload=…`, `button1.code=…` | what a reply button sends back, and the code that a button copies |

use serde_json::Value as Json;

use crate::{adapter::RenderError, model::message::Part, tools::sentences::Sentence};

/// The template that an agent requested.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template<'a> {
    /// The template's name or id.
    pub(crate) name: &'a str,
    /// The language, if the agent wrote one behind the name: `order_update:en_US`.
    pub(crate) language: Option<&'a str>,
    /// The values, in order, each with its name if the agent wrote one.
    pub(crate) values: Vec<(Option<&'a str>, &'a str)>,
}

/// The values of a template by the place that they fill.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Slots<'a> {
    /// What fills the header.
    pub(crate) header: Option<Header<'a>>,
    /// The values of the body, either all with names or none.
    pub(crate) body: Vec<(Option<&'a str>, &'a str)>,
    /// The values of buttons, by the number of the button from 0.
    pub(crate) buttons: Vec<(usize, ButtonValue<'a>)>,
}

/// What fills the header of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Header<'a> {
    /// A text, for a placeholder that may have a name.
    Text(Option<&'a str>, &'a str),
    /// A file: its kind (`image`, `video` or `document`), its link, and its name, which only a document shows.
    File { kind: &'static str, url: &'a str, name: Option<&'a str> },
    /// A place, with its name and its address.
    Location { latitude: f64, longitude: f64, name: Option<&'a str>, address: Option<&'a str> },
}

/// What a button of a template takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ButtonValue<'a> {
    /// The end of a link.
    Link(&'a str),
    /// What a reply button sends back.
    Payload(&'a str),
    /// The code that a button copies.
    Code(&'a str),
}

/// Returns the template that a text requests, or `None` if the text is not such a request.
pub(crate) fn asked_for(text: &str) -> Option<Template<'_>> {
    let rest = text.trim().strip_prefix("/template")?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim();
    let (name, values) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, language) = name.split_once(':').map_or((name, None), |(name, language)| (name, Some(language)));
    let is_good =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !is_good(name) || !language.is_none_or(is_good) {
        return None;
    }
    let values = values.split('|').map(value);
    let values = if rest.contains(char::is_whitespace) { values.collect() } else { Vec::new() };
    Some(Template { name, language, values })
}

/// Returns the first template that a message requests.
pub(crate) fn in_parts(parts: &[Part]) -> Option<Template<'_>> {
    parts.iter().find_map(|part| if let Part::Text { text } = part { asked_for(text) } else { None })
}

/// Returns a value with its name, if it has one.
fn value(text: &str) -> (Option<&str>, &str) {
    let text = text.trim();
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    match text.split_once('=') {
        Some(("", rest)) => (None, rest.trim()),
        Some((name, rest)) if is_name(name.trim()) => (Some(name.trim()), rest.trim()),
        _ => (None, text),
    }
}

impl<'a> Template<'a> {
    /// Sorts the values by the place that they fill.
    ///
    /// # Errors
    /// Returns an error that says what is wrong with the request.
    pub(crate) fn slots(&self) -> Result<Slots<'a>, RenderError> {
        let mut slots = Slots::default();
        for (name, text) in &self.values {
            let (place, detail) = match name {
                Some(name) => name.split_once('.').map_or((*name, None), |(place, detail)| (place, Some(detail))),
                None => ("", None),
            };
            let number = place.strip_prefix("button").and_then(|number| number.parse::<usize>().ok());
            match (place, detail, number) {
                ("header", detail, _) => slots.header = Some(header(detail, text)?),
                (_, detail, Some(number @ 1..=10)) => {
                    let value = match detail {
                        None => ButtonValue::Link(text),
                        Some("payload") => ButtonValue::Payload(text),
                        Some("code") => ButtonValue::Code(text),
                        Some(_) => return Err(unknown(name.unwrap_or_default())),
                    };
                    slots.buttons.push((number - 1, value));
                }
                (_, Some(_), _) => return Err(unknown(name.unwrap_or_default())),
                _ => slots.body.push((*name, text)),
            }
        }
        let named = slots.body.iter().filter(|(name, _)| name.is_some()).count();
        if named != 0 && named != slots.body.len() {
            return Err(RenderError::new(Sentence::TemplateMixed));
        }
        slots.buttons.sort_by_key(|(number, _)| *number);
        Ok(slots)
    }
}

fn unknown(name: &str) -> RenderError {
    RenderError::new(Sentence::TemplatePlaceUnknown { name })
}

fn header<'a>(detail: Option<&'a str>, text: &'a str) -> Result<Header<'a>, RenderError> {
    let kind = match detail {
        Some("image") => "image",
        Some("video") => "video",
        Some("document") => "document",
        Some("location") => {
            let mut words = text.splitn(4, ',').map(str::trim);
            let mut degrees = |most: f64| words.next()?.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
            let (Some(latitude), Some(longitude)) = (degrees(90.0), degrees(180.0)) else {
                return Err(unknown("header.location"));
            };
            return Ok(Header::Location { latitude, longitude, name: words.next(), address: words.next() });
        }
        name => return Ok(Header::Text(name, text)),
    };
    let (url, name) = match text.split_once(char::is_whitespace) {
        Some((url, name)) => (url, Some(name.trim())),
        None => (text, file_name(text)),
    };
    if url.starts_with("https://") || url.starts_with("http://") {
        Ok(Header::File { kind, url, name })
    } else {
        Err(RenderError::new(Sentence::TemplateFileIsLink { kind }))
    }
}

/// Returns the file name at the end of a link, for people.
fn file_name(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    path.rsplit('/').next().filter(|name| name.contains('.') && path.matches('/').count() > 2)
}

/// Returns how an agent requests a template, by its components as WhatsApp and Bird describe them. Both use the same
/// form; WhatsApp writes the words in capitals.
pub(crate) fn usage(name: &str, language: &str, components: &Json) -> String {
    let word =
        |value: &Json, field: &str| value.get(field).and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let text = |value: &Json, field: &str| value.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut values = Vec::new();
    let list = |value: Option<&Json>| value.and_then(Json::as_array).cloned().unwrap_or_default();
    for component in list(Some(components)) {
        match (word(&component, "type").as_str(), word(&component, "format").as_str()) {
            ("header", kind @ ("image" | "video" | "document")) => values.push(format!("header.{kind}=<link>")),
            ("header", "location") => values.push("header.location=<latitude,longitude,name,address>".to_owned()),
            ("header", _) => values.extend(gaps(&text(&component, "text")).map(|gap| match gap.parse::<u32>() {
                Ok(_) => "header=<text>".to_owned(),
                Err(_) => format!("header.{gap}=<text>"),
            })),
            ("body", _) => values.extend(gaps(&text(&component, "text")).map(|gap| match gap.parse::<u32>() {
                Ok(_) => format!("<{gap}>"),
                Err(_) => format!("{gap}=<text>"),
            })),
            ("buttons", _) => {
                for (button, number) in list(component.get("buttons")).iter().zip(1..) {
                    match word(button, "type").as_str() {
                        "url" if text(button, "url").contains("{{") => {
                            values.push(format!("button{number}=<end of the link>"));
                        }
                        "otp" => values.push(format!("button{number}=<code>")),
                        "copy_code" => values.push(format!("button{number}.code=<code>")),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let name = if language.is_empty() { name.to_owned() } else { format!("{name}:{language}") };
    format!("/template {name} {}", values.join(" | ")).trim_end().to_owned()
}

/// Returns the names of the placeholders in a text, in order.
fn gaps(text: &str) -> impl Iterator<Item = String> {
    let ends = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let mut names: Vec<String> = Vec::new();
    for (name, _) in ends {
        let name = name.trim().to_owned();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_asked_for_in_one_line() {
        let plain = |values: &[&'static str]| values.iter().map(|value| (None, *value)).collect::<Vec<_>>();
        for (text, name, language, values) in [
            ("/template order_update", "order_update", None, vec![]),
            (
                " /template order_update:en_US  Ana | order 42 ",
                "order_update",
                Some("en_US"),
                plain(&["Ana", "order 42"]),
            ),
            ("/template HX01 a|b|c", "HX01", None, plain(&["a", "b", "c"])),
            (
                "/template order_ready:en customer_name=Ana | order_id = 4711",
                "order_ready",
                Some("en"),
                vec![(Some("customer_name"), "Ana"), (Some("order_id"), "4711")],
            ),
            (
                "/template x =a=b | https://x.example/?a=b | 1=c",
                "x",
                None,
                vec![(None, "a=b"), (None, "https://x.example/?a=b"), (Some("1"), "c")],
            ),
        ] {
            assert_eq!(asked_for(text), Some(Template { name, language, values }), "{text}");
        }
        for text in ["template x", "/templates x", "/template", "/template ../x", "see /template x", "/template a: b"] {
            assert_eq!(asked_for(text), None, "{text}");
        }
    }

    #[test]
    fn values_fill_the_place_that_they_name() {
        let slots = |text: &'static str| asked_for(text).unwrap().slots();
        let all =
            slots("/template x header.image=https://x.example/a.jpg | Ana | 42 | button2=17 | button1.payload=yes");
        assert_eq!(
            all.unwrap(),
            Slots {
                header: Some(Header::File { kind: "image", url: "https://x.example/a.jpg", name: Some("a.jpg") }),
                body: vec![(None, "Ana"), (None, "42")],
                buttons: vec![(0, ButtonValue::Payload("yes")), (1, ButtonValue::Link("17"))],
            }
        );
        for (text, header) in [
            ("/template x header=42", Header::Text(None, "42")),
            ("/template x header.order=42", Header::Text(Some("order"), "42")),
            (
                "/template x header.location=50.45,30.52,Shop,Main street 1, Kyiv",
                Header::Location {
                    latitude: 50.45,
                    longitude: 30.52,
                    name: Some("Shop"),
                    address: Some("Main street 1, Kyiv"),
                },
            ),
        ] {
            assert_eq!(slots(text).unwrap().header, Some(header), "{text}");
        }
        for (text, words) in [
            ("/template x Ana | order=42", "either in order or by name"),
            ("/template x header.image=photo.jpg", "https link"),
            ("/template x header.location=95,0", "`header.location`"),
            ("/template x body.x=1", "`body.x`"),
            ("/template x button1.link=1", "`button1.link`"),
        ] {
            let error = slots(text).unwrap_err();
            assert!(error.reason.contains(words) && !error.is_ours, "{text}: {}", error.reason);
        }
    }

    #[test]
    fn a_description_tells_how_to_ask_for_the_template() {
        let components = json!([
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Hi {{first_name}}, shelf {{ shelf }}, {{first_name}}!"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Yes"}, {"type": "URL", "url": "https://x.example/{{1}}"},
                {"type": "URL", "url": "https://x.example/"}, {"type": "COPY_CODE"},
            ]},
        ]);
        assert_eq!(
            usage("parcel", "en", &components),
            "/template parcel:en header.image=<link> | first_name=<text> | shelf=<text> | button2=<end of the link> | \
             button4.code=<code>"
        );
        let positional = json!([{"type": "header", "format": "text", "text": "Order {{1}}"}, {"type": "body", "text": "{{1}} {{2}}"}]);
        assert_eq!(usage("x", "", &positional), "/template x header=<text> | <1> | <2>");
        assert_eq!(usage("x", "en", &json!([{"type": "body", "text": "Hi"}])), "/template x:en");
        assert_eq!(usage("x", "en", &json!(5)), "/template x:en");
    }

    #[test]
    fn a_document_is_called_as_its_link_ends() {
        for (url, name) in [
            ("https://x.example/i/42.pdf?a=b.c", Some("42.pdf")),
            ("https://x.example", None),
            ("https://x.example/i/42", None),
        ] {
            assert_eq!(file_name(url), name, "{url}");
        }
    }
}
