//! Ids of contacts and messages.

use super::*;
use crate::helpdesk::is_messenger::ids::{IdType, contact_by_id, contact_id, is_hashed, m_id};

/// Returns the contact's id on the channel of this side that an id names without a stored link.
fn contact_of(side: &Side, id: &str) -> Option<String> {
    match contact_by_id(&side.account(), id)? {
        Named::Contact(id) => Some(id),
        Named::Phone(phone) => channel(side.kind)?.contact_of_phone(&side.account(), &phone),
    }
}

/// Checks the id that IS-Messenger receives for a contact, and the contact that this id names without a stored link.
#[track_caller]
fn check(side: &Side, id: &str, told: &str, back: Option<&str>) {
    let account = side.account();
    let encoded = contact_id(&account, &contact(id), &Known::default()).expect("an id");
    assert_eq!(encoded, told, "{id}");
    assert!(IdType::of(&account).takes(&encoded), "{id}");
    assert_eq!(contact_of(side, &encoded).as_deref(), back, "{id}");
}

#[test]
fn what_fits_is_left_alone_and_the_rest_is_encoded_reversibly() {
    let side = custom("viber");
    for id in ["hR4s0P/m2Vq+8LxTc61WdA==", "+447700900238", "U4af4980629", "a@b", "x", &"a".repeat(50)] {
        check(&side, id, id, Some(id));
    }
    for (id, told) in [
        ("whatsapp:+447700900238", "=d2hhdHNhcHA6KzQ0NzcwMDkwMDIzOA=="),
        ("maria.lopez@example.com", "=bWFyaWEubG9wZXpAZXhhbXBsZS5jb20="),
        ("0b9f2c1e-5d0a-4b6e-9a55-3f2f6f0a1c77", "=MGI5ZjJjMWUtNWQwYS00YjZlLTlhNTUtM2YyZjZmMGExYzc3"),
        ("=starts", "=PXN0YXJ0cw=="),
        ("ü", "=w7w="),
    ] {
        check(&side, id, told, Some(id));
    }
}

#[test]
fn what_is_too_long_becomes_a_hash_from_which_only_the_link_leads_back() {
    let side = custom("viber");
    let account = side.account();
    for id in [&"a".repeat(51), "0b9f2c1e-5d0a-4b6e-9a55-3f2f6f0a1c77x", &"é".repeat(200)] {
        let told = contact_id(&account, &contact(id), &Known::default()).expect("an id");
        assert!(is_hashed(&told) && IdType::Custom.takes(&told), "{told}");
        check(&side, id, &told, None);
    }
    // An id whose base64 reads as a hash (`a0c6a0c6…`) is hashed, so that no id can be read in two ways.
    let id = "kG:".repeat(10);
    let told = contact_id(&account, &contact(&id), &Known::default()).expect("an id");
    assert!(is_hashed(&told) && told != format!("={}", "a0c6".repeat(10)), "{told}");
}

#[test]
fn ids_that_we_never_make_stand_for_nobody() {
    let side = custom("viber");
    for id in ["", "=", "a-b", "a b", "=!", "=YQ==", "=w", &"a".repeat(51), "=w7w", "=/w=="] {
        assert_eq!(contact_by_id(&side.account(), id), None, "{id}");
    }
}

#[test]
fn telephone_numbers_gain_and_lose_their_plus() {
    check(&phone("twilio"), "+447700900238", "+447700900238", Some("+447700900238"));
    check(&phone("rcs"), "+447700900238", "+447700900238", Some("+447700900238"));
    check(&phone("bird"), "+447700900238", "+447700900238", Some("+447700900238"));
    check(&phone("whatsapp"), "447700900238", "+447700900238", Some("447700900238"));
    check(&phone("messagebird"), "+447700900238", "+447700900238", Some("+447700900238"));
    // The stored link leads back to the contact.
    check(&phone("twilio"), "whatsapp:+447700900238", "+447700900238", Some("+447700900238"));
    for id in ["447700900238", "+0447700900238", "+44 7700", "+1", "+12345678901234567", "whatsapp:+44"] {
        assert_eq!(contact_by_id(&phone("twilio").account(), id), None, "{id}");
    }
}

#[test]
fn who_has_no_number_is_known_by_the_profile_or_refused() {
    let side = phone("whatsapp");
    let scoped = Contact { phone: Some("+447700900238".into()), ..contact("US.13491208655302741918") };
    assert_eq!(contact_id(&side.account(), &scoped, &Known::default()).ok().as_deref(), Some("+447700900238"));
    for id in ["US.13491208655302741918", "messenger:123456789012345", ""] {
        assert!(contact_id(&side.account(), &contact(id), &Known::default()).is_err(), "{id}");
    }
}

#[test]
fn an_id_that_was_told_before_stays() {
    let mut known = Known::default();
    known.link.user = Some("+447700900238".into());
    let side = phone("whatsapp");
    let id = contact_id(&side.account(), &contact("US.13491208655302741918"), &known);
    assert_eq!(id.ok().as_deref(), Some("+447700900238"));
    // The stored id counts no more after a change of the ID type.
    known.link.user = Some("=w7w=".into());
    let id = contact_id(&side.account(), &contact("447700900238"), &known);
    assert_eq!(id.ok().as_deref(), Some("+447700900238"));
}

#[test]
fn message_ids_are_stable_short_and_different() {
    let long = "wamid.HBgLNDQ3NzAwOTAwMjM4FQIAEhgUM0EwQjFDMkQzRTRGNUE2QjdDOEQA";
    assert_eq!(m_id("SM0a1b2c3d4e5f60718293a4b5c6d7e8f9", 0), "SM0a1b2c3d4e5f60718293a4b5c6d7e8f9");
    let ids = [m_id("a", 0), m_id("a", 1), m_id("a", 2), m_id(long, 0), m_id(long, 1), m_id("", 0), m_id("a b", 0)];
    for (index, id) in ids.iter().enumerate() {
        assert!((1..=50).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        assert!(!ids[..index].contains(id), "{id}");
    }
    assert_eq!(m_id(long, 1), ids[4]);
}

proptest::proptest! {
    #[test]
    fn any_id_is_told_within_the_rules_and_leads_back_or_is_a_hash(id in "\\PC{1,60}") {
        let side = custom("viber");
        let told = contact_id(&side.account(), &contact(&id), &Known::default()).expect("an id");
        proptest::prop_assert!(IdType::Custom.takes(&told));
        let back = contact_of(&side, &told);
        let wanted = if is_hashed(&told) { None } else { Some(id) };
        proptest::prop_assert_eq!(back, wanted);
    }
}
