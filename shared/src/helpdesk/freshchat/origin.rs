//! Which account and conversation a Marketplace event belongs to.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    parse,
    wire::{ProductData, Webhook},
};
use crate::helpdesk::Origin;

/// Platform 2 names the account by its id; its `domain` is the same for everyone and says nothing. Platform 3 names it
/// by its hosts.
pub(super) fn origin(body: &Value) -> Option<Origin> {
    let call = Webhook::deserialize(body).ok()?;
    call.event.text()?;
    let data = ProductData::deserialize(&call.data).unwrap_or_default();
    let conversation = parse::conversation_of(&data);
    let inner = conversation.messages.first();
    let topic = conversation.channel_id.owned();
    let user = conversation.user_id.owned();
    Some(Origin {
        account_id: call.account_id.owned(),
        hosts: call.current_host.endpoint_urls.as_object().map(hosts).unwrap_or_default(),
        topic: topic.or_else(|| inner?.channel_id.owned()).or_else(|| data.associations.channel.id.owned()),
        user: user
            .or_else(|| inner?.user_id.owned())
            .or_else(|| data.associations.user.id.owned())
            .or_else(|| data.user.id.owned()),
    })
}

fn hosts(urls: &serde_json::Map<String, Value>) -> Vec<String> {
    urls.values().filter_map(|url| host(url.as_str()?)).collect()
}

fn host(url: &str) -> Option<String> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    let url = Url::parse(&with_scheme).ok()?;
    Some(format!("{}:{}", url.host_str()?.to_ascii_lowercase(), url.port_or_known_default()?))
}
