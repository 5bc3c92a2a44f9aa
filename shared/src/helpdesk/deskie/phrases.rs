//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    helpdesk::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Deskie", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the base of the account's API, which ends in /api/, for example https://acme.deskie.io/api/ or https://acme.omnidesk.ru/api/" {
        de: "die Basisadresse der API des Kontos, die auf /api/ endet, zum Beispiel https://acme.deskie.io/api/ oder https://acme.omnidesk.ru/api/",
        es: "la dirección base de la API de la cuenta, que termina en /api/, por ejemplo https://acme.deskie.io/api/ o https://acme.omnidesk.ru/api/",
        fr: "l’adresse de base de l’API du compte, qui se termine par /api/, par exemple https://acme.deskie.io/api/ ou https://acme.omnidesk.ru/api/",
        ru: "базовый адрес API аккаунта, который заканчивается на /api/, например https://acme.deskie.io/api/ или https://acme.omnidesk.ru/api/",
        uk: "базова адреса API акаунта, яка закінчується на /api/, наприклад https://acme.deskie.io/api/ або https://acme.omnidesk.ru/api/",
        ja: "アカウントのAPIのベースアドレス。/api/で終わります（例：https://acme.deskie.io/api/、https://acme.omnidesk.ru/api/）",
    }
    "the e-mail address of the agent to whom the API key belongs" {
        de: "die E-Mail-Adresse des Agenten, dem der API-Schlüssel gehört",
        es: "la dirección de correo del agente al que pertenece la clave de API",
        fr: "l’adresse e-mail de l’agent à qui appartient la clé d’API",
        ru: "адрес электронной почты агента, которому принадлежит ключ API",
        uk: "адреса електронної пошти агента, якому належить ключ API",
        ja: "APIキーの持ち主であるエージェントのメールアドレス",
    }
    "the API key, from the settings page \"API\"" {
        de: "der API-Schlüssel, von der Einstellungsseite „API“",
        es: "la clave de API, de la página de ajustes «API»",
        fr: "la clé d’API, depuis la page de paramètres « API »",
        ru: "ключ API со страницы настроек «API»",
        uk: "ключ API зі сторінки налаштувань «API»",
        ja: "設定ページ「API」にあるAPIキー",
    }
    "the custom channel: `cch` and its number, for example cch207, or its title" {
        de: "der benutzerdefinierte Kanal: `cch` und seine Nummer, zum Beispiel cch207, oder sein Titel",
        es: "el canal personalizado: `cch` y su número, por ejemplo cch207, o su título",
        fr: "le canal personnalisé : `cch` et son numéro, par exemple cch207, ou son titre",
        ru: "пользовательский канал: `cch` и его номер, например cch207, или его название",
        uk: "користувацький канал: `cch` і його номер, наприклад cch207, або його назва",
        ja: "カスタムチャネル：`cch` と番号（例：cch207）、またはタイトル",
    }
    "the number of the agent in whose name the bridge writes its notes" {
        de: "die Nummer des Agenten, in dessen Namen die Bridge ihre Hinweise schreibt",
        es: "el número del agente en cuyo nombre el puente escribe sus notas",
        fr: "le numéro de l’agent au nom duquel la passerelle écrit ses notes",
        ru: "номер агента, от имени которого мост пишет заметки",
        uk: "номер агента, від імені якого міст пише нотатки",
        ja: "ブリッジがメモを書くときに名義を使うエージェントの番号",
    }
    "for how many seconds (0 to 86400) an open case is used before the bridge asks Deskie again whether it is still open; each question is one more API call, 0 asks before every message" {
        de: "für wie viele Sekunden (0 bis 86400) ein offener Fall gilt, bevor die Bridge Deskie erneut fragt, ob er noch offen ist; jede Frage ist ein API-Aufruf mehr, bei 0 fragt sie vor jeder Nachricht",
        es: "durante cuántos segundos (0 a 86400) se usa un caso abierto antes de que el puente vuelva a preguntar a Deskie si sigue abierto; cada pregunta es una llamada más a la API, con 0 pregunta antes de cada mensaje",
        fr: "pendant combien de secondes (0 à 86400) un dossier ouvert est utilisé avant que la passerelle redemande à Deskie s’il est toujours ouvert ; chaque question est un appel d’API de plus, 0 la pose avant chaque message",
        ru: "сколько секунд (от 0 до 86400) обращение считается открытым, прежде чем мост снова спросит об этом Deskie; каждый вопрос — ещё один вызов API, при 0 мост спрашивает перед каждым сообщением",
        uk: "скільки секунд (від 0 до 86400) звернення вважається відкритим, перш ніж міст знову запитає про це Deskie; кожне запитання — ще один виклик API, за 0 міст запитує перед кожним повідомленням",
        ja: "未解決のケースがまだ未解決かをブリッジがDeskieに再確認するまでの秒数（0～86400）。確認のたびにAPI呼び出しが1回増えます。0ではメッセージごとに確認します",
    }
    "the number of the group that new cases are assigned to" {
        de: "die Nummer der Gruppe, der neue Fälle zugewiesen werden",
        es: "el número del grupo al que se asignan los casos nuevos",
        fr: "le numéro du groupe auquel les nouveaux dossiers sont attribués",
        ru: "номер группы, которой назначаются новые обращения",
        uk: "номер групи, якій призначаються нові звернення",
        ja: "新しいケースを割り当てるグループの番号",
    }
    "the numbers of the labels of new cases, with commas between them, for example 101, 102" {
        de: "die Nummern der Labels neuer Fälle, durch Kommas getrennt, zum Beispiel 101, 102",
        es: "los números de las etiquetas de los casos nuevos, separados por comas, por ejemplo 101, 102",
        fr: "les numéros des étiquettes des nouveaux dossiers, séparés par des virgules, par exemple 101, 102",
        ru: "номера меток новых обращений через запятую, например 101, 102",
        uk: "номери міток нових звернень через кому, наприклад 101, 102",
        ja: "新しいケースのラベルの番号。コンマで区切ります（例：101, 102）",
    }
    "the number of the language of new cases, or the numbers by the contacts' languages, for example en=2, de=3" {
        de: "die Nummer der Sprache neuer Fälle, oder die Nummern nach den Sprachen der Kontakte, zum Beispiel en=2, de=3",
        es: "el número del idioma de los casos nuevos, o los números según el idioma del contacto, por ejemplo en=2, de=3",
        fr: "le numéro de la langue des nouveaux dossiers, ou les numéros selon la langue du contact, par exemple en=2, de=3",
        ru: "номер языка новых обращений или номера по языкам контактов, например en=2, de=3",
        uk: "номер мови нових звернень або номери за мовами контактів, наприклад en=2, de=3",
        ja: "新しいケースの言語の番号、または連絡先の言語ごとの番号（例：en=2, de=3）",
    }
    "fields of new cases with their values, with semicolons between them, for example cf_20=gold; cf_21=web" {
        de: "Felder neuer Fälle mit ihren Werten, durch Semikolons getrennt, zum Beispiel cf_20=gold; cf_21=web",
        es: "campos de los casos nuevos con sus valores, separados por puntos y comas, por ejemplo cf_20=gold; cf_21=web",
        fr: "les champs des nouveaux dossiers avec leurs valeurs, séparés par des points-virgules, par exemple cf_20=gold; cf_21=web",
        ru: "поля новых обращений с их значениями через точку с запятой, например cf_20=gold; cf_21=web",
        uk: "поля нових звернень із їхніми значеннями через крапку з комою, наприклад cf_20=gold; cf_21=web",
        ja: "新しいケースのフィールドと値。セミコロンで区切ります（例：cf_20=gold; cf_21=web）",
    }
    "the type of the custom channel, `sync` or `async`; each install and change takes it from Deskie" {
        de: "der Typ des benutzerdefinierten Kanals, `sync` oder `async`; jede Installation und Änderung übernimmt ihn von Deskie",
        es: "el tipo del canal personalizado, `sync` o `async`; cada instalación y cada cambio lo toma de Deskie",
        fr: "le type du canal personnalisé, `sync` ou `async` ; chaque installation et chaque modification le reprend de Deskie",
        ru: "тип пользовательского канала, `sync` или `async`; при каждой установке и каждом изменении берётся из Deskie",
        uk: "тип користувацького каналу, `sync` або `async`; під час кожного встановлення та кожної зміни береться з Deskie",
        ja: "カスタムチャネルの種類（`sync` または `async`）。インストールと変更のたびにDeskieから取得します",
    }
    "the priority of new cases: `low`, `normal`, `high` or `critical`" {
        de: "die Priorität neuer Fälle: `low`, `normal`, `high` oder `critical`",
        es: "la prioridad de los casos nuevos: `low`, `normal`, `high` o `critical`",
        fr: "la priorité des nouveaux dossiers : `low`, `normal`, `high` ou `critical`",
        ru: "приоритет новых обращений: `low`, `normal`, `high` или `critical`",
        uk: "пріоритет нових звернень: `low`, `normal`, `high` або `critical`",
        ja: "新しいケースの優先度：`low`、`normal`、`high`、`critical` のいずれか",
    }
    // Steps.
    "In Deskie's administrator account, open Channels, then the custom channel {channel}, set its Webhook URL to {url}, and see that the channel is switched on." {
        de: "Öffnen Sie im Administratorkonto von Deskie „Channels“, dann den benutzerdefinierten Kanal {channel}, setzen Sie seine „Webhook URL“ auf {url} und achten Sie darauf, dass der Kanal eingeschaltet ist.",
        es: "En la cuenta de administrador de Deskie, abra «Channels», luego el canal personalizado {channel}, ponga en su «Webhook URL» {url} y compruebe que el canal esté activado.",
        fr: "Dans le compte administrateur de Deskie, ouvrez « Channels », puis le canal personnalisé {channel}, saisissez {url} dans « Webhook URL » et vérifiez que le canal est activé.",
        ru: "В аккаунте администратора Deskie откройте «Channels», затем пользовательский канал {channel}, укажите в «Webhook URL» {url} и проверьте, что канал включён.",
        uk: "В акаунті адміністратора Deskie відкрийте «Channels», потім користувацький канал {channel}, укажіть у «Webhook URL» {url} і перевірте, що канал увімкнено.",
        ja: "Deskieの管理者アカウントで「Channels」のカスタムチャネル{channel}を開き、「Webhook URL」を{url}に設定して、チャネルが有効になっていることを確認してください。",
    }
    "In the same account, open Team > Agents and give the agents access to this channel: without it they see none of its cases." {
        de: "Öffnen Sie im selben Konto „Team > Agents“ und geben Sie den Agenten Zugriff auf diesen Kanal: Ohne ihn sehen sie keinen seiner Fälle.",
        es: "En la misma cuenta, abra «Team > Agents» y dé a los agentes acceso a este canal: sin él no ven ninguno de sus casos.",
        fr: "Dans le même compte, ouvrez « Team > Agents » et donnez aux agents l’accès à ce canal : sans lui, ils ne voient aucun de ses dossiers.",
        ru: "В том же аккаунте откройте «Team > Agents» и дайте агентам доступ к этому каналу: без него они не видят его обращений.",
        uk: "У тому самому акаунті відкрийте «Team > Agents» і дайте агентам доступ до цього каналу: без нього вони не бачать його звернень.",
        ja: "同じアカウントで「Team > Agents」を開き、エージェントにこのチャネルへのアクセスを許可してください。許可がないと、このチャネルのケースが表示されません。",
    }
    // Reasons.
    "several custom channels are called so; take one of {channels}" {
        de: "mehrere benutzerdefinierte Kanäle heißen so; nehmen Sie einen von {channels}",
        es: "varios canales personalizados se llaman así; tome uno de {channels}",
        fr: "plusieurs canaux personnalisés portent ce nom ; prenez l’un de {channels}",
        ru: "так называются несколько пользовательских каналов; выберите один из {channels}",
        uk: "так називаються кілька користувацьких каналів; виберіть один із {channels}",
        ja: "この名前のカスタムチャネルが複数あります。次のいずれかを使ってください：{channels}",
    }
    "the account has no custom channel; add one in Deskie's settings" {
        de: "das Konto hat keinen benutzerdefinierten Kanal; legen Sie in den Einstellungen von Deskie einen an",
        es: "la cuenta no tiene ningún canal personalizado; añada uno en los ajustes de Deskie",
        fr: "le compte n’a aucun canal personnalisé ; ajoutez-en un dans les paramètres de Deskie",
        ru: "в аккаунте нет пользовательского канала; добавьте его в настройках Deskie",
        uk: "в акаунті немає користувацького каналу; додайте його в налаштуваннях Deskie",
        ja: "アカウントにカスタムチャネルがありません。Deskieの設定で追加してください",
    }
    "there is no such custom channel; there are {all}" {
        de: "diesen benutzerdefinierten Kanal gibt es nicht; vorhanden sind {all}",
        es: "no existe ese canal personalizado; los que hay son {all}",
        fr: "ce canal personnalisé n’existe pas ; il existe {all}",
        ru: "такого пользовательского канала нет; есть {all}",
        uk: "такого користувацького каналу немає; є {all}",
        ja: "そのカスタムチャネルはありません。あるもの：{all}",
    }
    "the custom channel has no key; save it once more in Deskie's settings" {
        de: "der benutzerdefinierte Kanal hat keinen Schlüssel; speichern Sie ihn in den Einstellungen von Deskie noch einmal",
        es: "el canal personalizado no tiene clave; guárdelo de nuevo en los ajustes de Deskie",
        fr: "le canal personnalisé n’a pas de clé ; enregistrez-le de nouveau dans les paramètres de Deskie",
        ru: "у пользовательского канала нет ключа; сохраните его ещё раз в настройках Deskie",
        uk: "користувацький канал не має ключа; збережіть його ще раз у налаштуваннях Deskie",
        ja: "カスタムチャネルにキーがありません。Deskieの設定でもう一度保存してください",
    }
    "the custom channel {key} is inactive; switch it on in Deskie's settings" {
        de: "der benutzerdefinierte Kanal {key} ist inaktiv; schalten Sie ihn in den Einstellungen von Deskie ein",
        es: "el canal personalizado {key} está inactivo; actívelo en los ajustes de Deskie",
        fr: "le canal personnalisé {key} est inactif ; activez-le dans les paramètres de Deskie",
        ru: "пользовательский канал {key} неактивен; включите его в настройках Deskie",
        uk: "користувацький канал {key} неактивний; увімкніть його в налаштуваннях Deskie",
        ja: "カスタムチャネル{key}が無効です。Deskieの設定で有効にしてください",
    }
    "Deskie answered without the user" {
        de: "Deskie antwortete ohne den Benutzer",
        es: "Deskie respondió sin el usuario",
        fr: "Deskie a répondu sans l’utilisateur",
        ru: "в ответе Deskie нет пользователя",
        uk: "у відповіді Deskie немає користувача",
        ja: "Deskieの応答にユーザーがありません",
    }
    "Deskie answered without the messages" {
        de: "Deskie antwortete ohne die Nachrichten",
        es: "Deskie respondió sin los mensajes",
        fr: "Deskie a répondu sans les messages",
        ru: "в ответе Deskie нет сообщений",
        uk: "у відповіді Deskie немає повідомлень",
        ja: "Deskieの応答にメッセージがありません",
    }
    "Deskie accepts no more calls at the moment" {
        de: "Deskie nimmt im Moment keine weiteren Aufrufe an",
        es: "Deskie no admite más llamadas por el momento",
        fr: "Deskie n’accepte plus d’appels pour le moment",
        ru: "Deskie сейчас не принимает новых вызовов",
        uk: "Deskie зараз не приймає нових викликів",
        ja: "Deskieは現在これ以上の呼び出しを受け付けません",
    }
    "Deskie refused {what} ({code}); give the agent of the API key access to the channel" {
        de: "Deskie hat {what} abgelehnt ({code}); geben Sie dem Agenten des API-Schlüssels Zugriff auf den Kanal",
        es: "Deskie rechazó {what} ({code}); dé acceso al canal al agente de la clave de API",
        fr: "Deskie a refusé {what} ({code}) ; donnez à l’agent de la clé d’API l’accès au canal",
        ru: "отказ Deskie: {what} ({code}); дайте агенту ключа API доступ к каналу",
        uk: "відмова Deskie: {what} ({code}); дайте агенту ключа API доступ до каналу",
        ja: "Deskieが{what}を拒否しました（{code}）。APIキーのエージェントにチャネルへのアクセスを許可してください",
    }
    "Deskie refused the API key (HTTP 401)" {
        de: "Deskie hat den API-Schlüssel abgelehnt (HTTP 401)",
        es: "Deskie rechazó la clave de API (HTTP 401)",
        fr: "Deskie a refusé la clé d’API (HTTP 401)",
        ru: "Deskie отклонил ключ API (HTTP 401)",
        uk: "Deskie відхилив ключ API (HTTP 401)",
        ja: "DeskieがAPIキーを拒否しました（HTTP 401）",
    }
    "Deskie refused the e-mail address or its access to the API (HTTP 403)" {
        de: "Deskie hat die E-Mail-Adresse oder ihren Zugriff auf die API abgelehnt (HTTP 403)",
        es: "Deskie rechazó la dirección de correo o su acceso a la API (HTTP 403)",
        fr: "Deskie a refusé l’adresse e-mail ou son accès à l’API (HTTP 403)",
        ru: "Deskie отклонил адрес электронной почты или его доступ к API (HTTP 403)",
        uk: "Deskie відхилив адресу електронної пошти або її доступ до API (HTTP 403)",
        ja: "Deskieがメールアドレス、またはそのAPIアクセスを拒否しました（HTTP 403）",
    }
    "Deskie's API is not where `api_url` says (HTTP {status}); check it" {
        de: "die API von Deskie ist nicht dort, wo `api_url` sagt (HTTP {status}); prüfen Sie die Einstellung",
        es: "la API de Deskie no está donde dice `api_url` (HTTP {status}); compruébelo",
        fr: "l’API de Deskie n’est pas là où le dit `api_url` (HTTP {status}) ; vérifiez ce paramètre",
        ru: "API Deskie находится не там, где указывает `api_url` (HTTP {status}); проверьте настройку",
        uk: "API Deskie розташований не там, де вказує `api_url` (HTTP {status}); перевірте налаштування",
        ja: "`api_url` の場所にDeskieのAPIがありません（HTTP {status}）。設定を確認してください",
    }
    "the answer does not come from Deskie's API" {
        de: "die Antwort kommt nicht von der API von Deskie",
        es: "la respuesta no procede de la API de Deskie",
        fr: "la réponse ne vient pas de l’API de Deskie",
        ru: "ответ пришёл не от API Deskie",
        uk: "відповідь надійшла не від API Deskie",
        ja: "応答がDeskieのAPIからのものではありません",
    }
    // What was refused.
    "the case" {
        de: "den Fall",
        es: "el caso",
        fr: "le dossier",
        ru: "обращение",
        uk: "звернення",
        ja: "ケース",
    }
    "to list the custom channels" {
        de: "die Liste der benutzerdefinierten Kanäle",
        es: "la lista de canales personalizados",
        fr: "la liste des canaux personnalisés",
        ru: "список пользовательских каналов",
        uk: "список користувацьких каналів",
        ja: "カスタムチャネルの一覧",
    }
    "to list the cases" {
        de: "die Liste der Fälle",
        es: "la lista de casos",
        fr: "la liste des dossiers",
        ru: "список обращений",
        uk: "список звернень",
        ja: "ケースの一覧",
    }
};
