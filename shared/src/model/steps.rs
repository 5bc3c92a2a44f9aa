//! The steps that are left to do by hand after an install, as data: the admin's page shows them, and the API's answer
//! carries them.

use serde::Serialize;

use super::{heard::HeardSides, installation::Side};
use crate::tools::sentences::Sentence;

/// A step that is left to do by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// A stable word, unique within the adapter.
    pub id: &'static str,
    /// The instruction, in one sentence. If something has to be pasted, the sentence refers to it and `copy` holds it.
    pub text: String,
    /// The exact text to paste.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// The vendor's page about the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs_url: Option<&'static str>,
    /// Whether the bridge has seen that the step is done.
    pub done: bool,
    /// What shows that the step is done; `None` if the bridge cannot see it.
    #[serde(skip)]
    pub shown_by: Option<ShownBy>,
    /// The same instruction with the text to paste inside it, for people who read sentences only.
    #[serde(skip)]
    pub sentence: String,
}

impl NextStep {
    /// Makes a step without anything to paste.
    pub fn new(id: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { id, sentence: text.clone(), text, copy: None, docs_url: None, done: false, shown_by: None }
    }

    /// Makes a step with something to paste. `sentence` formats the instruction around a text: around `copy` itself,
    /// and around `name`, which stands for it (such as "this URL").
    pub fn paste(id: &'static str, name: &str, copy: impl Into<String>, sentence: impl Fn(&str) -> String) -> Self {
        let copy = copy.into();
        Self { sentence: sentence(&copy), copy: Some(copy), ..Self::new(id, sentence(name)) }
    }

    /// Adds the vendor's page.
    #[must_use]
    pub fn docs(self, url: &'static str) -> Self {
        Self { docs_url: Some(url), ..self }
    }

    /// Names what shows that the step is done.
    #[must_use]
    pub fn shown_by(self, sign: ShownBy) -> Self {
        Self { shown_by: Some(sign), ..self }
    }

    /// Returns the step with what the bridge has seen of it.
    #[must_use]
    pub fn seen(self, heard: &HeardSides) -> Self {
        Self { done: self.shown_by.is_some_and(|sign| sign.is_in(heard)), ..self }
    }
}

/// What the bridge sees once a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownBy {
    /// The channel has confirmed the URL with a handshake, or called it.
    Handshake,
    /// The side has called its URL with an event.
    Call(Side),
}

impl ShownBy {
    fn is_in(self, heard: &HeardSides) -> bool {
        match self {
            Self::Handshake => heard.channel.handshake_at.is_some() || heard.channel.latest_at.is_some(),
            Self::Call(side) => heard.side(side).latest_at.is_some(),
        }
    }
}

/// A fact about a vendor that everybody who uses this kind should know, whatever their account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A stable word.
    pub code: &'static str,
    /// The fact, without a full stop.
    pub cause: &'static str,
    /// What to do about it, without a full stop.
    pub fix: &'static str,
    /// The vendor's page about it.
    pub docs_url: &'static str,
}

impl From<&Notice> for NextStep {
    fn from(notice: &Notice) -> Self {
        let Notice { code, cause, fix, docs_url } = *notice;
        Self::new(code, Sentence::NoticeStep { cause, fix }).docs(docs_url)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        adapter::{Adapter, Urls},
        channel::CHANNELS,
        helpdesk::HELPDESKS,
        testing::Side,
        tools::{language::Language, phrases::Translator},
    };

    #[test]
    fn what_is_to_be_pasted_stands_in_the_sentence_and_beside_the_text() {
        let (channel, helpdesk) = ("https://bridge.example/channels/i/t", "https://bridge.example/helpdesks/i/t");
        let channels = CHANNELS.iter().map(|(kind, channel)| (*kind, *channel as &dyn Adapter));
        let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, *helpdesk as &dyn Adapter));
        for (kind, adapter) in channels.chain(helpdesks) {
            for setting in [None, Some("x")] {
                assert!(!adapter.features().title.is_empty(), "{kind} has no title");
                let mut side = Side::new(kind, &[], &[("verify_token", "bridge-made")]);
                for it in adapter.settings().iter().filter(|it| !it.secret) {
                    let value = setting.or(it.required.then_some("x"));
                    side.settings.extend(value.map(|value| (it.name.to_owned(), value.to_owned())));
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
                    for language in Language::OTHERS {
                        let own = Translator::new(language).with(adapter.phrases()).translate(&step.text);
                        // What is pasted has a name, which is translated too.
                        let is_whole = own != step.text && !own.contains("this URL") && !own.contains("{");
                        assert!(is_whole, "{kind} in {}: {own}", language.word());
                    }
                }
            }
        }
    }
}
