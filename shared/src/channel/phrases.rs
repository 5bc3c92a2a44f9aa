//! What several channels say to people, in each language.

use crate::tools::phrases::{Phrase, phrases};

/// The phrases of all channels.
#[rustfmt::skip]
pub(super) static SHARED: &[Phrase] = phrases! {
    // What answers mean.
    "{vendor} asks to wait" {
        de: "{vendor} bittet um Geduld",
        es: "{vendor} pide esperar",
        fr: "{vendor} demande d’attendre",
        ru: "{vendor} просит подождать",
        uk: "{vendor} просить зачекати",
        ja: "{vendor}が待機を求めています",
    }
    "{vendor} failed" {
        de: "bei {vendor} ist ein Fehler aufgetreten",
        es: "{vendor} ha fallado",
        fr: "{vendor} a échoué",
        ru: "сбой в {vendor}",
        uk: "збій у {vendor}",
        ja: "{vendor}でエラーが発生しました",
    }
    "{vendor} is not available" {
        de: "{vendor} ist nicht erreichbar",
        es: "{vendor} no está disponible",
        fr: "{vendor} n’est pas disponible",
        ru: "{vendor} недоступен",
        uk: "{vendor} недоступний",
        ja: "{vendor}を利用できません",
    }
    "{vendor} does not accept the form of this message" {
        de: "{vendor} akzeptiert die Form dieser Nachricht nicht",
        es: "{vendor} no acepta el formato de este mensaje",
        fr: "{vendor} n’accepte pas la forme de ce message",
        ru: "{vendor} не принимает форму этого сообщения",
        uk: "{vendor} не приймає форму цього повідомлення",
        ja: "{vendor}がこのメッセージの形式を受け付けません",
    }
    "{vendor} does not accept it (error {code})" {
        de: "{vendor} akzeptiert es nicht (Fehler {code})",
        es: "{vendor} no lo acepta (error {code})",
        fr: "{vendor} ne l’accepte pas (erreur {code})",
        ru: "{vendor} не принимает это (ошибка {code})",
        uk: "{vendor} не приймає це (помилка {code})",
        ja: "{vendor}が受け付けません（エラー {code}）",
    }
    "{vendor} could not deliver it" {
        de: "{vendor} konnte es nicht zustellen",
        es: "{vendor} no pudo entregarlo",
        fr: "{vendor} n’a pas pu le distribuer",
        ru: "{vendor} не удалось доставить это",
        uk: "{vendor} не вдалося доставити це",
        ja: "{vendor}が配信できませんでした",
    }
    "{vendor} could not deliver it (error {code})" {
        de: "{vendor} konnte es nicht zustellen (Fehler {code})",
        es: "{vendor} no pudo entregarlo (error {code})",
        fr: "{vendor} n’a pas pu le distribuer (erreur {code})",
        ru: "{vendor} не удалось доставить это (ошибка {code})",
        uk: "{vendor} не вдалося доставити це (помилка {code})",
        ja: "{vendor}が配信できませんでした（エラー {code}）",
    }
    "{vendor} does not know the contact's id" {
        de: "{vendor} kennt die ID des Kontakts nicht",
        es: "{vendor} no conoce el id del contacto",
        fr: "{vendor} ne connaît pas l’identifiant du contact",
        ru: "{vendor} не знает id контакта",
        uk: "{vendor} не знає id контакту",
        ja: "{vendor}はこの連絡先のIDを認識していません",
    }
    // Files.
    "{vendor} could not fetch the file" {
        de: "{vendor} konnte die Datei nicht abrufen",
        es: "{vendor} no pudo obtener el archivo",
        fr: "{vendor} n’a pas pu récupérer le fichier",
        ru: "{vendor} не удалось загрузить файл",
        uk: "{vendor} не вдалося завантажити файл",
        ja: "{vendor}がファイルを取得できませんでした",
    }
    "{vendor} cannot fetch the file" {
        de: "{vendor} kann die Datei nicht abrufen",
        es: "{vendor} no puede obtener el archivo",
        fr: "{vendor} ne peut pas récupérer le fichier",
        ru: "{vendor} не может загрузить файл",
        uk: "{vendor} не може завантажити файл",
        ja: "{vendor}がファイルを取得できません",
    }
    "{vendor} does not have this file any more" {
        de: "{vendor} hat diese Datei nicht mehr",
        es: "{vendor} ya no tiene este archivo",
        fr: "{vendor} n’a plus ce fichier",
        ru: "в {vendor} этого файла больше нет",
        uk: "у {vendor} цього файлу вже немає",
        ja: "{vendor}にこのファイルはもうありません",
    }
    "{vendor} does not hand out this file" {
        de: "{vendor} gibt diese Datei nicht heraus",
        es: "{vendor} no entrega este archivo",
        fr: "{vendor} ne fournit pas ce fichier",
        ru: "{vendor} не отдаёт этот файл",
        uk: "{vendor} не віддає цей файл",
        ja: "{vendor}がこのファイルを提供しません",
    }
    "{vendor} does not take this kind of file" {
        de: "{vendor} nimmt diese Art von Datei nicht an",
        es: "{vendor} no admite este tipo de archivo",
        fr: "{vendor} n’accepte pas ce type de fichier",
        ru: "{vendor} не принимает файлы этого типа",
        uk: "{vendor} не приймає файли цього типу",
        ja: "{vendor}はこの種類のファイルを受け付けません",
    }
    "the file is too large for {vendor}" {
        de: "die Datei ist zu groß für {vendor}",
        es: "el archivo es demasiado grande para {vendor}",
        fr: "le fichier est trop volumineux pour {vendor}",
        ru: "файл слишком большой для {vendor}",
        uk: "файл завеликий для {vendor}",
        ja: "ファイルが大きすぎて{vendor}では送信できません",
    }
    // Contacts and carriers.
    "the contact is the sender itself" {
        de: "der Kontakt ist der Absender selbst",
        es: "el contacto es el propio remitente",
        fr: "le contact est l’expéditeur lui-même",
        ru: "контакт и есть сам отправитель",
        uk: "контакт і є сам відправник",
        ja: "連絡先が送信元自身です",
    }
    "the phone cannot be reached; it may be switched off" {
        de: "das Telefon ist nicht erreichbar; vielleicht ist es ausgeschaltet",
        es: "no se puede contactar con el teléfono; puede estar apagado",
        fr: "le téléphone est injoignable ; il est peut-être éteint",
        ru: "телефон недоступен; возможно, он выключен",
        uk: "телефон недоступний; можливо, він вимкнений",
        ja: "電話に接続できません。電源が切れている可能性があります",
    }
    "the phone could not be reached in time" {
        de: "das Telefon war nicht rechtzeitig erreichbar",
        es: "no se pudo contactar a tiempo con el teléfono",
        fr: "le téléphone n’a pas pu être joint à temps",
        ru: "с телефоном не удалось вовремя связаться",
        uk: "з телефоном не вдалося вчасно зв’язатися",
        ja: "時間内に電話に接続できませんでした",
    }
    "the carrier has filtered the message" {
        de: "der Netzbetreiber hat die Nachricht herausgefiltert",
        es: "el operador ha filtrado el mensaje",
        fr: "l’opérateur a filtré le message",
        ru: "оператор отфильтровал сообщение",
        uk: "оператор відфільтрував повідомлення",
        ja: "通信事業者がメッセージをフィルタリングしました",
    }
    "the contact cannot be reached by RCS" {
        de: "der Kontakt ist über RCS nicht erreichbar",
        es: "no se puede contactar con el contacto por RCS",
        fr: "le contact n’est pas joignable par RCS",
        ru: "контакт недоступен через RCS",
        uk: "контакт недоступний через RCS",
        ja: "連絡先にRCSで送信できません",
    }
    // Templates.
    "the values do not fit the template" {
        de: "die Werte passen nicht zur Vorlage",
        es: "los valores no encajan en la plantilla",
        fr: "les valeurs ne correspondent pas au modèle",
        ru: "значения не подходят к шаблону",
        uk: "значення не підходять до шаблону",
        ja: "値がテンプレートに合いません",
    }
    "the number of values does not fit the template" {
        de: "die Zahl der Werte passt nicht zur Vorlage",
        es: "el número de valores no encaja en la plantilla",
        fr: "le nombre de valeurs ne correspond pas au modèle",
        ru: "число значений не подходит к шаблону",
        uk: "кількість значень не підходить до шаблону",
        ja: "値の数がテンプレートに合いません",
    }
    "the template is paused" {
        de: "die Vorlage ist pausiert",
        es: "la plantilla está en pausa",
        fr: "le modèle est suspendu",
        ru: "шаблон приостановлен",
        uk: "шаблон призупинено",
        ja: "テンプレートは一時停止中です",
    }
    "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template name:language value | value" {
        de: "seit der letzten Nachricht des Kontakts sind mehr als 24 Stunden vergangen, und WhatsApp nimmt dann nur genehmigte Vorlagen an: schreiben Sie /template name:language value | value",
        es: "han pasado más de 24 horas desde el último mensaje del contacto, y WhatsApp solo admite entonces plantillas aprobadas: escriba /template name:language value | value",
        fr: "plus de 24 heures se sont écoulées depuis le dernier message du contact, et WhatsApp n’accepte alors que des modèles approuvés : écrivez /template name:language value | value",
        ru: "с последнего сообщения контакта прошло больше 24 часов, и WhatsApp теперь принимает только одобренные шаблоны: напишите /template name:language value | value",
        uk: "від останнього повідомлення контакту минуло понад 24 години, і WhatsApp тепер приймає лише схвалені шаблони: напишіть /template name:language value | value",
        ja: "連絡先の最後のメッセージから24時間以上が過ぎたため、WhatsAppは承認済みのテンプレートだけを受け付けます。/template name:language value | value と書いてください",
    }
    "this is not a telephone number that {vendor} can reach" {
        de: "{vendor} kann diese Telefonnummer nicht erreichen",
        es: "{vendor} no puede contactar con este número de teléfono",
        fr: "{vendor} ne peut pas joindre ce numéro de téléphone",
        ru: "на этот номер телефона {vendor} отправить не может",
        uk: "на цей номер телефону {vendor} надіслати не може",
        ja: "{vendor}はこの電話番号に送信できません",
    }
};

