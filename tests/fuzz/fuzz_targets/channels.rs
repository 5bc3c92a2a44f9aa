//! Fuzzes every channel with any bytes. The first byte selects the channel.
#![no_main]

use std::collections::BTreeMap;

use byoc::{
    adapter::{Verified, authenticate},
    channel::CHANNELS,
    model::installation::Options,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let (kind, channel) = CHANNELS[usize::from(*choice) % CHANNELS.len()];
    let (settings, secrets, options) = (BTreeMap::new(), byoc_fuzz::secrets(), Options::default());
    let account = byoc_fuzz::account(kind, &settings, &secrets, &options);
    let request = byoc_fuzz::request(rest);
    let _ = authenticate(channel, &account, &request);
    let _ = channel.parse(&account, Verified::invoked(&request));
});
