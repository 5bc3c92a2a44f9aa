//! What both sides of the own API say to people, in each language.

use crate::tools::phrases::{Phrase, phrases};

/// The phrases of the channel and of the helpdesk alike.
#[rustfmt::skip]
pub(crate) static OWN_API: &[Phrase] = phrases! {
    "`whsec_` and the base64 of 24 to 64 random bytes; without it the bridge makes one" {
        de: "`whsec_` und das Base64 von 24 bis 64 zufälligen Bytes; ohne Angabe erzeugt die Bridge es",
        es: "`whsec_` y el base64 de 24 a 64 bytes aleatorios; si falta, el puente lo genera",
        fr: "`whsec_` suivi du base64 de 24 à 64 octets aléatoires ; sans lui, la passerelle en crée un",
        ru: "`whsec_` и base64 от 24–64 случайных байтов; если его нет, мост создаёт его сам",
        uk: "`whsec_` і base64 від 24–64 випадкових байтів; якщо його немає, міст створює його сам",
        ja: "`whsec_` と、24～64バイトの乱数のbase64。省略するとブリッジが作成します",
    }
    "the message could not be written" {
        de: "die Nachricht konnte nicht geschrieben werden",
        es: "no se pudo escribir el mensaje",
        fr: "le message n’a pas pu être écrit",
        ru: "не удалось записать сообщение",
        uk: "не вдалося записати повідомлення",
        ja: "メッセージを書き込めませんでした",
    }
    "{who} does not know the contact any more" {
        de: "{who} kennt den Kontakt nicht mehr",
        es: "{who} ya no conoce al contacto",
        fr: "{who} ne connaît plus le contact",
        ru: "{who} больше не знает этот контакт",
        uk: "{who} більше не знає цього контакту",
        ja: "{who}はこの連絡先をもう認識していません",
    }
    "the message is too large for {who}" {
        de: "{who} kann eine so große Nachricht nicht annehmen",
        es: "{who} no admite un mensaje tan grande",
        fr: "{who} n’accepte pas un message aussi volumineux",
        ru: "{who} не принимает такое большое сообщение",
        uk: "{who} не приймає такого великого повідомлення",
        ja: "メッセージが大きすぎて{who}では受け付けられません",
    }
    "{who} refused the message (HTTP {code})" {
        de: "{who} hat die Nachricht abgelehnt (HTTP {code})",
        es: "{who} rechazó el mensaje (HTTP {code})",
        fr: "{who} a refusé le message (HTTP {code})",
        ru: "{who} отказывается принять сообщение (HTTP {code})",
        uk: "{who} відмовляється прийняти повідомлення (HTTP {code})",
        ja: "{who}がメッセージを拒否しました（HTTP {code}）",
    }
};
