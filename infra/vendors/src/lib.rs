//! Simulated vendors: as strict as the real vendors, and able to fail on demand.
//!
//! A new simulator is a folder below `channel/` or `helpdesk/` and a line in [`CHANNELS`] or [`HELPDESKS`].

pub mod call;
pub mod channel;
pub mod fault;
pub mod helpdesk;
pub mod json;
pub mod memory;
pub mod own_api;
pub mod people;
pub mod rules;
pub mod simple;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use self::{
    channel::{bird, custom, line, messagebird, meta, rcs, telegram, twilio, viber},
    helpdesk::{deskie, freshchat, is_messenger},
    people::{ChannelSim, HelpdeskSim},
};

/// A constructor of a simulator with its demo account.
pub type Demo<T> = fn() -> Result<Arc<T>, String>;

/// The simulated channels.
pub const CHANNELS: &[(&str, Demo<dyn ChannelSim>)] = &[
    ("apple", || Ok(Arc::new(bird::Bird::demo(bird::Product::Apple)?))),
    ("bird", || Ok(Arc::new(bird::Bird::demo(bird::Product::Sms)?))),
    ("custom", || Ok(Arc::new(custom::App::demo()?))),
    ("instagram", || Ok(Arc::new(meta::Meta::demo(meta::Product::Instagram)?))),
    ("line", || Ok(Arc::new(line::Line::demo()?))),
    ("messagebird", || Ok(Arc::new(messagebird::MessageBird::demo()?))),
    ("messenger", || Ok(Arc::new(meta::Meta::demo(meta::Product::Messenger)?))),
    ("rcs", || Ok(Arc::new(rcs::Rcs::demo()?))),
    ("telegram", || Ok(Arc::new(telegram::Telegram::demo()?))),
    ("twilio", || Ok(Arc::new(twilio::Twilio::demo()?))),
    ("viber", || Ok(Arc::new(viber::Viber::demo()?))),
    ("whatsapp", || Ok(Arc::new(meta::Meta::demo(meta::Product::WhatsApp)?))),
];

/// The simulated helpdesks.
pub const HELPDESKS: &[(&str, Demo<dyn HelpdeskSim>)] = &[
    ("custom", || Ok(Arc::new(helpdesk::custom::System::demo()?))),
    ("deskie", || Ok(Arc::new(deskie::DeskieSim::demo()?))),
    ("freshchat", || Ok(Arc::new(freshchat::FreshchatSim::demo()?))),
    ("is_messenger", || Ok(Arc::new(is_messenger::IsMessengerSim::demo()?))),
];

/// Returns the kinds of the simulated channels.
pub fn channels() -> impl Iterator<Item = &'static str> + Clone {
    CHANNELS.iter().map(|(kind, _)| *kind)
}

/// Returns the kinds of the simulated helpdesks.
pub fn helpdesks() -> impl Iterator<Item = &'static str> + Clone {
    HELPDESKS.iter().map(|(kind, _)| *kind)
}

/// Makes the simulated channel of a kind with its demo account.
///
/// # Errors
/// Returns an error if there is no such kind or the simulator could not be made.
pub fn channel(kind: &str) -> Result<Arc<dyn ChannelSim>, String> {
    find("channel", CHANNELS, kind)
}

/// Makes the simulated helpdesk of a kind with its demo account.
///
/// # Errors
/// Returns an error if there is no such kind or the simulator could not be made.
pub fn helpdesk(kind: &str) -> Result<Arc<dyn HelpdeskSim>, String> {
    find("helpdesk", HELPDESKS, kind)
}

fn find<T: ?Sized>(side: &str, all: &[(&str, Demo<T>)], kind: &str) -> Result<Arc<T>, String> {
    match all.iter().find(|(name, _)| *name == kind) {
        Some((_, demo)) => demo(),
        None => {
            let kinds: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            Err(format!("there is no simulated {side} `{kind}`; there are: {}", kinds.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_simulator_goes_by_the_name_of_its_kind() {
        for kind in super::channels() {
            assert_eq!(super::channel(kind).unwrap().kind(), kind);
        }
        for kind in super::helpdesks() {
            assert_eq!(super::helpdesk(kind).unwrap().kind(), kind);
        }
        assert!(super::channel("pigeon").is_err_and(|error| error.contains("apple, bird, custom")));
    }
}
