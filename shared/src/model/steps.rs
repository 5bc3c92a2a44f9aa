//! What is left to do by hand after an install, as data: the admin's page shows it, and the API's answer carries it.

use serde::Serialize;

/// Something that is left to do by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// A stable word, unique within the adapter.
    pub id: &'static str,
    /// What to do, in a sentence. Where something is to be pasted, the sentence speaks of it and `copy` has it.
    pub text: String,
    /// Exactly what is to be pasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// The vendor's page about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs_url: Option<&'static str>,
    /// The same sentence with what is to be pasted in it, for those who read sentences only.
    #[serde(skip)]
    pub sentence: String,
}

impl NextStep {
    /// Something to do.
    pub fn new(id: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { id, sentence: text.clone(), text, copy: None, docs_url: None }
    }

    /// Something to paste: `sentence` gets what stands for it, either `copy` itself or its `name`, such as "this URL".
    pub fn paste(id: &'static str, name: &str, copy: impl Into<String>, sentence: impl Fn(&str) -> String) -> Self {
        let copy = copy.into();
        Self { sentence: sentence(&copy), copy: Some(copy), ..Self::new(id, sentence(name)) }
    }

    /// With the vendor's page.
    #[must_use]
    pub fn docs(self, url: &'static str) -> Self {
        Self { docs_url: Some(url), ..self }
    }
}

/// Something about a vendor that everybody who uses this kind should know, whatever their account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A stable word.
    pub code: &'static str,
    /// What is so, without a full stop.
    pub cause: &'static str,
    /// What to do about it, without a full stop.
    pub fix: &'static str,
    /// The vendor's page about it.
    pub docs_url: &'static str,
}

impl From<&Notice> for NextStep {
    fn from(notice: &Notice) -> Self {
        Self::new(notice.code, format!("{}: {}.", notice.cause, notice.fix)).docs(notice.docs_url)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        adapter::{Adapter, Urls},
        channel::CHANNELS,
        helpdesk::HELPDESKS,
        testing::Side,
    };

    #[test]
    fn what_is_to_be_pasted_stands_in_the_sentence_and_beside_the_text() {
        let (channel, helpdesk) = ("https://bridge.example/channels/i/t", "https://bridge.example/helpdesks/i/t");
        let channels = CHANNELS.iter().map(|(kind, channel)| (*kind, *channel as &dyn Adapter));
        let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, *helpdesk as &dyn Adapter));
        for (kind, adapter) in channels.chain(helpdesks) {
            for setting in [None, Some("x")] {
                let mut side = Side::new(kind, &[], &[("verify_token", "bridge-made")]);
                for name in adapter.settings().iter().filter(|name| !name.secret) {
                    side.settings.extend(setting.map(|value| (name.name.to_owned(), value.to_owned())));
                }
                let steps = adapter.next_steps(&side.account(), &Urls { channel, helpdesk });
                let mut ids: Vec<&str> = steps.iter().map(|step| step.id).collect();
                ids.dedup();
                assert_eq!(ids.len(), steps.len(), "{kind}: {steps:?}");
                for step in &steps {
                    match &step.copy {
                        Some(copy) => assert!(step.sentence.contains(copy) && !step.text.contains(copy), "{step:?}"),
                        None => assert_eq!(step.text, step.sentence, "{kind}"),
                    }
                    assert!(!step.text.contains("https://bridge.example"), "{kind}: a URL without its Copy: {step:?}");
                }
            }
        }
    }
}
