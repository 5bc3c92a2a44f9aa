//! What the registries of channels and helpdesks say, and what other places have to say after them.

use byoc::{adapter::Adapter, channel::CHANNELS, helpdesk::HELPDESKS, install::Wanted};
use serde_json::json;

/// Every kind of either side with the word for its side.
fn kinds() -> Vec<(&'static str, &'static str, &'static dyn Adapter)> {
    let channels = CHANNELS.iter().map(|(kind, channel)| ("channel", *kind, *channel as &dyn Adapter));
    let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| ("helpdesk", *kind, *helpdesk as &dyn Adapter));
    channels.chain(helpdesks).collect()
}

#[test]
fn what_the_bridge_makes_is_a_secret_that_an_install_may_leave_out() {
    for (_, kind, adapter) in kinds() {
        for setting in adapter.settings() {
            let is_made = setting.made.is_some();
            assert!(!is_made || setting.secret && !setting.required, "{kind} {}", setting.name);
            assert!(is_made || !setting.internal && !setting.shown_once, "{kind} {}", setting.name);
        }
    }
}

#[test]
fn no_install_request_carries_what_is_between_the_bridge_and_the_platform() {
    let helpdesk = json!({
        "kind": "freshchat", "api_url": "https://acme.freshchat.com/v2", "token": "t", "channel_id": "7",
    });
    let internal = kinds().into_iter().flat_map(|(side, kind, adapter)| {
        let internal = adapter.settings().iter().filter(|setting| setting.internal);
        internal.map(move |setting| (side, kind, setting.name))
    });
    let internal: Vec<_> = internal.collect();
    assert!(!internal.is_empty());
    for (side, kind, name) in internal {
        let mut request = json!({ "helpdesk": helpdesk });
        request[side]["kind"] = kind.into();
        request[side][name] = "x".into();
        let refused = Wanted::from_post(&request, false).unwrap_err();
        assert_eq!(refused.code, "unknown_setting", "{kind} {name}: {}", refused.message);
    }
}

#[test]
fn every_kind_says_how_long_a_text_may_be() {
    for (_, kind, adapter) in kinds() {
        assert!(adapter.features().text.max > 0, "{kind}");
    }
}
