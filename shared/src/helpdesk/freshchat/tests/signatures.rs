use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use proptest::prelude::*;

use super::*;
use crate::adapter::webhook::{Proof, VerifyError};

struct Vector {
    keys: Vec<String>,
    body: Bytes,
    signature: String,
}

fn vectors() -> [Vector; 2] {
    let all = fixture(HERE, "webhook_signed_vector_synthetic.json");
    let keys: Vec<String> = all["public_keys"].as_object().unwrap().values().map(word).collect();
    [(&all, "X-Freshchat-Signature"), (&all["ascii_delivery"], "X-FreshChat-Signature")].map(|(it, header)| Vector {
        keys: keys.clone(),
        body: decoded(&it["body_base64"]),
        signature: word(&it["headers"][header]),
    })
}

fn word(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn decoded(value: &Value) -> Bytes {
    STANDARD.decode(word(value)).expect("base64").into()
}

fn verify(side: &Side, body: &Bytes, headers: &[(&str, &str)]) -> Result<Proof, VerifyError> {
    Freshchat.verify(&side.account(), &webhook(headers, body.clone()))
}

fn signed(key: &str) -> Side {
    side().with("webhook_public_key", key)
}

#[test]
fn every_spelling_of_the_key_admits_both_deliveries_and_passes_the_install_check() {
    for vector in vectors() {
        assert_eq!(vector.keys.len(), 6);
        for key in &vector.keys {
            let side = signed(key);
            assert_eq!(Freshchat.check_settings(&side.account()), Ok(()));
            assert_eq!(verify(&side, &vector.body, &[("X-FreshChat-Signature", &vector.signature)]), Ok(Proof::Signed));
        }
    }
}

#[test]
fn changed_bodies_and_foreign_signatures_are_refused() {
    let all = fixture(HERE, "webhook_signed_vector_synthetic.json");
    let [first, second] = vectors();
    let side = signed(&first.keys[0]);
    for body in all["must_fail_body_base64"].as_array().unwrap() {
        let refused = verify(&side, &decoded(body), &[("x-freshchat-signature", &first.signature)]);
        assert_eq!(refused, Err(VerifyError::Wrong));
    }
    let foreign = word(&all["ascii_delivery"]["bad_signature"]);
    let truncated = second.signature.get(4..).unwrap();
    for signature in [&foreign, &first.signature, truncated, "", "not base64!", "AAAA"] {
        let refused = verify(&side, &second.body, &[("x-freshchat-signature", signature)]);
        assert_eq!(refused, Err(VerifyError::Wrong), "{signature}");
    }
    let twice = [("x-freshchat-signature", &*second.signature), ("x-freshchat-signature", &*second.signature)];
    assert_eq!(verify(&side, &second.body, &twice), Err(VerifyError::Wrong));
}

#[test]
fn without_a_signature_only_the_marketplace_gets_in_and_only_where_it_is_allowed() {
    let [vector, _] = vectors();
    let product = text(HERE, "on_message_create_agent_text.json").into();
    let mut side = signed(&vector.keys[0]);
    assert_eq!(verify(&side, &vector.body, &[]), Err(VerifyError::Missing));
    assert_eq!(verify(&side, &product, &[]), Err(VerifyError::Missing));

    side.options.marketplace = true;
    assert_eq!(verify(&side, &product, &[]), Ok(Proof::UrlToken));
    assert_eq!(verify(&side, &vector.body, &[]), Err(VerifyError::Missing));
    let both = Bytes::from_static(br#"{"event": "onMessageCreate", "action": "message_create"}"#);
    assert_eq!(verify(&side, &both, &[]), Err(VerifyError::Missing));
    // A signature in the call has to be right, whatever the shape.
    assert_eq!(verify(&side, &product, &[("x-freshchat-signature", "AAAA")]), Err(VerifyError::Wrong));
}

#[test]
fn without_a_key_the_token_in_the_url_decides_alone() {
    let [vector, _] = vectors();
    assert_eq!(verify(&side(), &vector.body, &[]), Ok(Proof::UrlToken));
}

#[test]
fn only_post_is_taken() {
    let [vector, _] = vectors();
    let mut request = webhook(&[("x-freshchat-signature", &vector.signature)], vector.body);
    request.method = Method::PUT;
    let side = signed(&vector.keys[0]);
    assert_eq!(Freshchat.verify(&side.account(), &request), Err(VerifyError::Missing));
}

#[test]
fn a_key_that_is_none_fails_the_install_and_admits_nobody() {
    let [vector, _] = vectors();
    let short = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALf8O7Feclb/H6GkkkAX3k3k9DC+utsA4oRmootnnpti6Dq1h+bWsCjBftJappUBoPaa6RDGwh6GAe8dQnvit3UCAwEAAQ==\n-----END PUBLIC KEY-----";
    let elliptic = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==";
    for key in ["nonsense", "-----BEGIN PUBLIC KEY-----", "", "AAAA", short, elliptic] {
        let side = signed(key);
        let error = Freshchat.check_settings(&side.account()).unwrap_err();
        assert_eq!(error.setting, "webhook_public_key", "{key}");
        let refused = verify(&side, &vector.body, &[("x-freshchat-signature", &vector.signature)]);
        assert_eq!(refused, Err(VerifyError::Wrong));
    }
}

#[test]
fn an_api_url_ends_in_its_version() {
    let side = side().with("api_url", "https://acme.freshchat.com/");
    assert_eq!(Freshchat.check_settings(&side.account()).unwrap_err().setting, "api_url");
    let side = side.with("api_url", "https://acme.freshchat.com/v2/");
    assert_eq!(Freshchat.check_settings(&side.account()), Ok(()));
}

proptest! {
    #[test]
    fn a_flipped_bit_of_the_body_is_noticed(position in any::<prop::sample::Index>(), bit in 0..8u8) {
        let [vector, _] = vectors();
        let mut body = vector.body.to_vec();
        let position = position.index(body.len());
        body[position] ^= 1 << bit;
        let side = signed(&vector.keys[0]);
        let refused = verify(&side, &body.into(), &[("x-freshchat-signature", &vector.signature)]);
        prop_assert_eq!(refused, Err(VerifyError::Wrong));
    }

    #[test]
    fn a_flipped_bit_of_the_signature_is_noticed(position in any::<prop::sample::Index>(), bit in 0..8u8) {
        let [vector, _] = vectors();
        let mut signature = STANDARD.decode(&vector.signature).unwrap();
        let position = position.index(signature.len());
        signature[position] ^= 1 << bit;
        let side = signed(&vector.keys[0]);
        let refused = verify(&side, &vector.body, &[("x-freshchat-signature", &STANDARD.encode(signature))]);
        prop_assert_eq!(refused, Err(VerifyError::Wrong));
    }

    #[test]
    fn any_text_as_key_is_an_answer(key in "\\PC{0,400}") {
        let side = signed(&key);
        let _ = Freshchat.check_settings(&side.account());
    }
}
