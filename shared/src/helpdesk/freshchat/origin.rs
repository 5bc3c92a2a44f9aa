//! Finds the account and the conversation to which a Marketplace event belongs.

use std::collections::BTreeMap;

use url::Url;

use super::{
    parse,
    wire::{self, Message, ProductData, Webhook},
};
use crate::{helpdesk::Origin, tools::json::Json};

/// The maximum number of an account's hosts, each of which costs a look-up. A few are usual.
const HOSTS: usize = 20;

/// Returns the origin of an event. Platform 2 names the account by its id; its `domain` is the same for every account.
/// Platform 3 names the account by its hosts.
pub(super) fn origin(body: Json<'_>) -> Option<Origin> {
    let call: Webhook<'_> = wire::record(body);
    call.event.text()?;
    let data: ProductData<'_> = wire::record(call.data);
    let conversation = parse::conversation_of(&data);
    let inner: Option<Message> = conversation.messages.item(0).map(wire::record);
    let inner = inner.as_ref();
    let topic = conversation.channel_id.owned();
    let user = conversation.user_id.owned();
    Some(Origin {
        account_id: call.account_id.owned(),
        hosts: hosts(call.current_host),
        topic: topic.or_else(|| inner?.channel_id.owned()).or_else(|| data.associations.channel.id.owned()),
        user: user
            .or_else(|| inner?.user_id.owned())
            .or_else(|| data.associations.user.id.owned())
            .or_else(|| data.user.id.owned()),
    })
}

fn hosts(current: Json<'_>) -> Vec<String> {
    let urls = current.get("endpoint_urls").unwrap_or_default();
    let urls: BTreeMap<String, Json<'_>> = urls.decode().unwrap_or_default();
    urls.into_values().filter_map(|url| host(&url.text()?)).take(HOSTS).collect()
}

fn host(url: &str) -> Option<String> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    let url = Url::parse(&with_scheme).ok()?;
    Some(format!("{}:{}", url.host_str()?.to_ascii_lowercase(), url.port_or_known_default()?))
}
