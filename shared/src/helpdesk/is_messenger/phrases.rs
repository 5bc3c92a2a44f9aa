//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    helpdesk::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "IS-Messenger", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the webhook URL for incoming messages that IS-Messenger shows, copied whole with its trailing slash, for example https://app.is-messenger.com/custom/channel/webhook/" {
        de: "die Webhook-URL für eingehende Nachrichten, die IS-Messenger anzeigt, vollständig mit dem Schrägstrich am Ende kopiert, zum Beispiel https://app.is-messenger.com/custom/channel/webhook/",
        es: "la URL del webhook de mensajes entrantes que muestra IS-Messenger, copiada entera con la barra final, por ejemplo https://app.is-messenger.com/custom/channel/webhook/",
        fr: "l’URL du webhook des messages entrants qu’affiche IS-Messenger, copiée en entier avec la barre oblique finale, par exemple https://app.is-messenger.com/custom/channel/webhook/",
        ru: "URL вебхука для входящих сообщений, который показывает IS-Messenger, скопированный целиком с косой чертой в конце, например https://app.is-messenger.com/custom/channel/webhook/",
        uk: "URL вебхука для вхідних повідомлень, який показує IS-Messenger, скопійований повністю зі скісною рискою в кінці, наприклад https://app.is-messenger.com/custom/channel/webhook/",
        ja: "IS-Messengerに表示される受信メッセージ用のWebhook URL。末尾のスラッシュも含めてすべてコピーしたもの（例：https://app.is-messenger.com/custom/channel/webhook/）",
    }
    "the Channel ID that IS-Messenger shows for the custom channel" {
        de: "die „Channel ID“, die IS-Messenger für den benutzerdefinierten Kanal (Custom Channel) anzeigt",
        es: "el «Channel ID» que IS-Messenger muestra para el canal personalizado (Custom Channel)",
        fr: "le « Channel ID » qu’IS-Messenger affiche pour le canal personnalisé (Custom Channel)",
        ru: "«Channel ID», который IS-Messenger показывает для пользовательского канала (Custom Channel)",
        uk: "«Channel ID», який IS-Messenger показує для користувацького каналу (Custom Channel)",
        ja: "IS-Messengerがカスタムチャネルについて表示する「Channel ID」",
    }
    "the API Token that IS-Messenger shows for the custom channel" {
        de: "das „API Token“, das IS-Messenger für den benutzerdefinierten Kanal (Custom Channel) anzeigt",
        es: "el «API Token» que IS-Messenger muestra para el canal personalizado (Custom Channel)",
        fr: "l’« API Token » qu’IS-Messenger affiche pour le canal personnalisé (Custom Channel)",
        ru: "«API Token», который IS-Messenger показывает для пользовательского канала (Custom Channel)",
        uk: "«API Token», який IS-Messenger показує для користувацького каналу (Custom Channel)",
        ja: "IS-Messengerがカスタムチャネルについて表示する「API Token」",
    }
    "the ID type of the custom channel, `phone` or `custom`; `phone` needs a channel whose users are known by telephone numbers" {
        de: "die Art der ID des benutzerdefinierten Kanals, `phone` oder `custom`; `phone` verlangt einen Kanal, dessen Benutzer man an der Telefonnummer erkennt",
        es: "el tipo de id del canal personalizado, `phone` o `custom`; `phone` requiere un canal cuyos usuarios se conozcan por su número de teléfono",
        fr: "le type d’identifiant du canal personnalisé, `phone` ou `custom` ; `phone` demande un canal dont les utilisateurs sont connus par leur numéro de téléphone",
        ru: "тип id пользовательского канала, `phone` или `custom`; для `phone` нужен канал, где пользователи известны по номеру телефона",
        uk: "тип id користувацького каналу, `phone` або `custom`; для `phone` потрібен канал, де користувачі відомі за номером телефону",
        ja: "カスタムチャネルのIDの種類（`phone` または `custom`）。`phone` には、ユーザーを電話番号で識別するチャネルが必要です",
    }
    "the same URL with the host webhook.respond.io, since respond.io left app.respond.io" {
        de: "dieselbe URL mit dem Host webhook.respond.io, denn respond.io nutzt app.respond.io dafür nicht mehr",
        es: "la misma URL con el host webhook.respond.io, pues respond.io dejó app.respond.io",
        fr: "la même URL avec l’hôte webhook.respond.io, car respond.io a quitté app.respond.io",
        ru: "тот же URL с хостом webhook.respond.io, так как respond.io ушёл с app.respond.io",
        uk: "той самий URL із хостом webhook.respond.io, бо respond.io пішов з app.respond.io",
        ja: "同じURLでホストをwebhook.respond.ioにしたもの（respond.ioはapp.respond.ioの使用をやめました）",
    }
    "`custom`, because this channel's users are not known by telephone numbers" {
        de: "`custom`, weil man die Benutzer dieses Kanals nicht an der Telefonnummer erkennt",
        es: "`custom`, porque los usuarios de este canal no se conocen por su número de teléfono",
        fr: "`custom`, car les utilisateurs de ce canal ne sont pas connus par leur numéro de téléphone",
        ru: "`custom`, потому что пользователи этого канала не известны по номеру телефона",
        uk: "`custom`, бо користувачі цього каналу не відомі за номером телефону",
        ja: "`custom`（このチャネルのユーザーは電話番号で識別されないため）",
    }
    // Steps.
    "In IS-Messenger, open Settings > Channels, your custom channel, Configuration, and put {url} in the place of the webhook URL for outgoing messages that you entered when you connected the channel (also called API Base URL), without adding /message: IS-Messenger does that." {
        de: "Öffnen Sie in IS-Messenger „Settings > Channels“, Ihren benutzerdefinierten Kanal, „Configuration“, und setzen Sie {url} an die Stelle der Webhook-URL für ausgehende Nachrichten (auch „API Base URL“ genannt), die Sie beim Verbinden des Kanals eingegeben haben. Hängen Sie kein /message an: Das tut IS-Messenger selbst.",
        es: "En IS-Messenger, abra «Settings > Channels», su canal personalizado, «Configuration», y ponga {url} en lugar de la URL del webhook de mensajes salientes (también llamada «API Base URL») que introdujo al conectar el canal, sin añadir /message: lo hace IS-Messenger.",
        fr: "Dans IS-Messenger, ouvrez « Settings > Channels », votre canal personnalisé, « Configuration », et mettez {url} à la place de l’URL du webhook des messages sortants (aussi appelée « API Base URL ») que vous avez saisie en connectant le canal, sans ajouter /message : IS-Messenger s’en charge.",
        ru: "В IS-Messenger откройте «Settings > Channels», пользовательский канал, «Configuration», и поставьте {url} вместо URL вебхука для исходящих сообщений (он же «API Base URL»), который Вы ввели при подключении канала; /message не добавляйте: это делает сам IS-Messenger.",
        uk: "В IS-Messenger відкрийте «Settings > Channels», свій канал, «Configuration», і поставте {url} замість URL вебхука для вихідних повідомлень (він же «API Base URL»), який Ви ввели під час під’єднання каналу; /message не додавайте: це робить сам IS-Messenger.",
        ja: "IS-Messengerで「Settings > Channels」のカスタムチャネルの「Configuration」を開き、チャネルの接続時に入力した送信メッセージ用のWebhook URL（「API Base URL」とも呼ばれます）を{url}に置き換えてください。/messageはIS-Messengerが追加するため、付けないでください。",
    }
    // Reasons.
    "the contact has no telephone number, and this custom channel knows contacts by nothing else" {
        de: "der Kontakt hat keine Telefonnummer, und dieser benutzerdefinierte Kanal erkennt Kontakte nur daran",
        es: "el contacto no tiene número de teléfono, y este canal personalizado no reconoce a los contactos de otro modo",
        fr: "le contact n’a pas de numéro de téléphone, et ce canal personnalisé ne reconnaît les contacts que par lui",
        ru: "у контакта нет номера телефона, а этот канал узнаёт контакты только по нему",
        uk: "контакт не має номера телефону, а цей канал розпізнає контакти лише за ним",
        ja: "連絡先に電話番号がなく、このカスタムチャネルは電話番号でしか連絡先を識別できません",
    }
    "IS-Messenger answered {code}, a redirect; copy the webhook URL for incoming messages again, with its slash" {
        de: "IS-Messenger antwortete mit {code}, einer Weiterleitung; kopieren Sie die Webhook-URL für eingehende Nachrichten noch einmal, mit dem Schrägstrich",
        es: "IS-Messenger respondió {code}, una redirección; copie de nuevo la URL del webhook de mensajes entrantes, con la barra final",
        fr: "IS-Messenger a répondu {code}, une redirection ; copiez de nouveau l’URL du webhook des messages entrants, avec sa barre oblique",
        ru: "IS-Messenger ответил {code}, это перенаправление; скопируйте URL вебхука для входящих сообщений ещё раз, с косой чертой",
        uk: "IS-Messenger відповів {code}, це переспрямування; скопіюйте URL вебхука для вхідних повідомлень ще раз, зі скісною рискою",
        ja: "IS-Messengerの応答は{code}（リダイレクト）でした。受信メッセージ用のWebhook URLを、末尾のスラッシュも含めてもう一度コピーしてください",
    }
    "IS-Messenger refused the API token (HTTP {code}); it may have been renewed" {
        de: "IS-Messenger hat das API-Token abgelehnt (HTTP {code}); vielleicht wurde es erneuert",
        es: "IS-Messenger rechazó el token de la API (HTTP {code}); puede haberse renovado",
        fr: "IS-Messenger a refusé le jeton d’API (HTTP {code}) ; il a peut-être été renouvelé",
        ru: "IS-Messenger отклонил токен API (HTTP {code}); возможно, его обновили",
        uk: "IS-Messenger відхилив токен API (HTTP {code}); можливо, його оновили",
        ja: "IS-MessengerがAPIトークンを拒否しました（HTTP {code}）。更新された可能性があります",
    }
    // What was refused.
    "the status" {
        de: "den Status",
        es: "el estado",
        fr: "le statut",
        ru: "статус",
        uk: "статус",
        ja: "ステータス",
    }
};
