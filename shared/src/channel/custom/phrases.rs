//! What the adapter says to people, in each language.

use crate::{
    adapter::{own_api::phrases::OWN_API, phrases::COMMON},
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "the app", tables: &[OWN, OWN_API, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the https URL of your app that takes agents' messages" {
        de: "die https-URL Ihrer App, die Nachrichten der Agenten annimmt",
        es: "la URL https de su aplicación que recibe los mensajes de los agentes",
        fr: "l’URL https de votre application qui reçoit les messages des agents",
        ru: "https-URL Вашего приложения, которое принимает сообщения агентов",
        uk: "https-URL Вашого застосунку, який приймає повідомлення агентів",
        ja: "エージェントのメッセージを受け取るアプリのhttps URL",
    }
    // Steps.
    "Let your app POST what customers write to {url}, signed with the secret." {
        de: "Lassen Sie Ihre App, was Kunden schreiben, per POST an {url} senden, signiert mit dem Geheimnis.",
        es: "Haga que su aplicación envíe por POST a {url} lo que escriben los clientes, firmado con el secreto.",
        fr: "Faites envoyer par votre application, en POST, ce qu’écrivent les clients à {url}, signé avec le secret.",
        ru: "Настройте приложение так, чтобы оно отправляло написанное клиентами запросом POST на {url} с подписью секретом.",
        uk: "Налаштуйте застосунок так, щоб він надсилав написане клієнтами запитом POST на {url} з підписом секретом.",
        ja: "顧客が書いたものを、シークレットで署名して{url}にPOSTするようにアプリを設定してください。",
    }
    "Let your app check the signature of what the bridge POSTs to its `callback_url`, and drop repeats of a `webhook-id`." {
        de: "Lassen Sie Ihre App die Signatur dessen prüfen, was die Bridge per POST an `callback_url` sendet, und Wiederholungen einer `webhook-id` verwerfen.",
        es: "Haga que su aplicación compruebe la firma de lo que el puente envía por POST a su `callback_url` y descarte las repeticiones de un `webhook-id`.",
        fr: "Faites vérifier par votre application la signature de ce que la passerelle envoie en POST à sa `callback_url`, et ignorer les répétitions d’un `webhook-id`.",
        ru: "Настройте приложение так, чтобы оно проверяло подпись того, что мост отправляет запросом POST на `callback_url`, и отбрасывало повторы одного `webhook-id`.",
        uk: "Налаштуйте застосунок так, щоб він перевіряв підпис того, що міст надсилає запитом POST на `callback_url`, і відкидав повтори одного `webhook-id`.",
        ja: "ブリッジが `callback_url` にPOSTするものの署名を確認し、同じ `webhook-id` の重複を捨てるようにアプリを設定してください。",
    }
    // Reasons.
    "the app" {
        de: "die App",
        es: "la aplicación",
        fr: "l’application",
        ru: "приложение",
        uk: "застосунок",
        ja: "アプリ",
    }
    "the app could not show it" {
        de: "die App konnte es nicht anzeigen",
        es: "la aplicación no pudo mostrarlo",
        fr: "l’application n’a pas pu l’afficher",
        ru: "приложение не смогло это показать",
        uk: "застосунок не зміг це показати",
        ja: "アプリが表示できませんでした",
    }
};
