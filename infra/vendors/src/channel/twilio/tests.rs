//! Tests of what the simulated Twilio refuses.

use super::*;

#[test]
fn it_refuses_what_twilio_refuses() {
    let twilio = Twilio::demo().unwrap();
    twilio.base.memory.lock().reachable.insert(CUSTOMER.to_owned());
    let form = |changes: &[(&str, &str)]| {
        let mut form: Form = [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        for (name, value) in changes {
            form.retain(|(field, _)| field != name);
            form.push(((*name).to_owned(), (*value).to_owned()));
        }
        form
    };
    let long = "x".repeat(1_601);
    for (changes, code) in [
        (&[("To", "12")][..], 21211),
        (&[("From", "+1")], 21606),
        (&[("Body", "")], 21602),
        (&[("Body", long.as_str())], 21617),
        (&[("MediaUrl", "ftp://x")], 21620),
        (&[("To", "+12025550000")], 21610),
    ] {
        let Err(Refusal(400, answer)) = twilio.take(&form(changes)) else { panic!("{changes:?} was taken") };
        assert_eq!(answer["code"], code, "{changes:?}");
    }
    assert!(twilio.take(&form(&[])).is_ok());
}
