//! What the adapter says to people, in each language.

use crate::{
    adapter::{own_api::phrases::OWN_API, phrases::COMMON},
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "the helpdesk system", tables: &[OWN, OWN_API, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the https URL of your system that takes customers' messages" {
        de: "die https-URL Ihres Systems, das Nachrichten der Kunden annimmt",
        es: "la URL https de su sistema que recibe los mensajes de los clientes",
        fr: "l’URL https de votre système qui reçoit les messages des clients",
        ru: "https-URL Вашей системы, которая принимает сообщения клиентов",
        uk: "https-URL Вашої системи, яка приймає повідомлення клієнтів",
        ja: "顧客のメッセージを受け取るシステムのhttps URL",
    }
    // Steps.
    "Let your system POST what agents do to {url}, signed with the helpdesk's secret." {
        de: "Lassen Sie Ihr System, was Agenten tun, per POST an {url} senden, signiert mit dem Geheimnis des Helpdesks.",
        es: "Haga que su sistema envíe por POST a {url} lo que hacen los agentes, firmado con el secreto del helpdesk.",
        fr: "Faites envoyer par votre système, en POST, ce que font les agents à {url}, signé avec le secret du helpdesk.",
        ru: "Настройте систему так, чтобы она отправляла действия агентов запросом POST на {url} с подписью секретом хелпдеска.",
        uk: "Налаштуйте систему так, щоб вона надсилала дії агентів запитом POST на {url} з підписом секретом хелпдеску.",
        ja: "エージェントの操作を、ヘルプデスクのシークレットで署名して{url}にPOSTするようにシステムを設定してください。",
    }
    "Let your system check the signature of what the bridge POSTs to its `callback_url`, and drop repeats of a `webhook-id`." {
        de: "Lassen Sie Ihr System die Signatur dessen prüfen, was die Bridge per POST an `callback_url` sendet, und Wiederholungen einer `webhook-id` verwerfen.",
        es: "Haga que su sistema compruebe la firma de lo que el puente envía por POST a su `callback_url` y descarte las repeticiones de un `webhook-id`.",
        fr: "Faites vérifier par votre système la signature de ce que la passerelle envoie en POST à sa `callback_url`, et ignorer les répétitions d’un `webhook-id`.",
        ru: "Настройте систему так, чтобы она проверяла подпись того, что мост отправляет запросом POST на `callback_url`, и отбрасывала повторы одного `webhook-id`.",
        uk: "Налаштуйте систему так, щоб вона перевіряла підпис того, що міст надсилає запитом POST на `callback_url`, і відкидала повтори одного `webhook-id`.",
        ja: "ブリッジが `callback_url` にPOSTするものの署名を確認し、同じ `webhook-id` の重複を捨てるようにシステムを設定してください。",
    }
    // Reasons.
    "the helpdesk system" {
        de: "das Helpdesk-System",
        es: "el sistema de helpdesk",
        fr: "le système de helpdesk",
        ru: "система хелпдеска",
        uk: "система хелпдеску",
        ja: "ヘルプデスクのシステム",
    }
};
