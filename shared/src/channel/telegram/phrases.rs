//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Telegram", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the bot's token from @BotFather, such as 123456:ABC-DEF…" {
        de: "das Token des Bots von @BotFather, zum Beispiel 123456:ABC-DEF…",
        es: "el token del bot, de @BotFather, por ejemplo 123456:ABC-DEF…",
        fr: "le jeton du bot, donné par @BotFather, par exemple 123456:ABC-DEF…",
        ru: "токен бота от @BotFather, например 123456:ABC-DEF…",
        uk: "токен бота від @BotFather, наприклад 123456:ABC-DEF…",
        ja: "@BotFatherから受け取ったボットのトークン（例：123456:ABC-DEF…）",
    }
    "the word that Telegram sends along with every update" {
        de: "das Wort, das Telegram mit jeder Aktualisierung mitschickt",
        es: "la palabra que Telegram envía con cada actualización",
        fr: "le mot que Telegram envoie avec chaque mise à jour",
        ru: "слово, которое Telegram присылает с каждым обновлением",
        uk: "слово, яке Telegram надсилає з кожним оновленням",
        ja: "Telegramが更新ごとに送る単語",
    }
    "the base of Telegram's API, as a rule https://api.telegram.org" {
        de: "die Basisadresse der Telegram-API, in der Regel https://api.telegram.org",
        es: "la dirección base de la API de Telegram, por lo general https://api.telegram.org",
        fr: "l’adresse de base de l’API de Telegram, en général https://api.telegram.org",
        ru: "базовый адрес API Telegram, обычно https://api.telegram.org",
        uk: "базова адреса API Telegram, зазвичай https://api.telegram.org",
        ja: "TelegramのAPIのベースアドレス。通常は https://api.telegram.org",
    }
    // Reasons.
    "the topic does not exist any more on Telegram" {
        de: "das Thema gibt es bei Telegram nicht mehr",
        es: "el tema ya no existe en Telegram",
        fr: "le sujet n’existe plus sur Telegram",
        ru: "темы в Telegram больше нет",
        uk: "теми в Telegram більше немає",
        ja: "トピックはもうTelegramに存在しません",
    }
    "Telegram has moved this chat" {
        de: "Telegram hat diesen Chat verschoben",
        es: "Telegram ha movido este chat",
        fr: "Telegram a déplacé ce chat",
        ru: "Telegram переместил этот чат",
        uk: "Telegram перемістив цей чат",
        ja: "Telegramがこのチャットを移動しました",
    }
    "Telegram does not know this chat" {
        de: "Telegram kennt diesen Chat nicht",
        es: "Telegram no conoce este chat",
        fr: "Telegram ne connaît pas ce chat",
        ru: "Telegram не знает этот чат",
        uk: "Telegram не знає цього чату",
        ja: "Telegramはこのチャットを認識していません",
    }
    "Telegram does not know this user" {
        de: "Telegram kennt diesen Benutzer nicht",
        es: "Telegram no conoce a este usuario",
        fr: "Telegram ne connaît pas cet utilisateur",
        ru: "Telegram не знает этого пользователя",
        uk: "Telegram не знає цього користувача",
        ja: "Telegramはこのユーザーを認識していません",
    }
    "the contact does not let the bot write" {
        de: "der Kontakt lässt den Bot nicht schreiben",
        es: "el contacto no permite que el bot escriba",
        fr: "le contact ne permet pas au bot d’écrire",
        ru: "контакт не разрешает боту писать",
        uk: "контакт не дозволяє боту писати",
        ja: "連絡先はボットからの送信を許可していません",
    }
    "the contact has not written to the business account for 24 hours, so Telegram lets only the account itself write" {
        de: "der Kontakt hat dem Business-Konto seit 24 Stunden nicht geschrieben, deshalb lässt Telegram nur das Konto selbst schreiben",
        es: "el contacto no ha escrito a la cuenta de empresa en 24 horas, así que Telegram solo permite escribir a la propia cuenta",
        fr: "le contact n’a pas écrit au compte professionnel depuis 24 heures, et Telegram ne laisse donc écrire que le compte lui-même",
        ru: "контакт не писал бизнес-аккаунту 24 часа, поэтому Telegram разрешает писать только самому аккаунту",
        uk: "контакт не писав бізнес-акаунту 24 години, тому Telegram дозволяє писати лише самому акаунту",
        ja: "連絡先がビジネスアカウントに24時間メッセージを送っていないため、Telegramはアカウント本人の送信だけを許可します",
    }
    "the business account has taken this chat from the bot (Telegram Business, Chatbots)" {
        de: "das Business-Konto hat dem Bot diesen Chat entzogen („Telegram Business > Chatbots“)",
        es: "la cuenta de empresa ha retirado este chat al bot («Telegram Business > Chatbots»)",
        fr: "le compte professionnel a retiré ce chat au bot (« Telegram Business > Chatbots »)",
        ru: "бизнес-аккаунт забрал этот чат у бота («Telegram Business > Chatbots»)",
        uk: "бізнес-акаунт забрав цей чат у бота («Telegram Business > Chatbots»)",
        ja: "ビジネスアカウントがこのチャットをボットから外しました（「Telegram Business > Chatbots」）",
    }
    "the business account has disconnected the bot or does not let it reply; connect it again in Telegram's settings (Telegram Business, Chatbots) and permit replies" {
        de: "das Business-Konto hat den Bot getrennt oder lässt ihn nicht antworten; verbinden Sie ihn in den Einstellungen von Telegram („Telegram Business > Chatbots“) erneut und erlauben Sie Antworten",
        es: "la cuenta de empresa ha desconectado el bot o no le permite responder; conéctelo de nuevo en los ajustes de Telegram («Telegram Business > Chatbots») y permita las respuestas",
        fr: "le compte professionnel a déconnecté le bot ou ne le laisse pas répondre ; reconnectez-le dans les réglages de Telegram (« Telegram Business > Chatbots ») et autorisez les réponses",
        ru: "бизнес-аккаунт отключил бота или не разрешает ему отвечать; подключите его снова в настройках Telegram («Telegram Business > Chatbots») и разрешите ответы",
        uk: "бізнес-акаунт від’єднав бота або не дозволяє йому відповідати; під’єднайте його знову в налаштуваннях Telegram («Telegram Business > Chatbots») і дозвольте відповіді",
        ja: "ビジネスアカウントがボットの接続を解除したか、返信を許可していません。Telegramの設定（「Telegram Business > Chatbots」）で再接続し、返信を許可してください",
    }
    "the contact has blocked the bot on Telegram" {
        de: "der Kontakt hat den Bot bei Telegram blockiert",
        es: "el contacto ha bloqueado el bot en Telegram",
        fr: "le contact a bloqué le bot sur Telegram",
        ru: "контакт заблокировал бота в Telegram",
        uk: "контакт заблокував бота в Telegram",
        ja: "連絡先がTelegramでボットをブロックしました",
    }
    "the contact has deleted the Telegram account" {
        de: "der Kontakt hat das Telegram-Konto gelöscht",
        es: "el contacto ha eliminado su cuenta de Telegram",
        fr: "le contact a supprimé son compte Telegram",
        ru: "контакт удалил аккаунт Telegram",
        uk: "контакт видалив акаунт Telegram",
        ja: "連絡先がTelegramのアカウントを削除しました",
    }
    "the contact has not started a chat with the bot on Telegram" {
        de: "der Kontakt hat bei Telegram keinen Chat mit dem Bot begonnen",
        es: "el contacto no ha iniciado un chat con el bot en Telegram",
        fr: "le contact n’a pas commencé de chat avec le bot sur Telegram",
        ru: "контакт не начинал чат с ботом в Telegram",
        uk: "контакт не починав чат із ботом у Telegram",
        ja: "連絡先はTelegramでボットとのチャットを始めていません",
    }
    "the bot was removed from this chat on Telegram" {
        de: "der Bot wurde bei Telegram aus diesem Chat entfernt",
        es: "se ha eliminado el bot de este chat en Telegram",
        fr: "le bot a été retiré de ce chat sur Telegram",
        ru: "бота удалили из этого чата в Telegram",
        uk: "бота видалили з цього чату в Telegram",
        ja: "ボットはTelegramのこのチャットから削除されました",
    }
    "Telegram finds the text empty" {
        de: "Telegram hält den Text für leer",
        es: "Telegram considera vacío el texto",
        fr: "Telegram juge le texte vide",
        ru: "Telegram считает текст пустым",
        uk: "Telegram вважає текст порожнім",
        ja: "Telegramは文が空だとみなしました",
    }
    "the text is too long for Telegram" {
        de: "der Text ist zu lang für Telegram",
        es: "el texto es demasiado largo para Telegram",
        fr: "le texte est trop long pour Telegram",
        ru: "текст слишком длинный для Telegram",
        uk: "текст задовгий для Telegram",
        ja: "文が長すぎてTelegramでは送信できません",
    }
    "the caption is too long for Telegram" {
        de: "die Bildunterschrift ist zu lang für Telegram",
        es: "el pie es demasiado largo para Telegram",
        fr: "la légende est trop longue pour Telegram",
        ru: "подпись слишком длинная для Telegram",
        uk: "підпис задовгий для Telegram",
        ja: "説明文が長すぎてTelegramでは送信できません",
    }
    "Telegram cannot read the form of this text" {
        de: "Telegram kann die Form dieses Textes nicht lesen",
        es: "Telegram no puede leer el formato de este texto",
        fr: "Telegram ne peut pas lire la forme de ce texte",
        ru: "Telegram не может прочитать разметку этого текста",
        uk: "Telegram не може прочитати розмітку цього тексту",
        ja: "Telegramがこの文の形式を読み取れません",
    }
    "the file is larger than the 20 MB that Telegram hands out" {
        de: "die Datei ist größer als die 20 MB, die Telegram herausgibt",
        es: "el archivo supera los 20 MB que entrega Telegram",
        fr: "le fichier dépasse les 20 Mo que Telegram fournit",
        ru: "файл больше 20 МБ, которые отдаёт Telegram",
        uk: "файл більший за 20 МБ, які віддає Telegram",
        ja: "ファイルがTelegramの提供上限20 MBを超えています",
    }
    "Telegram does not take this link" {
        de: "Telegram nimmt diesen Link nicht an",
        es: "Telegram no admite este enlace",
        fr: "Telegram n’accepte pas ce lien",
        ru: "Telegram не принимает эту ссылку",
        uk: "Telegram не приймає це посилання",
        ja: "Telegramがこのリンクを受け付けません",
    }
    "Telegram does not take the bridge's URL: it wants https, port 443, and a public address" {
        de: "Telegram nimmt die URL der Bridge nicht an: verlangt werden https, Port 443 und eine öffentliche Adresse",
        es: "Telegram no admite la URL del puente: exige https, el puerto 443 y una dirección pública",
        fr: "Telegram n’accepte pas l’URL de la passerelle : il exige https, le port 443 et une adresse publique",
        ru: "Telegram не принимает URL моста: нужны https, порт 443 и публичный адрес",
        uk: "Telegram не приймає URL моста: потрібні https, порт 443 і публічна адреса",
        ja: "TelegramがブリッジのURLを受け付けません。https、ポート443、公開アドレスが必要です",
    }
    "Telegram does not accept the bot token; copy it again from @BotFather" {
        de: "Telegram akzeptiert das Bot-Token nicht; kopieren Sie es noch einmal von @BotFather",
        es: "Telegram no acepta el token del bot; cópielo de nuevo de @BotFather",
        fr: "Telegram n’accepte pas le jeton du bot ; copiez-le de nouveau depuis @BotFather",
        ru: "Telegram не принимает токен бота; скопируйте его ещё раз у @BotFather",
        uk: "Telegram не приймає токен бота; скопіюйте його ще раз у @BotFather",
        ja: "Telegramがボットのトークンを受け付けません。@BotFatherからもう一度コピーしてください",
    }
    "another program uses this bot as well" {
        de: "ein anderes Programm benutzt diesen Bot ebenfalls",
        es: "otro programa también usa este bot",
        fr: "un autre programme utilise aussi ce bot",
        ru: "этого бота использует ещё одна программа",
        uk: "цього бота використовує ще одна програма",
        ja: "別のプログラムもこのボットを使っています",
    }
};
