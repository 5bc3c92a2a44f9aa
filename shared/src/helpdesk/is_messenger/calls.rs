//! Turns plans into requests to the incoming webhook URL.

use super::{API_TOKEN, API_URL, CHANNEL_ID, ids, plan::Plan, render, wire::Incoming};
use crate::adapter::{Account, Call, CallBuilder, Known, RenderError, Step};

pub(super) fn step(account: &Account<'_>, known: &Known, plan: Plan<'_>) -> Result<Step, RenderError> {
    let api = Api::of(account)?;
    let call = match plan {
        Plan::Done => return Ok(Step::Done),
        // It is likely, but not documented, that IS-Messenger ignores a repeated `mId`, so a message may appear twice.
        Plan::Post { delivery, message } => {
            let name = if delivery.echo { "send_message_echo" } else { "send_message" };
            let body = Incoming {
                channel_id: api.channel_id,
                contact_id: ids::contact_id(account, delivery.contact, known)?,
                events: [render::message(delivery, known, message)],
                contact: render::profile(delivery.contact),
            };
            api.post(name).json(&body)
        }
        Plan::PostStatus { contact, message, receipt, at } => {
            let body = Incoming {
                channel_id: api.channel_id,
                contact_id: ids::contact_id(account, contact, known)?,
                events: [render::status(message, receipt, at)],
                contact: None,
            };
            api.post("send_message_status").json(&body).harmless()
        }
    };
    call.step()
}

/// The custom channel's API: its only URL, whose trailing slash belongs to it, the credential and the channel.
struct Api<'a> {
    url: &'a str,
    token: &'a str,
    channel_id: &'a str,
}

impl<'a> Api<'a> {
    fn of(account: &Account<'a>) -> Result<Self, RenderError> {
        let (url, channel_id) = (account.require(API_URL)?, account.require(CHANNEL_ID)?);
        Ok(Self { url, token: account.require_secret(API_TOKEN)?, channel_id })
    }

    fn post(&self, name: &'static str) -> CallBuilder {
        Call::post(name, self.url).bearer(self.token)
    }
}
