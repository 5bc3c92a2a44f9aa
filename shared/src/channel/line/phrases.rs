//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "LINE", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the channel secret, from the Basic settings tab" {
        de: "der Geheimcode des Kanals, aus dem Tab „Basic settings“",
        es: "el secreto del canal, de la pestaña «Basic settings»",
        fr: "le secret du canal, depuis l’onglet « Basic settings »",
        ru: "секрет канала с вкладки «Basic settings»",
        uk: "секрет каналу з вкладки «Basic settings»",
        ja: "「Basic settings」タブにあるチャネルシークレット",
    }
    "the long-lived channel access token, from the Messaging API tab" {
        de: "das langlebige Zugriffstoken des Kanals, aus dem Tab „Messaging API“",
        es: "el token de acceso del canal de larga duración, de la pestaña «Messaging API»",
        fr: "le jeton d’accès du canal de longue durée, depuis l’onglet « Messaging API »",
        ru: "долгосрочный токен доступа канала с вкладки «Messaging API»",
        uk: "довгостроковий токен доступу каналу з вкладки «Messaging API»",
        ja: "「Messaging API」タブにある長期のチャネルアクセストークン",
    }
    "the base of LINE's API, as a rule https://api.line.me" {
        de: "die Basisadresse der LINE-API, in der Regel https://api.line.me",
        es: "la dirección base de la API de LINE, por lo general https://api.line.me",
        fr: "l’adresse de base de l’API de LINE, en général https://api.line.me",
        ru: "базовый адрес API LINE, обычно https://api.line.me",
        uk: "базова адреса API LINE, зазвичай https://api.line.me",
        ja: "LINEのAPIのベースアドレス。通常は https://api.line.me",
    }
    "the base for files, as a rule https://api-data.line.me" {
        de: "die Basisadresse für Dateien, in der Regel https://api-data.line.me",
        es: "la dirección base para archivos, por lo general https://api-data.line.me",
        fr: "l’adresse de base pour les fichiers, en général https://api-data.line.me",
        ru: "базовый адрес для файлов, обычно https://api-data.line.me",
        uk: "базова адреса для файлів, зазвичай https://api-data.line.me",
        ja: "ファイル用のベースアドレス。通常は https://api-data.line.me",
    }
    // Steps.
    "In the LINE Developers console, open your channel, then the Messaging API tab, and switch on “Use webhook” and “Webhook redelivery”: without redelivery LINE drops a message that the bridge could not take at once." {
        de: "Öffnen Sie in der Konsole „LINE Developers“ Ihren Kanal, dann den Tab „Messaging API“, und schalten Sie „Use webhook“ und „Webhook redelivery“ ein: ohne „Webhook redelivery“ verwirft LINE eine Nachricht, die die Bridge nicht sofort annehmen konnte.",
        es: "En la consola «LINE Developers», abra su canal, luego la pestaña «Messaging API», y active «Use webhook» y «Webhook redelivery»: sin el reenvío, LINE descarta un mensaje que el puente no pudo recibir al momento.",
        fr: "Dans la console « LINE Developers », ouvrez votre canal, puis l’onglet « Messaging API », et activez « Use webhook » et « Webhook redelivery » : sans ce renvoi, LINE abandonne un message que la passerelle n’a pas pu prendre aussitôt.",
        ru: "В консоли «LINE Developers» откройте свой канал, затем вкладку «Messaging API» и включите «Use webhook» и «Webhook redelivery»: без повторной доставки LINE отбрасывает сообщение, которое мост не смог принять сразу.",
        uk: "У консолі «LINE Developers» відкрийте свій канал, потім вкладку «Messaging API» й увімкніть «Use webhook» і «Webhook redelivery»: без повторної доставки LINE відкидає повідомлення, яке міст не зміг прийняти відразу.",
        ja: "「LINE Developers」コンソールでチャネルを開き、「Messaging API」タブで「Use webhook」と「Webhook redelivery」をオンにしてください。再送がオフの場合、ブリッジがすぐに受け取れなかったメッセージをLINEは破棄します。",
    }
    // Reasons.
    "the URL is set at LINE, but “Use webhook” is off: switch it on in the LINE Developers console (Messaging API tab), then register again" {
        de: "die URL ist bei LINE gesetzt, aber „Use webhook“ ist aus: schalten Sie es in der Konsole „LINE Developers“ (Tab „Messaging API“) ein und registrieren Sie erneut",
        es: "la URL está puesta en LINE, pero «Use webhook» está desactivado: actívelo en la consola «LINE Developers» (pestaña «Messaging API») y registre de nuevo",
        fr: "l’URL est définie chez LINE, mais « Use webhook » est désactivé : activez-le dans la console « LINE Developers » (onglet « Messaging API »), puis enregistrez de nouveau",
        ru: "URL задан в LINE, но «Use webhook» выключено: включите его в консоли «LINE Developers» (вкладка «Messaging API») и зарегистрируйте заново",
        uk: "URL задано в LINE, але «Use webhook» вимкнено: увімкніть його в консолі «LINE Developers» (вкладка «Messaging API») і зареєструйте знову",
        ja: "URLはLINEに設定されていますが、「Use webhook」がオフです。「LINE Developers」コンソール（「Messaging API」タブ）でオンにしてから、再登録してください",
    }
    "the answer of `api_url` names no bot, so it is not LINE's API" {
        de: "die Antwort von `api_url` nennt keinen Bot, es ist also nicht die API von LINE",
        es: "la respuesta de `api_url` no nombra ningún bot, así que no es la API de LINE",
        fr: "la réponse de `api_url` ne nomme aucun bot, ce n’est donc pas l’API de LINE",
        ru: "в ответе `api_url` нет бота, значит, это не API LINE",
        uk: "у відповіді `api_url` немає бота, отже, це не API LINE",
        ja: "`api_url` の応答にボットがないため、LINEのAPIではありません",
    }
    "LINE is still preparing the file" {
        de: "LINE bereitet die Datei noch vor",
        es: "LINE aún está preparando el archivo",
        fr: "LINE prépare encore le fichier",
        ru: "LINE ещё готовит файл",
        uk: "LINE ще готує файл",
        ja: "LINEがファイルを準備中です",
    }
    "LINE could not prepare the file" {
        de: "LINE konnte die Datei nicht vorbereiten",
        es: "LINE no pudo preparar el archivo",
        fr: "LINE n’a pas pu préparer le fichier",
        ru: "LINE не смог подготовить файл",
        uk: "LINE не зміг підготувати файл",
        ja: "LINEがファイルを準備できませんでした",
    }
    "LINE cannot reach the contact, who may have blocked the account" {
        de: "LINE kann den Kontakt nicht erreichen; vielleicht hat er das Konto blockiert",
        es: "LINE no puede contactar con el contacto, que quizá haya bloqueado la cuenta",
        fr: "LINE ne peut pas joindre le contact, qui a peut-être bloqué le compte",
        ru: "LINE не может связаться с контактом; возможно, он заблокировал аккаунт",
        uk: "LINE не може зв’язатися з контактом; можливо, він заблокував акаунт",
        ja: "LINEで連絡先に送信できません。連絡先がアカウントをブロックした可能性があります",
    }
    "LINE does not take the bridge's URL: it wants https and a public address" {
        de: "LINE nimmt die URL der Bridge nicht an: verlangt werden https und eine öffentliche Adresse",
        es: "LINE no admite la URL del puente: exige https y una dirección pública",
        fr: "LINE n’accepte pas l’URL de la passerelle : il exige https et une adresse publique",
        ru: "LINE не принимает URL моста: нужны https и публичный адрес",
        uk: "LINE не приймає URL моста: потрібні https і публічна адреса",
        ja: "LINEがブリッジのURLを受け付けません。httpsと公開アドレスが必要です",
    }
    "LINE does not accept the form of this message{fields}" {
        de: "LINE akzeptiert die Form dieser Nachricht nicht{fields}",
        es: "LINE no acepta el formato de este mensaje{fields}",
        fr: "LINE n’accepte pas la forme de ce message{fields}",
        ru: "LINE не принимает форму этого сообщения{fields}",
        uk: "LINE не приймає форму цього повідомлення{fields}",
        ja: "LINEがこのメッセージの形式を受け付けません{fields}",
    }
    "LINE does not accept the channel access token; issue a new one in the LINE Developers console" {
        de: "LINE akzeptiert das Zugriffstoken des Kanals nicht; stellen Sie in der Konsole „LINE Developers“ ein neues aus",
        es: "LINE no acepta el token de acceso del canal; emita uno nuevo en la consola «LINE Developers»",
        fr: "LINE n’accepte pas le jeton d’accès du canal ; émettez-en un nouveau dans la console « LINE Developers »",
        ru: "LINE не принимает токен доступа канала; выпустите новый в консоли «LINE Developers»",
        uk: "LINE не приймає токен доступу каналу; випустіть новий у консолі «LINE Developers»",
        ja: "LINEがチャネルアクセストークンを受け付けません。「LINE Developers」コンソールで新しいトークンを発行してください",
    }
    "this account's plan at LINE does not allow it" {
        de: "der Tarif dieses Kontos bei LINE erlaubt es nicht",
        es: "el plan de esta cuenta en LINE no lo permite",
        fr: "l’offre de ce compte chez LINE ne le permet pas",
        ru: "тариф этого аккаунта в LINE этого не позволяет",
        uk: "тариф цього акаунта в LINE цього не дозволяє",
        ja: "このアカウントのLINEのプランでは許可されていません",
    }
    "LINE does not find it" {
        de: "LINE findet es nicht",
        es: "LINE no lo encuentra",
        fr: "LINE ne le trouve pas",
        ru: "LINE это не находит",
        uk: "LINE цього не знаходить",
        ja: "LINEで見つかりません",
    }
    "the message is too large for LINE" {
        de: "die Nachricht ist zu groß für LINE",
        es: "el mensaje es demasiado grande para LINE",
        fr: "le message est trop volumineux pour LINE",
        ru: "сообщение слишком большое для LINE",
        uk: "повідомлення завелике для LINE",
        ja: "メッセージが大きすぎてLINEでは送信できません",
    }
    "the account's messages at LINE are used up for this month" {
        de: "die Nachrichten des Kontos bei LINE sind für diesen Monat aufgebraucht",
        es: "se han agotado los mensajes de la cuenta en LINE de este mes",
        fr: "les messages du compte chez LINE sont épuisés pour ce mois",
        ru: "сообщения аккаунта в LINE на этот месяц исчерпаны",
        uk: "повідомлення акаунта в LINE на цей місяць вичерпано",
        ja: "アカウントのLINEの今月分のメッセージを使い切りました",
    }
};