/// The phrases of Meta's channels.
#[rustfmt::skip]
pub(super) static META: &[Phrase] = phrases! {
    // Settings.
    "the app secret, from App settings, Basic" {
        de: "der App-Geheimcode, aus „App settings > Basic“",
        es: "la clave secreta de la aplicación, de «App settings > Basic»",
        fr: "la clé secrète de l’application, depuis « App settings > Basic »",
        ru: "секрет приложения из «App settings > Basic»",
        uk: "секрет застосунку з «App settings > Basic»",
        ja: "「App settings > Basic」にあるアプリシークレット",
    }
    "a word that Meta sends along when you enter the URL; without it the bridge makes one" {
        de: "ein Wort, das Meta mitschickt, wenn Sie die URL eingeben; ohne Angabe erzeugt die Bridge eines",
        es: "una palabra que Meta envía cuando usted introduce la URL; si falta, el puente genera una",
        fr: "un mot que Meta envoie quand vous saisissez l’URL ; sans lui, la passerelle en crée un",
        ru: "слово, которое Meta присылает, когда Вы вводите URL; если его нет, мост создаёт его сам",
        uk: "слово, яке Meta надсилає, коли Ви вводите URL; якщо його немає, міст створює його сам",
        ja: "URLを入力したときにMetaが送る単語。省略するとブリッジが作成します",
    }
    "the base of the Graph API, as a rule https://graph.facebook.com/v25.0" {
        de: "die Basisadresse der Graph-API, in der Regel https://graph.facebook.com/v25.0",
        es: "la dirección base de la Graph API, por lo general https://graph.facebook.com/v25.0",
        fr: "l’adresse de base de l’API Graph, en général https://graph.facebook.com/v25.0",
        ru: "базовый адрес Graph API, обычно https://graph.facebook.com/v25.0",
        uk: "базова адреса Graph API, зазвичай https://graph.facebook.com/v25.0",
        ja: "Graph APIのベースアドレス。通常は https://graph.facebook.com/v25.0",
    }
    // Steps.
    "this word" {
        de: "dieses Wort",
        es: "esta palabra",
        fr: "ce mot",
        ru: "это слово",
        uk: "це слово",
        ja: "この単語",
    }
    "{place}, and enter {url} as the callback URL." {
        de: "{place}, und geben Sie {url} als Callback-URL ein.",
        es: "{place} e introduzca {url} como URL de devolución de llamada.",
        fr: "{place}, puis saisissez {url} comme URL de rappel.",
        ru: "{place} и введите {url} как URL обратного вызова.",
        uk: "{place} і введіть {url} як URL зворотного виклику.",
        ja: "{place}。次に、{url}をコールバックURLとして入力してください。",
    }
    "Beside it, enter {token} as the verify token, then press Verify and save." {
        de: "Geben Sie daneben {token} als Verify-Token ein und drücken Sie „Verify and save“.",
        es: "Al lado, introduzca {token} como token de verificación y pulse «Verify and save».",
        fr: "À côté, saisissez {token} comme jeton de vérification, puis appuyez sur « Verify and save ».",
        ru: "Рядом введите {token} как токен проверки и нажмите «Verify and save».",
        uk: "Поруч введіть {token} як токен перевірки й натисніть «Verify and save».",
        ja: "その横に{token}を検証トークンとして入力し、「Verify and save」を押してください。",
    }
    "Beside it, enter the verify token that was given at install, then press Verify and save." {
        de: "Geben Sie daneben das Verify-Token ein, das bei der Installation angegeben wurde, und drücken Sie „Verify and save“.",
        es: "Al lado, introduzca el token de verificación indicado en la instalación y pulse «Verify and save».",
        fr: "À côté, saisissez le jeton de vérification donné lors de l’installation, puis appuyez sur « Verify and save ».",
        ru: "Рядом введите токен проверки, указанный при установке, и нажмите «Verify and save».",
        uk: "Поруч введіть токен перевірки, указаний під час встановлення, і натисніть «Verify and save».",
        ja: "その横にインストール時に指定した検証トークンを入力し、「Verify and save」を押してください。",
    }
    // Reasons.
    "the app lacks a permission at Meta" {
        de: "der App fehlt eine Berechtigung bei Meta",
        es: "a la aplicación le falta un permiso en Meta",
        fr: "il manque à l’application une autorisation chez Meta",
        ru: "приложению не хватает разрешения в Meta",
        uk: "застосунку бракує дозволу в Meta",
        ja: "アプリにMetaの権限が不足しています",
    }
    "the app is over its rate at Meta" {
        de: "die App hat ihr Aufruflimit bei Meta überschritten",
        es: "la aplicación ha superado su límite de llamadas en Meta",
        fr: "l’application a dépassé sa limite d’appels chez Meta",
        ru: "приложение превысило лимит вызовов в Meta",
        uk: "застосунок перевищив ліміт викликів у Meta",
        ja: "アプリがMetaの呼び出し上限を超えました",
    }
    "{vendor} does not allow this to the access token" {
        de: "{vendor} erlaubt dies dem Zugriffstoken nicht",
        es: "{vendor} no permite esto al token de acceso",
        fr: "{vendor} ne l’autorise pas au jeton d’accès",
        ru: "{vendor} не разрешает это токену доступа",
        uk: "{vendor} не дозволяє це токену доступу",
        ja: "{vendor}はこのアクセストークンにこの操作を許可していません",
    }
    "{vendor} does not accept it (error {code}/{subcode})" {
        de: "{vendor} akzeptiert es nicht (Fehler {code}/{subcode})",
        es: "{vendor} no lo acepta (error {code}/{subcode})",
        fr: "{vendor} ne l’accepte pas (erreur {code}/{subcode})",
        ru: "{vendor} не принимает это (ошибка {code}/{subcode})",
        uk: "{vendor} не приймає це (помилка {code}/{subcode})",
        ja: "{vendor}が受け付けません（エラー {code}/{subcode}）",
    }
    "Meta has restricted the account for breaking a policy" {
        de: "Meta hat das Konto wegen eines Verstoßes gegen eine Richtlinie eingeschränkt",
        es: "Meta ha restringido la cuenta por incumplir una política",
        fr: "Meta a restreint le compte pour non-respect d’une règle",
        ru: "Meta ограничила аккаунт за нарушение правил",
        uk: "Meta обмежила акаунт за порушення правил",
        ja: "ポリシー違反のため、Metaがアカウントを制限しました",
    }
};
