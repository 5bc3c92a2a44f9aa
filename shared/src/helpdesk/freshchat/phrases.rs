//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    helpdesk::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Freshchat", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the base of the account's API, which ends in /v2, for example https://acme.freshchat.com/v2" {
        de: "die Basisadresse der API des Kontos, die auf /v2 endet, zum Beispiel https://acme.freshchat.com/v2",
        es: "la dirección base de la API de la cuenta, que termina en /v2, por ejemplo https://acme.freshchat.com/v2",
        fr: "l’adresse de base de l’API du compte, qui se termine par /v2, par exemple https://acme.freshchat.com/v2",
        ru: "базовый адрес API аккаунта, который заканчивается на /v2, например https://acme.freshchat.com/v2",
        uk: "базова адреса API акаунта, яка закінчується на /v2, наприклад https://acme.freshchat.com/v2",
        ja: "アカウントのAPIのベースアドレス。/v2で終わります（例：https://acme.freshchat.com/v2）",
    }
    "an API token, from Admin Settings > Marketplace and Integrations > API > API Settings, which shows it once" {
        de: "ein API-Token, aus „Admin Settings > Marketplace and Integrations > API > API Settings“; es wird dort nur einmal angezeigt",
        es: "un token de la API, de «Admin Settings > Marketplace and Integrations > API > API Settings», donde se muestra una sola vez",
        fr: "un jeton d’API, depuis « Admin Settings > Marketplace and Integrations > API > API Settings », où il n’est affiché qu’une fois",
        ru: "токен API из «Admin Settings > Marketplace and Integrations > API > API Settings», где он показывается один раз",
        uk: "токен API з «Admin Settings > Marketplace and Integrations > API > API Settings», де його показують один раз",
        ja: "「Admin Settings > Marketplace and Integrations > API > API Settings」で一度だけ表示されるAPIトークン",
    }
    "the id of the topic that the contacts' conversations go to" {
        de: "die ID des Themas (Topic), in das die Konversationen der Kontakte gehen",
        es: "el id del tema (topic) al que van las conversaciones de los contactos",
        fr: "l’identifiant du sujet (topic) où vont les conversations des contacts",
        ru: "id темы (topic), в которую попадают разговоры контактов",
        uk: "id теми (topic), до якої потрапляють розмови контактів",
        ja: "連絡先の会話が入るトピックのID",
    }
    "the RSA public key that Freshchat shows beside its webhook settings, copied whole" {
        de: "der öffentliche RSA-Schlüssel, den Freshchat neben den Webhook-Einstellungen anzeigt, vollständig kopiert",
        es: "la clave pública RSA que Freshchat muestra junto a los ajustes del webhook, copiada entera",
        fr: "la clé publique RSA que Freshchat affiche à côté des paramètres du webhook, copiée en entier",
        ru: "открытый ключ RSA, который Freshchat показывает рядом с настройками вебхука, скопированный целиком",
        uk: "відкритий ключ RSA, який Freshchat показує поруч із налаштуваннями вебхука, скопійований повністю",
        ja: "FreshchatがWebhookの設定の横に表示するRSA公開鍵の全文",
    }
    "the id of the group that new conversations are assigned to, from GET /v2/groups" {
        de: "die ID der Gruppe, der neue Konversationen zugewiesen werden, aus GET /v2/groups",
        es: "el id del grupo al que se asignan las conversaciones nuevas, de GET /v2/groups",
        fr: "l’identifiant du groupe auquel les nouvelles conversations sont attribuées, depuis GET /v2/groups",
        ru: "id группы, которой назначаются новые разговоры, из GET /v2/groups",
        uk: "id групи, якій призначаються нові розмови, з GET /v2/groups",
        ja: "新しい会話を割り当てるグループのID（GET /v2/groups で取得）",
    }
    "the priority of new conversations: `Low`, `Medium`, `High` or `Urgent`" {
        de: "die Priorität neuer Konversationen: `Low`, `Medium`, `High` oder `Urgent`",
        es: "la prioridad de las conversaciones nuevas: `Low`, `Medium`, `High` o `Urgent`",
        fr: "la priorité des nouvelles conversations : `Low`, `Medium`, `High` ou `Urgent`",
        ru: "приоритет новых разговоров: `Low`, `Medium`, `High` или `Urgent`",
        uk: "пріоритет нових розмов: `Low`, `Medium`, `High` або `Urgent`",
        ja: "新しい会話の優先度：`Low`、`Medium`、`High`、`Urgent` のいずれか",
    }
    "`yes` to send the topic's welcome message to whoever opens a conversation; or `no`" {
        de: "`yes`, um allen, die eine Konversation beginnen, die Begrüßung des Themas zu senden; sonst `no`",
        es: "`yes` para enviar el mensaje de bienvenida del tema a quien abra una conversación; o `no`",
        fr: "`yes` pour envoyer le message d’accueil du sujet à qui ouvre une conversation ; ou `no`",
        ru: "`yes`, чтобы отправлять приветствие темы каждому, кто начинает разговор; или `no`",
        uk: "`yes`, щоб надсилати вітання теми кожному, хто починає розмову; або `no`",
        ja: "会話を始めた人にトピックのウェルカムメッセージを送るなら `yes`、送らないなら `no`",
    }
    "what whoever opens a conversation outside the business hours reads, at most 1,000 characters" {
        de: "was man liest, wenn man außerhalb der Geschäftszeiten eine Konversation beginnt, höchstens 1.000 Zeichen",
        es: "lo que lee quien abre una conversación fuera del horario de atención, 1000 caracteres como máximo",
        fr: "ce que lit la personne qui ouvre une conversation hors des heures d’ouverture, 1 000 caractères au plus",
        ru: "текст для тех, кто начинает разговор в нерабочее время, не более 1000 символов",
        uk: "текст для тих, хто починає розмову в неробочий час, не більше ніж 1000 символів",
        ja: "営業時間外に会話を始めた人に表示される文（1,000文字以内）",
    }
    // Steps.
    "In Freshchat, as account admin, open Admin Settings > Marketplace and Integrations > API > Conversation Webhooks (in older accounts Admin > Webhooks), switch the webhook on, paste {url} into Webhook and press Save. Freshchat has one such field for the whole account: if a URL of the bridge is already pasted for another channel, there is nothing to do." {
        de: "Öffnen Sie in Freshchat als Konto-Administrator „Admin Settings > Marketplace and Integrations > API > Conversation Webhooks“ (in älteren Konten „Admin > Webhooks“), schalten Sie den Webhook ein, fügen Sie {url} in „Webhook“ ein und drücken Sie „Save“. Freshchat hat nur ein solches Feld für das ganze Konto: Steht dort schon eine URL der Bridge für einen anderen Kanal, ist nichts zu tun.",
        es: "En Freshchat, como administrador de la cuenta, abra «Admin Settings > Marketplace and Integrations > API > Conversation Webhooks» (en cuentas antiguas, «Admin > Webhooks»), active el webhook, pegue {url} en «Webhook» y pulse «Save». Freshchat tiene un solo campo así para toda la cuenta: si ya contiene una URL del puente de otro canal, no hay nada que hacer.",
        fr: "Dans Freshchat, en tant qu’administrateur du compte, ouvrez « Admin Settings > Marketplace and Integrations > API > Conversation Webhooks » (dans les anciens comptes, « Admin > Webhooks »), activez le webhook, collez {url} dans « Webhook » et appuyez sur « Save ». Freshchat n’a qu’un champ de ce genre pour tout le compte : s’il contient déjà une URL de la passerelle pour un autre canal, il n’y a rien à faire.",
        ru: "В Freshchat с правами администратора аккаунта откройте «Admin Settings > Marketplace and Integrations > API > Conversation Webhooks» (в старых аккаунтах «Admin > Webhooks»), включите вебхук, вставьте {url} в «Webhook» и нажмите «Save». В Freshchat одно такое поле на весь аккаунт: если там уже есть URL моста для другого канала, ничего делать не нужно.",
        uk: "У Freshchat з правами адміністратора акаунта відкрийте «Admin Settings > Marketplace and Integrations > API > Conversation Webhooks» (у старіших акаунтах «Admin > Webhooks»), увімкніть вебхук, вставте {url} у «Webhook» і натисніть «Save». У Freshchat одне таке поле на весь акаунт: якщо там уже є URL моста для іншого каналу, нічого робити не потрібно.",
        ja: "Freshchatでアカウント管理者として「Admin Settings > Marketplace and Integrations > API > Conversation Webhooks」（古いアカウントでは「Admin > Webhooks」）を開き、Webhookを有効にして、「Webhook」に{url}を貼り付け、「Save」を押してください。この欄はアカウント全体で1つだけです。別のチャネル用のブリッジのURLがすでに入っている場合は、何もする必要はありません。",
    }
    "On the same page, under Authentication, copy the RSA public key into the setting `webhook_public_key`, so that only Freshchat's own calls are let in." {
        de: "Kopieren Sie auf derselben Seite unter „Authentication“ den öffentlichen RSA-Schlüssel in die Einstellung `webhook_public_key`, damit nur Aufrufe von Freshchat selbst angenommen werden.",
        es: "En la misma página, en «Authentication», copie la clave pública RSA en el ajuste `webhook_public_key`, para que solo se admitan las llamadas del propio Freshchat.",
        fr: "Sur la même page, sous « Authentication », copiez la clé publique RSA dans le paramètre `webhook_public_key`, afin que seuls les appels de Freshchat soient acceptés.",
        ru: "На той же странице в разделе «Authentication» скопируйте открытый ключ RSA в настройку `webhook_public_key`, чтобы принимались только вызовы самого Freshchat.",
        uk: "На тій самій сторінці в розділі «Authentication» скопіюйте відкритий ключ RSA в налаштування `webhook_public_key`, щоб приймалися лише виклики самого Freshchat.",
        ja: "Freshchat自身の呼び出しだけを受け付けるように、同じページの「Authentication」にあるRSA公開鍵を設定 `webhook_public_key` にコピーしてください。",
    }
    // Reasons.
    "Freshchat refused the API token (HTTP {status}); it may have expired or been withdrawn" {
        de: "Freshchat hat das API-Token abgelehnt (HTTP {status}); vielleicht ist es abgelaufen oder wurde zurückgezogen",
        es: "Freshchat rechazó el token de la API (HTTP {status}); puede haber caducado o haberse revocado",
        fr: "Freshchat a refusé le jeton d’API (HTTP {status}) ; il a peut-être expiré ou été révoqué",
        ru: "Freshchat отклонил токен API (HTTP {status}); возможно, он истёк или отозван",
        uk: "Freshchat відхилив токен API (HTTP {status}); можливо, він прострочений або відкликаний",
        ja: "FreshchatがAPIトークンを拒否しました（HTTP {status}）。期限切れか、取り消された可能性があります",
    }
    "`api_url` does not lead to Freshchat's API" {
        de: "`api_url` führt nicht zur API von Freshchat",
        es: "`api_url` no lleva a la API de Freshchat",
        fr: "`api_url` ne mène pas à l’API de Freshchat",
        ru: "`api_url` не ведёт к API Freshchat",
        uk: "`api_url` не веде до API Freshchat",
        ja: "`api_url` がFreshchatのAPIを指していません",
    }
    "the topic of `channel_id` is switched off in Freshchat" {
        de: "das Thema von `channel_id` ist in Freshchat ausgeschaltet",
        es: "el tema de `channel_id` está desactivado en Freshchat",
        fr: "le sujet de `channel_id` est désactivé dans Freshchat",
        ru: "тема из `channel_id` отключена в Freshchat",
        uk: "тему з `channel_id` вимкнено у Freshchat",
        ja: "`channel_id` のトピックはFreshchatで無効になっています",
    }
    "the account has no topic with the id in `channel_id`" {
        de: "das Konto hat kein Thema mit der ID in `channel_id`",
        es: "la cuenta no tiene ningún tema con el id de `channel_id`",
        fr: "le compte n’a aucun sujet avec l’identifiant de `channel_id`",
        ru: "в аккаунте нет темы с id из `channel_id`",
        uk: "в акаунті немає теми з id із `channel_id`",
        ja: "アカウントに `channel_id` のIDのトピックがありません",
    }
    "the account has no topic with the id in `channel_id`; there are {all}" {
        de: "das Konto hat kein Thema mit der ID in `channel_id`; vorhanden sind {all}",
        es: "la cuenta no tiene ningún tema con el id de `channel_id`; los que hay son {all}",
        fr: "le compte n’a aucun sujet avec l’identifiant de `channel_id` ; il existe {all}",
        ru: "в аккаунте нет темы с id из `channel_id`; есть {all}",
        uk: "в акаунті немає теми з id із `channel_id`; є {all}",
        ja: "アカウントに `channel_id` のIDのトピックがありません。あるもの：{all}",
    }
    "Freshchat has the user already but does not find it yet" {
        de: "Freshchat hat den Benutzer schon, findet ihn aber noch nicht",
        es: "Freshchat ya tiene al usuario, pero aún no lo encuentra",
        fr: "Freshchat a déjà l’utilisateur, mais ne le trouve pas encore",
        ru: "пользователь уже есть в Freshchat, но поиск его ещё не находит",
        uk: "користувач уже є у Freshchat, але пошук його ще не знаходить",
        ja: "Freshchatにユーザーはすでに存在しますが、まだ検索で見つかりません",
    }
    "Freshchat takes no messages into this conversation, which is one of e-mails" {
        de: "Freshchat nimmt in diese Konversation keine Nachrichten auf, weil sie aus E-Mails besteht",
        es: "Freshchat no admite mensajes en esta conversación, que es de correo electrónico",
        fr: "Freshchat n’accepte pas de messages dans cette conversation, qui est une conversation par e-mail",
        ru: "Freshchat не принимает сообщения в этот разговор, потому что он ведётся по электронной почте",
        uk: "Freshchat не приймає повідомлень у цю розмову, бо вона ведеться електронною поштою",
        ja: "この会話はメールの会話のため、Freshchatはメッセージを受け付けません",
    }
    "Freshchat has no link to the file yet" {
        de: "Freshchat hat noch keinen Link zu der Datei",
        es: "Freshchat aún no tiene un enlace al archivo",
        fr: "Freshchat n’a pas encore de lien vers le fichier",
        ru: "в Freshchat ещё нет ссылки на файл",
        uk: "у Freshchat ще немає посилання на файл",
        ja: "Freshchatにファイルへのリンクがまだありません",
    }
    "the file is not one of Freshchat's" {
        de: "die Datei gehört nicht zu Freshchat",
        es: "el archivo no es de Freshchat",
        fr: "le fichier n’appartient pas à Freshchat",
        ru: "файл не принадлежит Freshchat",
        uk: "файл не належить Freshchat",
        ja: "ファイルはFreshchatのものではありません",
    }
    "it is not known where the file is" {
        de: "es ist nicht bekannt, wo die Datei liegt",
        es: "no se sabe dónde está el archivo",
        fr: "on ne sait pas où se trouve le fichier",
        ru: "неизвестно, где находится файл",
        uk: "невідомо, де розташований файл",
        ja: "ファイルの場所がわかりません",
    }
    // What was refused.
    "to change the user" {
        de: "die Änderung des Benutzers",
        es: "el cambio del usuario",
        fr: "la modification de l’utilisateur",
        ru: "изменение пользователя",
        uk: "зміна користувача",
        ja: "ユーザーの変更",
    }
    "to create the user" {
        de: "das Anlegen des Benutzers",
        es: "la creación del usuario",
        fr: "la création de l’utilisateur",
        ru: "создание пользователя",
        uk: "створення користувача",
        ja: "ユーザーの作成",
    }
    "the rating" {
        de: "die Bewertung",
        es: "la valoración",
        fr: "l’évaluation",
        ru: "оценка",
        uk: "оцінка",
        ja: "評価",
    }
    "the credentials" {
        de: "die Zugangsdaten",
        es: "las credenciales",
        fr: "les identifiants",
        ru: "учётные данные",
        uk: "облікові дані",
        ja: "認証情報",
    }
    "to list the user's conversations" {
        de: "die Liste der Konversationen des Benutzers",
        es: "la lista de conversaciones del usuario",
        fr: "la liste des conversations de l’utilisateur",
        ru: "список разговоров пользователя",
        uk: "список розмов користувача",
        ja: "ユーザーの会話の一覧",
    }
    "to show the conversation" {
        de: "die Anzeige der Konversation",
        es: "la consulta de la conversación",
        fr: "la consultation de la conversation",
        ru: "просмотр разговора",
        uk: "перегляд розмови",
        ja: "会話の表示",
    }
    "the picture" {
        de: "das Bild",
        es: "la imagen",
        fr: "l’image",
        ru: "картинка",
        uk: "зображення",
        ja: "画像",
    }
    "the file" {
        de: "die Datei",
        es: "el archivo",
        fr: "le fichier",
        ru: "файл",
        uk: "файл",
        ja: "ファイル",
    }
    "to list the topics" {
        de: "die Liste der Themen",
        es: "la lista de temas",
        fr: "la liste des sujets",
        ru: "список тем",
        uk: "список тем",
        ja: "トピックの一覧",
    }
    "to show the business hours" {
        de: "die Anzeige der Geschäftszeiten",
        es: "la consulta del horario de atención",
        fr: "la consultation des heures d’ouverture",
        ru: "просмотр рабочих часов",
        uk: "перегляд робочих годин",
        ja: "営業時間の表示",
    }
};
