//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "MessageBird", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // The notice.
    "MessageBird's classic platform, whose keys this channel uses, ends on 31 December 2026" {
        de: "die klassische Plattform von MessageBird, deren Schlüssel dieser Kanal benutzt, endet am 31. Dezember 2026",
        es: "la plataforma clásica de MessageBird, cuyas claves usa este canal, termina el 31 de diciembre de 2026",
        fr: "la plateforme classique de MessageBird, dont ce canal utilise les clés, prend fin le 31 décembre 2026",
        ru: "классическая платформа MessageBird, ключи которой использует этот канал, закрывается 31 декабря 2026 года",
        uk: "класична платформа MessageBird, ключі якої використовує цей канал, закривається 31 грудня 2026 року",
        ja: "このチャネルがキーを使っているMessageBirdの従来のプラットフォームは、2026年12月31日に終了します",
    }
    "make an API key at Bird and install the channel `bird` instead" {
        de: "erstellen Sie einen API-Schlüssel bei Bird und installieren Sie stattdessen den Kanal `bird`",
        es: "cree una clave de API en Bird e instale en su lugar el canal `bird`",
        fr: "créez une clé d’API chez Bird et installez le canal `bird` à la place",
        ru: "создайте ключ API в Bird и установите вместо этого канал `bird`",
        uk: "створіть ключ API у Bird і встановіть натомість канал `bird`",
        ja: "BirdでAPIキーを作成し、代わりにチャネル `bird` をインストールしてください",
    }
    // Settings.
    "a live access key, from Developers, API access" {
        de: "ein Live-Zugriffsschlüssel, aus „Developers > API access“",
        es: "una clave de acceso activa (live), de «Developers > API access»",
        fr: "une clé d’accès de production (live), depuis « Developers > API access »",
        ru: "рабочий (live) ключ доступа из «Developers > API access»",
        uk: "робочий (live) ключ доступу з «Developers > API access»",
        ja: "「Developers > API access」にある本番用（live）のアクセスキー",
    }
    "the signing key, from Developers, API settings" {
        de: "der Signaturschlüssel, aus „Developers > API settings“",
        es: "la clave de firma, de «Developers > API settings»",
        fr: "la clé de signature, depuis « Developers > API settings »",
        ru: "ключ подписи из «Developers > API settings»",
        uk: "ключ підпису з «Developers > API settings»",
        ja: "「Developers > API settings」にある署名キー",
    }
    "the number or the name (at most 11 letters) that text messages come from" {
        de: "die Nummer oder der Name (höchstens 11 Buchstaben), von dem die Textnachrichten kommen",
        es: "el número o el nombre (de 11 letras como máximo) del que salen los mensajes de texto",
        fr: "le numéro ou le nom (11 lettres au plus) d’où partent les messages texte",
        ru: "номер или имя (не длиннее 11 букв), от которого идут текстовые сообщения",
        uk: "номер або ім’я (не довше ніж 11 літер), від якого надходять текстові повідомлення",
        ja: "テキストメッセージの送信元の番号または名前（11文字以内）",
    }
    "the number or name that text messages come from, or absent if `channel_id` is given" {
        de: "die Nummer oder der Name, von dem die Textnachrichten kommen, oder nichts, wenn `channel_id` angegeben ist",
        es: "el número o nombre del que salen los mensajes de texto, o nada si se indica `channel_id`",
        fr: "le numéro ou le nom d’où partent les messages texte, ou rien si `channel_id` est donné",
        ru: "номер или имя, от которого идут текстовые сообщения, или ничего, если указан `channel_id`",
        uk: "номер або ім’я, від якого надходять текстові повідомлення, або нічого, якщо вказано `channel_id`",
        ja: "テキストメッセージの送信元の番号または名前。`channel_id` を指定した場合は空",
    }
    "the id of a channel of the Conversations API, instead of `originator`" {
        de: "die ID eines Kanals der „Conversations API“, anstelle von `originator`",
        es: "el id de un canal de la «Conversations API», en lugar de `originator`",
        fr: "l’identifiant d’un canal de la « Conversations API », au lieu de `originator`",
        ru: "id канала «Conversations API» вместо `originator`",
        uk: "id каналу «Conversations API» замість `originator`",
        ja: "`originator` の代わりに使う「Conversations API」のチャネルのID",
    }
    "the namespace of WhatsApp templates, where the channel has one" {
        de: "der Namensraum der WhatsApp-Vorlagen, falls der Kanal einen hat",
        es: "el espacio de nombres de las plantillas de WhatsApp, si el canal tiene uno",
        fr: "l’espace de noms des modèles WhatsApp, si le canal en a un",
        ru: "пространство имён шаблонов WhatsApp, если оно есть у канала",
        uk: "простір імен шаблонів WhatsApp, якщо він є в каналу",
        ja: "WhatsAppテンプレートの名前空間（チャネルにある場合）",
    }
    "the base for text messages, as a rule https://rest.messagebird.com" {
        de: "die Basisadresse für Textnachrichten, in der Regel https://rest.messagebird.com",
        es: "la dirección base para mensajes de texto, por lo general https://rest.messagebird.com",
        fr: "l’adresse de base pour les messages texte, en général https://rest.messagebird.com",
        ru: "базовый адрес для текстовых сообщений, обычно https://rest.messagebird.com",
        uk: "базова адреса для текстових повідомлень, зазвичай https://rest.messagebird.com",
        ja: "テキストメッセージ用のベースアドレス。通常は https://rest.messagebird.com",
    }
    "the base for conversations, as a rule https://conversations.messagebird.com/v1" {
        de: "die Basisadresse für Konversationen, in der Regel https://conversations.messagebird.com/v1",
        es: "la dirección base para conversaciones, por lo general https://conversations.messagebird.com/v1",
        fr: "l’adresse de base pour les conversations, en général https://conversations.messagebird.com/v1",
        ru: "базовый адрес для разговоров, обычно https://conversations.messagebird.com/v1",
        uk: "базова адреса для розмов, зазвичай https://conversations.messagebird.com/v1",
        ja: "会話用のベースアドレス。通常は https://conversations.messagebird.com/v1",
    }
    // Steps.
    "this command, with your access key in it" {
        de: "diesen Befehl mit Ihrem Zugriffsschlüssel darin",
        es: "este comando, con su clave de acceso dentro",
        fr: "cette commande, avec votre clé d’accès",
        ru: "эту команду со своим ключом доступа",
        uk: "цю команду зі своїм ключем доступу",
        ja: "このコマンド（アクセスキーを入れてください）",
    }
    "Make a webhook for the events message.created and message.updated: run {call}" {
        de: "Legen Sie einen Webhook für die Ereignisse message.created und message.updated an: Verwenden Sie {call}",
        es: "Cree un webhook para los eventos message.created y message.updated: ejecute {call}",
        fr: "Créez un webhook pour les événements message.created et message.updated : exécutez {call}",
        ru: "Создайте вебхук для событий message.created и message.updated: выполните {call}",
        uk: "Створіть вебхук для подій message.created і message.updated: виконайте {call}",
        ja: "イベントmessage.createdとmessage.updatedのWebhookを作成してください。実行するもの：{call}",
    }
    "In the MessageBird dashboard, open Numbers, your number, and forward its SMS to {url} (or add a “Forward to URL” step with it to the number's flow in Flow Builder)." {
        de: "Öffnen Sie im MessageBird-Dashboard „Numbers“, Ihre Nummer, und leiten Sie ihre SMS an {url} weiter (oder fügen Sie dem Ablauf der Nummer im „Flow Builder“ einen Schritt „Forward to URL“ damit hinzu).",
        es: "En el panel de MessageBird, abra «Numbers», su número, y reenvíe sus SMS a {url} (o añada al flujo del número, en «Flow Builder», un paso «Forward to URL» con ella).",
        fr: "Dans le tableau de bord de MessageBird, ouvrez « Numbers », votre numéro, et transférez ses SMS à {url} (ou ajoutez au flux du numéro, dans « Flow Builder », une étape « Forward to URL » avec elle).",
        ru: "В панели MessageBird откройте «Numbers», свой номер, и перенаправьте его SMS на {url} (или добавьте шаг «Forward to URL» с этим адресом в поток номера во «Flow Builder»).",
        uk: "На панелі MessageBird відкрийте «Numbers», свій номер, і переспрямуйте його SMS на {url} (або додайте крок «Forward to URL» із цією адресою до потоку номера у «Flow Builder»).",
        ja: "MessageBirdのダッシュボードで「Numbers」の番号を開き、SMSの転送先を{url}にしてください（または、番号の「Flow Builder」のフローに、このURLの「Forward to URL」ステップを追加してください）。",
    }
    // Reasons.
    "MessageBird does not accept the access key" {
        de: "MessageBird akzeptiert den Zugriffsschlüssel nicht",
        es: "MessageBird no acepta la clave de acceso",
        fr: "MessageBird n’accepte pas la clé d’accès",
        ru: "MessageBird не принимает ключ доступа",
        uk: "MessageBird не приймає ключ доступу",
        ja: "MessageBirdがアクセスキーを受け付けません",
    }
    "MessageBird does not accept a value in this message" {
        de: "MessageBird akzeptiert einen Wert in dieser Nachricht nicht",
        es: "MessageBird no acepta un valor de este mensaje",
        fr: "MessageBird n’accepte pas une valeur de ce message",
        ru: "MessageBird не принимает одно из значений в этом сообщении",
        uk: "MessageBird не приймає одне зі значень у цьому повідомленні",
        ja: "MessageBirdがこのメッセージの値を受け付けません",
    }
    "MessageBird does not find the channel" {
        de: "MessageBird findet den Kanal nicht",
        es: "MessageBird no encuentra el canal",
        fr: "MessageBird ne trouve pas le canal",
        ru: "MessageBird не находит канал",
        uk: "MessageBird не знаходить канал",
        ja: "MessageBirdでチャネルが見つかりません",
    }
    "the balance at MessageBird is used up" {
        de: "das Guthaben bei MessageBird ist aufgebraucht",
        es: "se ha agotado el saldo en MessageBird",
        fr: "le solde chez MessageBird est épuisé",
        ru: "баланс в MessageBird исчерпан",
        uk: "баланс у MessageBird вичерпано",
        ja: "MessageBirdの残高がなくなりました",
    }
    "the contact has written STOP" {
        de: "der Kontakt hat STOP geschrieben",
        es: "el contacto ha escrito STOP",
        fr: "le contact a écrit STOP",
        ru: "контакт написал STOP",
        uk: "контакт написав STOP",
        ja: "連絡先がSTOPと送りました",
    }
    "the carrier could not deliver it" {
        de: "der Netzbetreiber konnte es nicht zustellen",
        es: "el operador no pudo entregarlo",
        fr: "l’opérateur n’a pas pu le distribuer",
        ru: "оператору не удалось доставить это",
        uk: "оператору не вдалося доставити це",
        ja: "通信事業者が配信できませんでした",
    }
};
