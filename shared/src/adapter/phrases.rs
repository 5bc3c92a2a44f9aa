//! What several adapters say to people, in each language.

use crate::tools::phrases::{Phrase, phrases};

/// The phrases of channels and helpdesks alike.
#[rustfmt::skip]
pub(crate) static COMMON: &[Phrase] = phrases! {
    "this URL" {
        de: "diese URL",
        es: "esta URL",
        fr: "cette URL",
        ru: "этот URL",
        uk: "цей URL",
        ja: "このURL",
    }
    "the https address of the vendor's API" {
        de: "die https-Adresse der API des Anbieters",
        es: "la dirección https de la API del proveedor",
        fr: "l’adresse https de l’API du fournisseur",
        ru: "https-адрес API поставщика",
        uk: "https-адреса API постачальника",
        ja: "サービス提供元のAPIのhttpsアドレス",
    }
    "{what} answered without JSON" {
        de: "{what} antwortete ohne JSON",
        es: "{what} respondió sin JSON",
        fr: "{what} a répondu sans JSON",
        ru: "{what}: ответ без JSON",
        uk: "{what}: відповідь без JSON",
        ja: "{what}の応答がJSONではありませんでした",
    }
    "{what} answered {status} without JSON" {
        de: "{what} antwortete mit {status} und ohne JSON",
        es: "{what} respondió {status} sin JSON",
        fr: "{what} a répondu {status} sans JSON",
        ru: "{what}: ответ {status} без JSON",
        uk: "{what}: відповідь {status} без JSON",
        ja: "{what}の応答は{status}で、JSONではありませんでした",
    }
};
