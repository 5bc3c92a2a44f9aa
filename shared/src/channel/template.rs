//! Approved templates, which WhatsApp requires when a contact has not written for 24 hours. An agent requests one by
//! writing `/template <name> <value> | <value>`.

/// The template that an agent requested.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template<'a> {
    /// The template's name or id.
    pub(crate) name: &'a str,
    /// The language, if the agent wrote one behind the name: `order_update:en_US`.
    pub(crate) language: Option<&'a str>,
    /// The values for the template's placeholders, in order.
    pub(crate) values: Vec<&'a str>,
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
    let values = values.split('|').map(str::trim);
    let values = if rest.contains(char::is_whitespace) { values.collect() } else { Vec::new() };
    Some(Template { name, language, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_asked_for_in_one_line() {
        for (text, name, language, values) in [
            ("/template order_update", "order_update", None, vec![]),
            (" /template order_update:en_US  Ana | order 42 ", "order_update", Some("en_US"), vec!["Ana", "order 42"]),
            ("/template HX01 a|b|c", "HX01", None, vec!["a", "b", "c"]),
        ] {
            assert_eq!(asked_for(text), Some(Template { name, language, values }), "{text}");
        }
        for text in ["template x", "/templates x", "/template", "/template ../x", "see /template x", "/template a: b"] {
            assert_eq!(asked_for(text), None, "{text}");
        }
    }
}
