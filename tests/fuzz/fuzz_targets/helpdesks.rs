//! Fuzzes every helpdesk with any bytes. The first byte selects the helpdesk.
#![no_main]

use std::collections::BTreeMap;

use byoc::{
    adapter::{Verified, authenticate},
    helpdesk::HELPDESKS,
    model::installation::Options,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let (_, helpdesk) = HELPDESKS[usize::from(*choice) % HELPDESKS.len()];
    let (settings, secrets, options) = (BTreeMap::new(), byoc_fuzz::secrets(), Options::default());
    let account = byoc_fuzz::account("viber", &settings, &secrets, &options);
    let request = byoc_fuzz::request(rest);
    let _ = authenticate(helpdesk, &account, &request);
    let _ = helpdesk.parse(&account, Verified::invoked(&request));
});
