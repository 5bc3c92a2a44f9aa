//! What several channels say to people, in each language.

use crate::tools::phrases::{Phrase, phrases};

/// The phrases of all channels.
#[rustfmt::skip]
pub(super) static SHARED: &[Phrase] = phrases! {
    "{vendor} does not accept the form of this message" {
        de: "{vendor} akzeptiert die Form dieser Nachricht nicht",
        es: "{vendor} no acepta el formato de este mensaje",
        fr: "{vendor} n’accepte pas la forme de ce message",
        ru: "{vendor} не принимает форму этого сообщения",
        uk: "{vendor} не приймає форму цього повідомлення",
        ja: "{vendor}がこのメッセージの形式を受け付けません",
    }
    "{vendor} does not know the contact's id" {
        de: "{vendor} kennt die ID des Kontakts nicht",
        es: "{vendor} no conoce el id del contacto",
        fr: "{vendor} ne connaît pas l’identifiant du contact",
        ru: "{vendor} не знает id контакта",
        uk: "{vendor} не знає id контакту",
        ja: "{vendor}はこの連絡先のIDを認識していません",
    }
};
