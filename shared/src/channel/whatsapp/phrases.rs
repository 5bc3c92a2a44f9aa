//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::{META, SHARED},
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "WhatsApp", tables: &[OWN, META, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "a permanent access token of a system user" {
        de: "ein dauerhaftes Zugriffstoken eines Systembenutzers",
        es: "un token de acceso permanente de un usuario del sistema",
        fr: "un jeton d’accès permanent d’un utilisateur système",
        ru: "постоянный токен доступа системного пользователя",
        uk: "постійний токен доступу системного користувача",
        ja: "システムユーザーの無期限アクセストークン",
    }
    "the phone number ID (not the number), from WhatsApp, API setup" {
        de: "die ID der Telefonnummer (nicht die Nummer), aus „WhatsApp > API setup“",
        es: "el id del número de teléfono (no el número), de «WhatsApp > API setup»",
        fr: "l’identifiant du numéro de téléphone (pas le numéro), depuis « WhatsApp > API setup »",
        ru: "id номера телефона (не сам номер) из «WhatsApp > API setup»",
        uk: "id номера телефону (не сам номер) з «WhatsApp > API setup»",
        ja: "「WhatsApp > API setup」にある電話番号ID（電話番号ではありません）",
    }
    "the phone number ID, which has digits only" {
        de: "die ID der Telefonnummer, die nur aus Ziffern besteht",
        es: "el id del número de teléfono, que solo tiene dígitos",
        fr: "l’identifiant du numéro de téléphone, composé uniquement de chiffres",
        ru: "id номера телефона, состоящий только из цифр",
        uk: "id номера телефону, що складається лише з цифр",
        ja: "数字だけからなる電話番号ID",
    }
    "the WhatsApp business account ID, with which agents are told what values a template takes" {
        de: "die ID des WhatsApp-Business-Kontos; mit ihr erfahren Agenten, welche Werte eine Vorlage erwartet",
        es: "el id de la cuenta de WhatsApp Business, con el que se indica a los agentes qué valores lleva una plantilla",
        fr: "l’identifiant du compte WhatsApp Business, qui permet d’indiquer aux agents les valeurs qu’un modèle attend",
        ru: "id аккаунта WhatsApp Business; с ним агенты узнают, какие значения нужны шаблону",
        uk: "id акаунта WhatsApp Business; з ним агенти дізнаються, яких значень потребує шаблон",
        ja: "WhatsAppビジネスアカウントのID。テンプレートに必要な値をエージェントに知らせるために使います",
    }
    "`yes` to show agents what contacts and Meta's AI agent write to each other while it speaks for the number, or `no`" {
        de: "`yes`, um Agenten zu zeigen, was Kontakte und der KI-Agent von Meta einander schreiben, während er für die Nummer spricht, sonst `no`",
        es: "`yes` para mostrar a los agentes lo que se escriben los contactos y el agente de IA de Meta mientras este habla por el número, o `no`",
        fr: "`yes` pour montrer aux agents ce que s’écrivent les contacts et l’agent IA de Meta pendant qu’il parle au nom du numéro, ou `no`",
        ru: "`yes`, чтобы показывать агентам переписку контактов с ИИ-агентом Meta, пока он отвечает от имени номера, или `no`",
        uk: "`yes`, щоб показувати агентам листування контактів зі ШІ-агентом Meta, доки він відповідає від імені номера, або `no`",
        ja: "MetaのAIエージェントが番号に代わって応対している間の連絡先とのやり取りをエージェントに表示するなら `yes`、しないなら `no`",
    }
    // Steps.
    "In the Meta app dashboard, open Use cases, Connect with customers through WhatsApp, Customize, Configuration (in older apps WhatsApp, Configuration)" {
        de: "Öffnen Sie im App-Dashboard von Meta „Use cases > Connect with customers through WhatsApp > Customize > Configuration“ (in älteren Apps „WhatsApp > Configuration“)",
        es: "En el panel de aplicaciones de Meta, abra «Use cases > Connect with customers through WhatsApp > Customize > Configuration» (en aplicaciones antiguas, «WhatsApp > Configuration»)",
        fr: "Dans le tableau de bord des applications de Meta, ouvrez « Use cases > Connect with customers through WhatsApp > Customize > Configuration » (dans les anciennes applications, « WhatsApp > Configuration »)",
        ru: "В панели приложений Meta откройте «Use cases > Connect with customers through WhatsApp > Customize > Configuration» (в старых приложениях «WhatsApp > Configuration»)",
        uk: "На панелі застосунків Meta відкрийте «Use cases > Connect with customers through WhatsApp > Customize > Configuration» (у старіших застосунках «WhatsApp > Configuration»)",
        ja: "Metaのアプリダッシュボードで「Use cases > Connect with customers through WhatsApp > Customize > Configuration」（古いアプリでは「WhatsApp > Configuration」）を開いてください",
    }
    "On the same page, under Webhook fields, subscribe “messages” (and “smb_message_echoes”, if the business also writes from the phone app; and “standby”, if the setting standby is yes)." {
        de: "Abonnieren Sie auf derselben Seite unter „Webhook fields“ das Feld „messages“ (dazu „smb_message_echoes“, wenn das Unternehmen auch aus der Telefon-App schreibt, und „standby“, wenn die Einstellung standby auf yes steht).",
        es: "En la misma página, en «Webhook fields», suscríbase a «messages» (y a «smb_message_echoes», si la empresa también escribe desde la aplicación del teléfono; y a «standby», si el ajuste standby es yes).",
        fr: "Sur la même page, sous « Webhook fields », abonnez-vous à « messages » (et à « smb_message_echoes », si l’entreprise écrit aussi depuis l’application du téléphone ; et à « standby », si le paramètre standby vaut yes).",
        ru: "На той же странице в разделе «Webhook fields» подпишитесь на «messages» (а также на «smb_message_echoes», если компания пишет и из приложения на телефоне, и на «standby», если настройка standby равна yes).",
        uk: "На тій самій сторінці в розділі «Webhook fields» підпишіться на «messages» (а також на «smb_message_echoes», якщо компанія пише й із застосунку на телефоні, і на «standby», якщо налаштування standby дорівнює yes).",
        ja: "同じページの「Webhook fields」で「messages」を購読してください（会社が電話のアプリからも書く場合は「smb_message_echoes」も、設定standbyがyesの場合は「standby」も）。",
    }
    // Reasons.
    "WhatsApp does not find this" {
        de: "WhatsApp findet dies nicht",
        es: "WhatsApp no encuentra esto",
        fr: "WhatsApp ne trouve pas cela",
        ru: "WhatsApp это не находит",
        uk: "WhatsApp цього не знаходить",
        ja: "WhatsAppで見つかりません",
    }
    "WhatsApp does not accept the access token; make a new one for the system user" {
        de: "WhatsApp akzeptiert das Zugriffstoken nicht; erstellen Sie ein neues für den Systembenutzer",
        es: "WhatsApp no acepta el token de acceso; cree uno nuevo para el usuario del sistema",
        fr: "WhatsApp n’accepte pas le jeton d’accès ; créez-en un nouveau pour l’utilisateur système",
        ru: "WhatsApp не принимает токен доступа; создайте новый для системного пользователя",
        uk: "WhatsApp не приймає токен доступу; створіть новий для системного користувача",
        ja: "WhatsAppがアクセストークンを受け付けません。システムユーザーの新しいトークンを作成してください",
    }
    "the app lacks the permission whatsapp_business_messaging" {
        de: "der App fehlt die Berechtigung whatsapp_business_messaging",
        es: "a la aplicación le falta el permiso whatsapp_business_messaging",
        fr: "il manque à l’application l’autorisation whatsapp_business_messaging",
        ru: "приложению не хватает разрешения whatsapp_business_messaging",
        uk: "застосунку бракує дозволу whatsapp_business_messaging",
        ja: "アプリに権限whatsapp_business_messagingがありません",
    }
    "the business's number does not exist any more at WhatsApp" {
        de: "die Nummer des Unternehmens gibt es bei WhatsApp nicht mehr",
        es: "el número de la empresa ya no existe en WhatsApp",
        fr: "le numéro de l’entreprise n’existe plus chez WhatsApp",
        ru: "номера компании в WhatsApp больше нет",
        uk: "номера компанії у WhatsApp більше немає",
        ja: "会社の番号はもうWhatsAppに存在しません",
    }
    "the access token of WhatsApp has expired; make a new one for the system user" {
        de: "das Zugriffstoken von WhatsApp ist abgelaufen; erstellen Sie ein neues für den Systembenutzer",
        es: "el token de acceso de WhatsApp ha caducado; cree uno nuevo para el usuario del sistema",
        fr: "le jeton d’accès de WhatsApp a expiré ; créez-en un nouveau pour l’utilisateur système",
        ru: "срок действия токена доступа WhatsApp истёк; создайте новый для системного пользователя",
        uk: "строк дії токена доступу WhatsApp минув; створіть новий для системного користувача",
        ja: "WhatsAppのアクセストークンの期限が切れました。システムユーザーの新しいトークンを作成してください",
    }
    "the WhatsApp account is over its rate" {
        de: "das WhatsApp-Konto hat sein Aufruflimit überschritten",
        es: "la cuenta de WhatsApp ha superado su límite de llamadas",
        fr: "le compte WhatsApp a dépassé sa limite d’appels",
        ru: "аккаунт WhatsApp превысил лимит вызовов",
        uk: "акаунт WhatsApp перевищив ліміт викликів",
        ja: "WhatsAppアカウントが呼び出し上限を超えました",
    }
    "the business has blocked this contact on WhatsApp" {
        de: "das Unternehmen hat diesen Kontakt bei WhatsApp blockiert",
        es: "la empresa ha bloqueado a este contacto en WhatsApp",
        fr: "l’entreprise a bloqué ce contact sur WhatsApp",
        ru: "компания заблокировала этот контакт в WhatsApp",
        uk: "компанія заблокувала цей контакт у WhatsApp",
        ja: "会社がWhatsAppでこの連絡先をブロックしています",
    }
    "the number is over its rate at WhatsApp" {
        de: "die Nummer hat ihr Aufruflimit bei WhatsApp überschritten",
        es: "el número ha superado su límite en WhatsApp",
        fr: "le numéro a dépassé sa limite chez WhatsApp",
        ru: "номер превысил лимит в WhatsApp",
        uk: "номер перевищив ліміт у WhatsApp",
        ja: "番号がWhatsAppの上限を超えました",
    }
    "WhatsApp does not deliver to this contact (an experiment of Meta's)" {
        de: "WhatsApp stellt diesem Kontakt nicht zu (ein Experiment von Meta)",
        es: "WhatsApp no entrega mensajes a este contacto (un experimento de Meta)",
        fr: "WhatsApp ne distribue pas à ce contact (une expérience de Meta)",
        ru: "WhatsApp не доставляет сообщения этому контакту (эксперимент Meta)",
        uk: "WhatsApp не доставляє повідомлення цьому контакту (експеримент Meta)",
        ja: "WhatsAppはこの連絡先に配信しません（Metaの実験）",
    }
    "the account may not write to this country" {
        de: "das Konto darf nicht in dieses Land schreiben",
        es: "la cuenta no puede escribir a este país",
        fr: "le compte ne peut pas écrire dans ce pays",
        ru: "аккаунту нельзя писать в эту страну",
        uk: "акаунту не можна писати в цю країну",
        ja: "アカウントはこの国に送信できません",
    }
    "the access token lacks a permission at WhatsApp" {
        de: "dem Zugriffstoken fehlt eine Berechtigung bei WhatsApp",
        es: "al token de acceso le falta un permiso en WhatsApp",
        fr: "il manque au jeton d’accès une autorisation chez WhatsApp",
        ru: "токену доступа не хватает разрешения в WhatsApp",
        uk: "токену доступу бракує дозволу у WhatsApp",
        ja: "アクセストークンにWhatsAppの権限が不足しています",
    }
    "WhatsApp finds the message incomplete" {
        de: "WhatsApp hält die Nachricht für unvollständig",
        es: "WhatsApp considera incompleto el mensaje",
        fr: "WhatsApp juge le message incomplet",
        ru: "WhatsApp считает сообщение неполным",
        uk: "WhatsApp вважає повідомлення неповним",
        ja: "WhatsAppはメッセージを不完全とみなしました",
    }
    "WhatsApp does not accept a value in this message" {
        de: "WhatsApp akzeptiert einen Wert in dieser Nachricht nicht",
        es: "WhatsApp no acepta un valor de este mensaje",
        fr: "WhatsApp n’accepte pas une valeur de ce message",
        ru: "WhatsApp не принимает одно из значений в этом сообщении",
        uk: "WhatsApp не приймає одне зі значень у цьому повідомленні",
        ja: "WhatsAppがこのメッセージの値を受け付けません",
    }
    "WhatsApp cannot deliver to this contact, who may not use WhatsApp" {
        de: "WhatsApp kann diesem Kontakt nicht zustellen; vielleicht nutzt er WhatsApp nicht",
        es: "WhatsApp no puede entregar mensajes a este contacto, que quizá no use WhatsApp",
        fr: "WhatsApp ne peut pas distribuer à ce contact, qui n’utilise peut-être pas WhatsApp",
        ru: "WhatsApp не может доставить сообщение этому контакту; возможно, он не пользуется WhatsApp",
        uk: "WhatsApp не може доставити повідомлення цьому контакту; можливо, він не користується WhatsApp",
        ja: "WhatsAppはこの連絡先に配信できません。連絡先がWhatsAppを使っていない可能性があります",
    }
    "the test number may not write to this contact" {
        de: "die Testnummer darf diesem Kontakt nicht schreiben",
        es: "el número de prueba no puede escribir a este contacto",
        fr: "le numéro de test ne peut pas écrire à ce contact",
        ru: "тестовому номеру нельзя писать этому контакту",
        uk: "тестовому номеру не можна писати цьому контакту",
        ja: "テスト番号からこの連絡先には送信できません",
    }
    "Meta has locked the account" {
        de: "Meta hat das Konto gesperrt",
        es: "Meta ha bloqueado la cuenta",
        fr: "Meta a verrouillé le compte",
        ru: "Meta заблокировала аккаунт",
        uk: "Meta заблокувала акаунт",
        ja: "Metaがアカウントをロックしました",
    }
    "the display name of the number is not approved" {
        de: "der Anzeigename der Nummer ist nicht genehmigt",
        es: "el nombre visible del número no está aprobado",
        fr: "le nom affiché du numéro n’est pas approuvé",
        ru: "отображаемое имя номера не одобрено",
        uk: "відображуване ім’я номера не схвалено",
        ja: "番号の表示名が承認されていません",
    }
    "the account's payment method does not work" {
        de: "die Zahlungsmethode des Kontos funktioniert nicht",
        es: "el método de pago de la cuenta no funciona",
        fr: "le moyen de paiement du compte ne fonctionne pas",
        ru: "способ оплаты аккаунта не работает",
        uk: "спосіб оплати акаунта не працює",
        ja: "アカウントの支払い方法が機能していません",
    }
    "there is a problem with the account's payment at Meta" {
        de: "bei Meta gibt es ein Problem mit der Zahlung des Kontos",
        es: "hay un problema con el pago de la cuenta en Meta",
        fr: "il y a un problème avec le paiement du compte chez Meta",
        ru: "есть проблема с оплатой аккаунта в Meta",
        uk: "є проблема з оплатою акаунта в Meta",
        ja: "Metaでのアカウントの支払いに問題があります",
    }
    "the number is not registered with WhatsApp" {
        de: "die Nummer ist nicht bei WhatsApp registriert",
        es: "el número no está registrado en WhatsApp",
        fr: "le numéro n’est pas enregistré chez WhatsApp",
        ru: "номер не зарегистрирован в WhatsApp",
        uk: "номер не зареєстровано у WhatsApp",
        ja: "番号がWhatsAppに登録されていません",
    }
    "Meta restricts the number, because too many of its messages were reported as spam" {
        de: "Meta schränkt die Nummer ein, weil zu viele ihrer Nachrichten als Spam gemeldet wurden",
        es: "Meta restringe el número porque demasiados de sus mensajes se denunciaron como spam",
        fr: "Meta restreint le numéro, car trop de ses messages ont été signalés comme spam",
        ru: "Meta ограничивает номер, потому что на слишком много его сообщений пожаловались как на спам",
        uk: "Meta обмежує номер, бо на забагато його повідомлень поскаржилися як на спам",
        ja: "スパムとして報告されたメッセージが多すぎるため、Metaが番号を制限しています",
    }
    "WhatsApp limits what this contact gets" {
        de: "WhatsApp begrenzt, was dieser Kontakt erhält",
        es: "WhatsApp limita lo que recibe este contacto",
        fr: "WhatsApp limite ce que ce contact reçoit",
        ru: "WhatsApp ограничивает то, что получает этот контакт",
        uk: "WhatsApp обмежує те, що отримує цей контакт",
        ja: "WhatsAppがこの連絡先への配信を制限しています",
    }
    "the contact does not accept marketing messages" {
        de: "der Kontakt nimmt keine Werbenachrichten an",
        es: "el contacto no acepta mensajes publicitarios",
        fr: "le contact n’accepte pas les messages publicitaires",
        ru: "контакт не принимает рекламные сообщения",
        uk: "контакт не приймає рекламних повідомлень",
        ja: "連絡先はマーケティングメッセージを受け取りません",
    }
    "WhatsApp does not take this kind of message" {
        de: "WhatsApp nimmt diese Art von Nachricht nicht an",
        es: "WhatsApp no admite este tipo de mensaje",
        fr: "WhatsApp n’accepte pas ce type de message",
        ru: "WhatsApp не принимает сообщения этого типа",
        uk: "WhatsApp не приймає повідомлення цього типу",
        ja: "WhatsAppはこの種類のメッセージを受け付けません",
    }
    "WhatsApp could not fetch the contact's file" {
        de: "WhatsApp konnte die Datei des Kontakts nicht abrufen",
        es: "WhatsApp no pudo obtener el archivo del contacto",
        fr: "WhatsApp n’a pas pu récupérer le fichier du contact",
        ru: "WhatsApp не удалось загрузить файл контакта",
        uk: "WhatsApp не вдалося завантажити файл контакту",
        ja: "WhatsAppが連絡先のファイルを取得できませんでした",
    }
    "too many messages to this contact in a short time" {
        de: "zu viele Nachrichten an diesen Kontakt in kurzer Zeit",
        es: "demasiados mensajes a este contacto en poco tiempo",
        fr: "trop de messages à ce contact en peu de temps",
        ru: "слишком много сообщений этому контакту за короткое время",
        uk: "забагато повідомлень цьому контакту за короткий час",
        ja: "短時間にこの連絡先へ送信したメッセージが多すぎます",
    }
    "the WhatsApp account is under maintenance" {
        de: "das WhatsApp-Konto wird gerade gewartet",
        es: "la cuenta de WhatsApp está en mantenimiento",
        fr: "le compte WhatsApp est en maintenance",
        ru: "аккаунт WhatsApp на обслуживании",
        uk: "акаунт WhatsApp на обслуговуванні",
        ja: "WhatsAppアカウントはメンテナンス中です",
    }
    "WhatsApp takes this message for a telephone number only, and the contact hides theirs" {
        de: "WhatsApp nimmt diese Nachricht nur für eine Telefonnummer an, und der Kontakt verbirgt seine",
        es: "WhatsApp solo admite este mensaje para un número de teléfono, y el contacto oculta el suyo",
        fr: "WhatsApp n’accepte ce message que pour un numéro de téléphone, et le contact masque le sien",
        ru: "WhatsApp принимает это сообщение только для номера телефона, а контакт свой номер скрывает",
        uk: "WhatsApp приймає це повідомлення лише для номера телефону, а контакт свій номер приховує",
        ja: "WhatsAppはこのメッセージを電話番号宛てにのみ受け付けますが、連絡先は番号を非公開にしています",
    }
    "marketing templates are switched off for the Cloud API; switch them on or use the Marketing Messages API" {
        de: "Werbevorlagen sind für die Cloud API ausgeschaltet; schalten Sie sie ein oder verwenden Sie die Marketing Messages API",
        es: "las plantillas publicitarias están desactivadas para la Cloud API; actívelas o use la Marketing Messages API",
        fr: "les modèles publicitaires sont désactivés pour la Cloud API ; activez-les ou utilisez la Marketing Messages API",
        ru: "рекламные шаблоны отключены для Cloud API; включите их или используйте Marketing Messages API",
        uk: "рекламні шаблони вимкнено для Cloud API; увімкніть їх або використовуйте Marketing Messages API",
        ja: "Cloud APIのマーケティングテンプレートが無効です。有効にするか、Marketing Messages APIを使ってください",
    }
    "Meta has cut the account's limit, because templates were in the wrong category" {
        de: "Meta hat das Limit des Kontos gesenkt, weil Vorlagen in der falschen Kategorie waren",
        es: "Meta ha reducido el límite de la cuenta porque había plantillas en una categoría incorrecta",
        fr: "Meta a réduit la limite du compte, car des modèles étaient dans la mauvaise catégorie",
        ru: "Meta снизила лимит аккаунта, потому что шаблоны были не в той категории",
        uk: "Meta знизила ліміт акаунта, бо шаблони були не в тій категорії",
        ja: "テンプレートのカテゴリが誤っていたため、Metaがアカウントの上限を引き下げました",
    }
    "WhatsApp does not know this template in this language" {
        de: "WhatsApp kennt diese Vorlage in dieser Sprache nicht",
        es: "WhatsApp no conoce esta plantilla en este idioma",
        fr: "WhatsApp ne connaît pas ce modèle dans cette langue",
        ru: "WhatsApp не знает этот шаблон на этом языке",
        uk: "WhatsApp не знає цього шаблону цією мовою",
        ja: "WhatsAppにこの言語のこのテンプレートはありません",
    }
    "the template is too long with these values" {
        de: "die Vorlage ist mit diesen Werten zu lang",
        es: "la plantilla es demasiado larga con estos valores",
        fr: "le modèle est trop long avec ces valeurs",
        ru: "шаблон с этими значениями слишком длинный",
        uk: "шаблон із цими значеннями задовгий",
        ja: "これらの値ではテンプレートが長すぎます",
    }
    "the template breaks a policy of WhatsApp's" {
        de: "die Vorlage verstößt gegen eine Richtlinie von WhatsApp",
        es: "la plantilla incumple una política de WhatsApp",
        fr: "le modèle enfreint une règle de WhatsApp",
        ru: "шаблон нарушает правила WhatsApp",
        uk: "шаблон порушує правила WhatsApp",
        ja: "テンプレートがWhatsAppのポリシーに違反しています",
    }
    "the template is not complete" {
        de: "die Vorlage ist nicht vollständig",
        es: "la plantilla no está completa",
        fr: "le modèle n’est pas complet",
        ru: "шаблон неполный",
        uk: "шаблон неповний",
        ja: "テンプレートが不完全です",
    }
    "a value has the wrong form for the template" {
        de: "ein Wert hat für die Vorlage die falsche Form",
        es: "un valor no tiene el formato que pide la plantilla",
        fr: "une valeur n’a pas la forme que le modèle attend",
        ru: "значение не той формы, что нужна шаблону",
        uk: "значення не тієї форми, якої потребує шаблон",
        ja: "値の形式がテンプレートに合いません",
    }
    "the template was disabled" {
        de: "die Vorlage wurde deaktiviert",
        es: "la plantilla se ha desactivado",
        fr: "le modèle a été désactivé",
        ru: "шаблон отключён",
        uk: "шаблон вимкнено",
        ja: "テンプレートは無効になっています",
    }
    "the flow is blocked" {
        de: "der Flow ist blockiert",
        es: "el flujo está bloqueado",
        fr: "le flow est bloqué",
        ru: "flow заблокирован",
        uk: "flow заблоковано",
        ja: "フローがブロックされています",
    }
    "the flow is over its rate at WhatsApp" {
        de: "der Flow hat sein Limit bei WhatsApp überschritten",
        es: "el flujo ha superado su límite en WhatsApp",
        fr: "le flow a dépassé sa limite chez WhatsApp",
        ru: "flow превысил лимит в WhatsApp",
        uk: "flow перевищив ліміт у WhatsApp",
        ja: "フローがWhatsAppの上限を超えました",
    }
    "the number is not registered for the Cloud API; register it again at Meta" {
        de: "die Nummer ist nicht für die Cloud API registriert; registrieren Sie sie bei Meta erneut",
        es: "el número no está registrado en la Cloud API; regístrelo de nuevo en Meta",
        fr: "le numéro n’est pas enregistré pour la Cloud API ; enregistrez-le de nouveau chez Meta",
        ru: "номер не зарегистрирован для Cloud API; зарегистрируйте его в Meta заново",
        uk: "номер не зареєстровано для Cloud API; зареєструйте його в Meta знову",
        ja: "番号がCloud APIに登録されていません。Metaで再登録してください",
    }
    "the number was registered too often" {
        de: "die Nummer wurde zu oft registriert",
        es: "el número se ha registrado demasiadas veces",
        fr: "le numéro a été enregistré trop souvent",
        ru: "номер регистрировали слишком часто",
        uk: "номер реєстрували надто часто",
        ja: "番号の登録回数が多すぎます",
    }
    "WhatsApp does not accept this message" {
        de: "WhatsApp akzeptiert diese Nachricht nicht",
        es: "WhatsApp no acepta este mensaje",
        fr: "WhatsApp n’accepte pas ce message",
        ru: "WhatsApp не принимает это сообщение",
        uk: "WhatsApp не приймає це повідомлення",
        ja: "WhatsAppがこのメッセージを受け付けません",
    }
    "the contact's identity key has changed" {
        de: "der Identitätsschlüssel des Kontakts hat sich geändert",
        es: "la clave de identidad del contacto ha cambiado",
        fr: "la clé d’identité du contact a changé",
        ru: "ключ идентификации контакта изменился",
        uk: "ключ ідентифікації контакту змінився",
        ja: "連絡先の識別キーが変わりました",
    }
};
