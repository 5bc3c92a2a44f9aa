//! Messages, and the checks that SQS makes on them.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::error::Refusal;

/// The largest size of a message with its attributes, and of all messages of a batch together, in bytes.
pub(super) const MAX_BYTES: usize = 1_048_576;

/// The highest number of attributes of a message.
const MAX_ATTRIBUTES: usize = 10;

/// A message that is waiting or in flight.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// The position in the order of the queue.
    pub(super) sequence: u64,
    pub(super) id: String,
    /// The group, in FIFO queues.
    pub(super) group: Option<String>,
    /// The deduplication id, in FIFO queues.
    pub(super) deduplication: Option<String>,
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, Attribute>,
    /// The time at which the message was sent, in milliseconds since the epoch.
    pub(super) sent: u64,
    /// The number of receives.
    pub(super) receives: u32,
    pub(super) first_received: Option<u64>,
    /// In a dead-letter queue, the ARN of the queue that moved the message here.
    pub(super) given_up_in: Option<String>,
    /// The time at which the message becomes visible.
    pub(super) visible_at: u64,
    /// The receipt of the last receive.
    pub(super) receipt: Option<Receipt>,
}

/// The right to delete a message, which ends when the message becomes visible again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receipt {
    pub(super) nonce: u64,
    pub(super) received: u64,
}

impl Message {
    /// Returns the lane, within which messages are delivered in order: the group, or in a standard queue the message
    /// alone.
    pub(super) fn lane(&self) -> String {
        self.group.clone().unwrap_or_else(|| self.sequence.to_string())
    }
}

/// A message attribute as requests and answers contain it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Attribute {
    pub(super) data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) string_value: Option<String>,
    /// The bytes in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) binary_value: Option<String>,
}

impl Attribute {
    fn value(&self) -> (u8, Vec<u8>) {
        match (&self.string_value, &self.binary_value) {
            (Some(text), _) => (1, text.as_bytes().to_vec()),
            (None, Some(binary)) => (2, STANDARD.decode(binary).unwrap_or_default()),
            (None, None) => (1, Vec::new()),
        }
    }
}

/// Returns the size of a message as SQS counts it, in bytes.
pub(super) fn size(body: &str, attributes: &BTreeMap<String, Attribute>) -> usize {
    let of_attributes = attributes.iter().map(|(name, it)| name.len() + it.data_type.len() + it.value().1.len());
    body.len() + of_attributes.sum::<usize>()
}

/// Returns the MD5 of a body, which callers compare.
pub(super) fn md5_of_body(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

/// Returns the MD5 of the attributes, computed as
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html> says.
pub(super) fn md5_of_attributes(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    for (name, attribute) in attributes {
        let (transport, value) = attribute.value();
        write(&mut bytes, name.as_bytes());
        write(&mut bytes, attribute.data_type.as_bytes());
        bytes.push(transport);
        write(&mut bytes, &value);
    }
    Some(format!("{:x}", md5::compute(&bytes)))
}

fn write(bytes: &mut Vec<u8>, field: &[u8]) {
    bytes.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(field);
}

/// Checks a body and its attributes as SQS does.
pub(super) fn check(body: &str, attributes: &BTreeMap<String, Attribute>) -> Result<(), Refusal> {
    if body.is_empty() {
        return Err(Refusal::missing("MessageBody"));
    }
    if !body.chars().all(allowed) {
        return Err(Refusal::invalid_contents());
    }
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(Refusal::invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            attributes.len()
        )));
    }
    for (name, attribute) in attributes {
        check_attribute(name, attribute)?;
    }
    if size(body, attributes) > MAX_BYTES {
        return Err(Refusal::invalid(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {MAX_BYTES} bytes."
        )));
    }
    Ok(())
}

/// Checks a group id or a deduplication id as SQS does.
pub(super) fn check_id(parameter: &str, id: &str) -> Result<(), Refusal> {
    if (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let reason = format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
    Err(Refusal::invalid_value(parameter, id, &reason))
}

fn check_attribute(name: &str, attribute: &Attribute) -> Result<(), Refusal> {
    let base = attribute.data_type.split('.').next().unwrap_or_default();
    let fits = match base {
        "String" | "Number" => attribute.string_value.as_ref().is_some_and(|value| !value.is_empty()),
        "Binary" => attribute.binary_value.as_ref().is_some_and(|value| !value.is_empty()),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::invalid(format!("The message attribute '{name}' has an invalid type or no value.")))
}

fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_md5_of_attributes_is_that_of_sqs() {
        let digest = |data_type: &str| {
            let (data_type, string_value) = (data_type.to_owned(), Some("1493147359900".to_owned()));
            let attribute = Attribute { data_type, string_value, binary_value: None };
            md5_of_attributes(&BTreeMap::from([("timestamp".to_owned(), attribute)])).unwrap()
        };
        assert_eq!(digest("Number"), "235c5c510d26fb653d073faed50ae77c");
        assert_eq!(digest("Number.java.lang.Long"), "2e2e4876d8e0bd6b8c2c8f556831c349");
    }

    #[test]
    fn control_characters_are_not_allowed_in_a_body() {
        assert!(check("tab\t, line\r\n, \u{1f600} \u{fffd}", &BTreeMap::new()).is_ok());
        for bad in ["\0", "\u{b}", "\u{fffe}", "\u{ffff}"] {
            assert!(check(bad, &BTreeMap::new()).is_err(), "{bad:?}");
        }
    }
}
