//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "RBM", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the agent's id, such as shop@rbm.goog" {
        de: "die ID des Agenten, zum Beispiel shop@rbm.goog",
        es: "el id del agente, por ejemplo shop@rbm.goog",
        fr: "l’identifiant de l’agent, par exemple shop@rbm.goog",
        ru: "id агента, например shop@rbm.goog",
        uk: "id агента, наприклад shop@rbm.goog",
        ja: "エージェントのID（例：shop@rbm.goog）",
    }
    "the JSON key file of the service account, whole" {
        de: "die JSON-Schlüsseldatei des Dienstkontos, vollständig",
        es: "el archivo de clave JSON de la cuenta de servicio, entero",
        fr: "le fichier de clé JSON du compte de service, en entier",
        ru: "файл ключа JSON сервисного аккаунта целиком",
        uk: "файл ключа JSON сервісного акаунта повністю",
        ja: "サービスアカウントのJSONキーファイルの全文",
    }
    "the client token that the console shows where the webhook is configured" {
        de: "das Client-Token, das die Konsole bei der Konfiguration des Webhooks anzeigt",
        es: "el token de cliente que la consola muestra donde se configura el webhook",
        fr: "le jeton client que la console affiche là où le webhook est configuré",
        ru: "токен клиента, который консоль показывает там, где настраивается вебхук",
        uk: "токен клієнта, який консоль показує там, де налаштовується вебхук",
        ja: "コンソールのWebhookの設定画面に表示されるクライアントトークン",
    }
    "the base of RBM, as a rule https://rcsbusinessmessaging.googleapis.com" {
        de: "die Basisadresse von RBM, in der Regel https://rcsbusinessmessaging.googleapis.com",
        es: "la dirección base de RBM, por lo general https://rcsbusinessmessaging.googleapis.com",
        fr: "l’adresse de base de RBM, en général https://rcsbusinessmessaging.googleapis.com",
        ru: "базовый адрес RBM, обычно https://rcsbusinessmessaging.googleapis.com",
        uk: "базова адреса RBM, зазвичай https://rcsbusinessmessaging.googleapis.com",
        ja: "RBMのベースアドレス。通常は https://rcsbusinessmessaging.googleapis.com",
    }
    // Steps.
    "In the RCS for Business Developer Console, open your agent, Integrations, Webhook, Configure, enter {url} as the webhook endpoint URL, and press Verify. The client token there must be the one of your install request." {
        de: "Öffnen Sie in der „RCS for Business Developer Console“ Ihren Agenten, „Integrations > Webhook > Configure“, geben Sie {url} als Endpunkt-URL des Webhooks ein und drücken Sie „Verify“. Das Client-Token dort muss dasselbe sein wie in Ihrer Installation.",
        es: "En la «RCS for Business Developer Console», abra su agente, «Integrations > Webhook > Configure», introduzca {url} como URL del webhook y pulse «Verify». El token de cliente que aparece allí debe ser el de su instalación.",
        fr: "Dans la « RCS for Business Developer Console », ouvrez votre agent, « Integrations > Webhook > Configure », saisissez {url} comme URL du webhook et appuyez sur « Verify ». Le jeton client qui s’y trouve doit être celui de votre installation.",
        ru: "В «RCS for Business Developer Console» откройте своего агента, «Integrations > Webhook > Configure», введите {url} как URL вебхука и нажмите «Verify». Токен клиента там должен совпадать с токеном этой установки.",
        uk: "У «RCS for Business Developer Console» відкрийте свого агента, «Integrations > Webhook > Configure», введіть {url} як URL вебхука й натисніть «Verify». Токен клієнта там має збігатися з токеном цього встановлення.",
        ja: "「RCS for Business Developer Console」でエージェントの「Integrations > Webhook > Configure」を開き、{url}をWebhookエンドポイントのURLとして入力し、「Verify」を押してください。そこに表示されるクライアントトークンは、インストール時に指定したものと同じでなければなりません。",
    }
    // Reasons.
    "the key of the service account is not a JSON key file" {
        de: "der Schlüssel des Dienstkontos ist keine JSON-Schlüsseldatei",
        es: "la clave de la cuenta de servicio no es un archivo de clave JSON",
        fr: "la clé du compte de service n’est pas un fichier de clé JSON",
        ru: "ключ сервисного аккаунта — не файл ключа JSON",
        uk: "ключ сервісного акаунта — не файл ключа JSON",
        ja: "サービスアカウントのキーがJSONキーファイルではありません",
    }
    "RBM answered with a page" {
        de: "RBM antwortete mit einer Webseite",
        es: "RBM respondió con una página web",
        fr: "RBM a répondu par une page web",
        ru: "RBM ответил веб-страницей",
        uk: "RBM відповів вебсторінкою",
        ja: "RBMの応答がWebページでした",
    }
    "RBM does not accept the service account" {
        de: "RBM akzeptiert das Dienstkonto nicht",
        es: "RBM no acepta la cuenta de servicio",
        fr: "RBM n’accepte pas le compte de service",
        ru: "RBM не принимает сервисный аккаунт",
        uk: "RBM не приймає сервісний акаунт",
        ja: "RBMがサービスアカウントを受け付けません",
    }
    "the service account lacks the role for RBM" {
        de: "dem Dienstkonto fehlt die Rolle für RBM",
        es: "a la cuenta de servicio le falta el rol para RBM",
        fr: "il manque au compte de service le rôle pour RBM",
        ru: "сервисному аккаунту не хватает роли для RBM",
        uk: "сервісному акаунту бракує ролі для RBM",
        ja: "サービスアカウントにRBM用の役割がありません",
    }
    "the agent is not launched with the contact's carrier" {
        de: "der Agent ist beim Netzbetreiber des Kontakts nicht freigeschaltet",
        es: "el agente no está activado con el operador del contacto",
        fr: "l’agent n’est pas lancé chez l’opérateur du contact",
        ru: "агент не запущен у оператора контакта",
        uk: "агента не запущено в оператора контакту",
        ja: "エージェントが連絡先の通信事業者で公開されていません",
    }
    "RBM does not accept this message" {
        de: "RBM akzeptiert diese Nachricht nicht",
        es: "RBM no acepta este mensaje",
        fr: "RBM n’accepte pas ce message",
        ru: "RBM не принимает это сообщение",
        uk: "RBM не приймає це повідомлення",
        ja: "RBMがこのメッセージを受け付けません",
    }
};
