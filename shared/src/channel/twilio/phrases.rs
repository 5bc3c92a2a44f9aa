//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Twilio", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the Account SID from the console, which starts with AC" {
        de: "die „Account SID“ aus der Konsole, die mit AC beginnt",
        es: "el «Account SID» de la consola, que empieza por AC",
        fr: "l’« Account SID » de la console, qui commence par AC",
        ru: "«Account SID» из консоли, начинается с AC",
        uk: "«Account SID» з консолі, починається з AC",
        ja: "コンソールにある「Account SID」（ACで始まります）",
    }
    "the primary auth token from the console; it also signs the webhooks" {
        de: "das primäre Auth-Token aus der Konsole; es signiert auch die Webhooks",
        es: "el token de autenticación principal de la consola; también firma los webhooks",
        fr: "le jeton d’authentification principal de la console ; il signe aussi les webhooks",
        ru: "основной токен аутентификации из консоли; им же подписываются вебхуки",
        uk: "основний токен автентифікації з консолі; ним також підписуються вебхуки",
        ja: "コンソールにあるプライマリの認証トークン。Webhookの署名にも使われます",
    }
    "an API key's SID, which starts with SK, to send with" {
        de: "die SID eines API-Schlüssels zum Senden, die mit SK beginnt",
        es: "el SID de una clave de API para enviar, que empieza por SK",
        fr: "le SID d’une clé d’API pour envoyer, qui commence par SK",
        ru: "SID ключа API для отправки, начинается с SK",
        uk: "SID ключа API для надсилання, починається з SK",
        ja: "送信に使うAPIキーのSID（SKで始まります）",
    }
    "that API key's secret" {
        de: "das Geheimnis dieses API-Schlüssels",
        es: "el secreto de esa clave de API",
        fr: "le secret de cette clé d’API",
        ru: "секрет этого ключа API",
        uk: "секрет цього ключа API",
        ja: "そのAPIキーのシークレット",
    }
    "the webhook shared key's secret, where you use one" {
        de: "das Geheimnis des gemeinsamen Webhook-Schlüssels, falls Sie einen benutzen",
        es: "el secreto de la clave compartida del webhook, si usa una",
        fr: "le secret de la clé partagée du webhook, si vous en utilisez une",
        ru: "секрет общего ключа вебхука, если Вы его используете",
        uk: "секрет спільного ключа вебхука, якщо Ви його використовуєте",
        ja: "Webhook共有キーのシークレット（使っている場合）",
    }
    "the number that messages come from, such as +12025550199 or whatsapp:+12025550199" {
        de: "die Nummer, von der die Nachrichten kommen, zum Beispiel +12025550199 oder whatsapp:+12025550199",
        es: "el número del que salen los mensajes, por ejemplo +12025550199 o whatsapp:+12025550199",
        fr: "le numéro d’où partent les messages, par exemple +12025550199 ou whatsapp:+12025550199",
        ru: "номер, с которого идут сообщения, например +12025550199 или whatsapp:+12025550199",
        uk: "номер, з якого надходять повідомлення, наприклад +12025550199 або whatsapp:+12025550199",
        ja: "メッセージの送信元の番号（例：+12025550199、whatsapp:+12025550199）",
    }
    "the messaging service's SID, which starts with MG" {
        de: "die SID des Messaging-Dienstes, die mit MG beginnt",
        es: "el SID del servicio de mensajería, que empieza por MG",
        fr: "le SID du service de messagerie, qui commence par MG",
        ru: "SID службы сообщений, начинается с MG",
        uk: "SID служби повідомлень, починається з MG",
        ja: "メッセージングサービスのSID（MGで始まります）",
    }
    "the base of Twilio's API, as a rule https://api.twilio.com" {
        de: "die Basisadresse der Twilio-API, in der Regel https://api.twilio.com",
        es: "la dirección base de la API de Twilio, por lo general https://api.twilio.com",
        fr: "l’adresse de base de l’API de Twilio, en général https://api.twilio.com",
        ru: "базовый адрес API Twilio, обычно https://api.twilio.com",
        uk: "базова адреса API Twilio, зазвичай https://api.twilio.com",
        ja: "TwilioのAPIのベースアドレス。通常は https://api.twilio.com",
    }
    "the number that messages come from, unless `messaging_service_sid` is given" {
        de: "die Nummer, von der die Nachrichten kommen, wenn `messaging_service_sid` nicht angegeben ist",
        es: "el número del que salen los mensajes, si no se indica `messaging_service_sid`",
        fr: "le numéro d’où partent les messages, si `messaging_service_sid` n’est pas donné",
        ru: "номер, с которого идут сообщения, если не указан `messaging_service_sid`",
        uk: "номер, з якого надходять повідомлення, якщо не вказано `messaging_service_sid`",
        ja: "メッセージの送信元の番号（`messaging_service_sid` を指定しない場合）",
    }
    "given together with `api_key_sid`" {
        de: "zusammen mit `api_key_sid` angegeben",
        es: "indicado junto con `api_key_sid`",
        fr: "donné en même temps que `api_key_sid`",
        ru: "указано вместе с `api_key_sid`",
        uk: "указано разом із `api_key_sid`",
        ja: "`api_key_sid` と一緒に指定した値",
    }
    // Steps.
    "For SMS and MMS: in the Twilio console, open Phone Numbers, Manage, Active numbers, your number, Messaging Configuration, set “A message comes in” to Webhook, HTTP POST, {url} with everything behind the # (which makes Twilio try again; without it one failed call loses a message), and save. With a messaging service, set it in the service under Integration." {
        de: "Für SMS und MMS: Öffnen Sie in der Twilio-Konsole „Phone Numbers > Manage > Active numbers“, Ihre Nummer, „Messaging Configuration“, setzen Sie „A message comes in“ auf „Webhook“, „HTTP POST“ und {url} mit allem, was hinter dem # steht (damit versucht Twilio es erneut; ohne dies geht bei einem fehlgeschlagenen Aufruf eine Nachricht verloren), und speichern Sie. Bei einem Messaging-Dienst stellen Sie es im Dienst unter „Integration“ ein.",
        es: "Para SMS y MMS: en la consola de Twilio, abra «Phone Numbers > Manage > Active numbers», su número, «Messaging Configuration», ponga «A message comes in» en «Webhook», «HTTP POST» y {url} con todo lo que sigue al # (hace que Twilio lo intente de nuevo; sin ello, una llamada fallida pierde un mensaje) y guarde. Con un servicio de mensajería, indíquelo en el servicio, en «Integration».",
        fr: "Pour les SMS et MMS : dans la console Twilio, ouvrez « Phone Numbers > Manage > Active numbers », votre numéro, « Messaging Configuration », réglez « A message comes in » sur « Webhook », « HTTP POST » et {url} avec tout ce qui suit le # (grâce à quoi Twilio réessaie ; sans cela, un appel manqué perd un message), puis enregistrez. Avec un service de messagerie, faites-le dans le service sous « Integration ».",
        ru: "Для SMS и MMS: в консоли Twilio откройте «Phone Numbers > Manage > Active numbers», свой номер, «Messaging Configuration», укажите для «A message comes in» значения «Webhook», «HTTP POST» и {url} вместе со всем, что стоит после # (тогда Twilio повторяет попытки; без этого при неудачном вызове сообщение теряется), и сохраните. Для службы сообщений задайте это в самой службе в разделе «Integration».",
        uk: "Для SMS і MMS: у консолі Twilio відкрийте «Phone Numbers > Manage > Active numbers», свій номер, «Messaging Configuration», укажіть для «A message comes in» значення «Webhook», «HTTP POST» і {url} разом з усім, що стоїть після # (тоді Twilio повторює спроби; без цього в разі невдалого виклику повідомлення втрачається), і збережіть. Для служби повідомлень задайте це в самій службі в розділі «Integration».",
        ja: "SMSとMMSの場合：Twilioコンソールで「Phone Numbers > Manage > Active numbers」、番号、「Messaging Configuration」の順に開き、「A message comes in」を「Webhook」、「HTTP POST」、{url}に設定して保存してください。#より後ろも含めてください（Twilioが再試行します。これがないと、1回の失敗でメッセージが失われます）。メッセージングサービスを使う場合は、サービスの「Integration」で設定してください。",
    }
    "For WhatsApp: open Messaging, Senders, WhatsApp senders, your sender, set “Webhook URL for incoming messages” to {url} with everything behind the #, HTTP POST, and save." {
        de: "Für WhatsApp: Öffnen Sie „Messaging > Senders > WhatsApp senders“, Ihren Absender, setzen Sie „Webhook URL for incoming messages“ auf {url} mit allem, was hinter dem # steht, wählen Sie „HTTP POST“ und speichern Sie.",
        es: "Para WhatsApp: abra «Messaging > Senders > WhatsApp senders», su remitente, ponga en «Webhook URL for incoming messages» {url} con todo lo que sigue al #, «HTTP POST», y guarde.",
        fr: "Pour WhatsApp : ouvrez « Messaging > Senders > WhatsApp senders », votre expéditeur, saisissez dans « Webhook URL for incoming messages » {url} avec tout ce qui suit le #, « HTTP POST », puis enregistrez.",
        ru: "Для WhatsApp: откройте «Messaging > Senders > WhatsApp senders», своего отправителя, укажите в «Webhook URL for incoming messages» {url} вместе со всем, что стоит после #, «HTTP POST», и сохраните.",
        uk: "Для WhatsApp: відкрийте «Messaging > Senders > WhatsApp senders», свого відправника, укажіть у «Webhook URL for incoming messages» {url} разом з усім, що стоїть після #, «HTTP POST», і збережіть.",
        ja: "WhatsAppの場合：「Messaging > Senders > WhatsApp senders」で送信元を開き、「Webhook URL for incoming messages」を{url}（#より後ろも含む）、「HTTP POST」に設定して保存してください。",
    }
    // Reasons: the account and the sender.
    "Twilio does not accept the credentials; copy the Account SID and the auth token from the console again" {
        de: "Twilio akzeptiert die Zugangsdaten nicht; kopieren Sie „Account SID“ und Auth-Token noch einmal aus der Konsole",
        es: "Twilio no acepta las credenciales; copie de nuevo de la consola el «Account SID» y el token de autenticación",
        fr: "Twilio n’accepte pas les identifiants ; copiez de nouveau l’« Account SID » et le jeton d’authentification depuis la console",
        ru: "Twilio не принимает учётные данные; скопируйте «Account SID» и токен аутентификации из консоли ещё раз",
        uk: "Twilio не приймає облікові дані; скопіюйте «Account SID» і токен автентифікації з консолі ще раз",
        ja: "Twilioが認証情報を受け付けません。コンソールから「Account SID」と認証トークンをもう一度コピーしてください",
    }
    "Twilio does not find this account or sender" {
        de: "Twilio findet dieses Konto oder diesen Absender nicht",
        es: "Twilio no encuentra esta cuenta o este remitente",
        fr: "Twilio ne trouve pas ce compte ou cet expéditeur",
        ru: "Twilio не находит этот аккаунт или отправителя",
        uk: "Twilio не знаходить цей акаунт або відправника",
        ja: "Twilioでこのアカウントまたは送信元が見つかりません",
    }
    "Twilio does not accept the sender; check `from`" {
        de: "Twilio akzeptiert den Absender nicht; prüfen Sie `from`",
        es: "Twilio no acepta el remitente; compruebe `from`",
        fr: "Twilio n’accepte pas l’expéditeur ; vérifiez `from`",
        ru: "Twilio не принимает отправителя; проверьте `from`",
        uk: "Twilio не приймає відправника; перевірте `from`",
        ja: "Twilioが送信元を受け付けません。`from` を確認してください",
    }
    "this telephone number cannot be reached" {
        de: "diese Telefonnummer ist nicht erreichbar",
        es: "no se puede contactar con este número de teléfono",
        fr: "ce numéro de téléphone est injoignable",
        ru: "этот номер телефона недоступен",
        uk: "цей номер телефону недоступний",
        ja: "この電話番号に送信できません",
    }
    "sending to this country is switched off in the Twilio console (Messaging Geographic Permissions)" {
        de: "das Senden in dieses Land ist in der Twilio-Konsole ausgeschaltet („Messaging Geographic Permissions“)",
        es: "el envío a este país está desactivado en la consola de Twilio («Messaging Geographic Permissions»)",
        fr: "l’envoi vers ce pays est désactivé dans la console Twilio (« Messaging Geographic Permissions »)",
        ru: "отправка в эту страну отключена в консоли Twilio («Messaging Geographic Permissions»)",
        uk: "надсилання в цю країну вимкнено в консолі Twilio («Messaging Geographic Permissions»)",
        ja: "この国への送信はTwilioコンソールで無効になっています（「Messaging Geographic Permissions」）",
    }
    "this Twilio number cannot send text messages" {
        de: "diese Twilio-Nummer kann keine Textnachrichten senden",
        es: "este número de Twilio no puede enviar mensajes de texto",
        fr: "ce numéro Twilio ne peut pas envoyer de messages texte",
        ru: "этот номер Twilio не может отправлять текстовые сообщения",
        uk: "цей номер Twilio не може надсилати текстові повідомлення",
        ja: "このTwilioの番号はテキストメッセージを送信できません",
    }
    "the sender is missing" {
        de: "der Absender fehlt",
        es: "falta el remitente",
        fr: "l’expéditeur manque",
        ru: "отсутствует отправитель",
        uk: "бракує відправника",
        ja: "送信元がありません",
    }
    "the receiver is missing" {
        de: "der Empfänger fehlt",
        es: "falta el destinatario",
        fr: "le destinataire manque",
        ru: "отсутствует получатель",
        uk: "бракує одержувача",
        ja: "送信先がありません",
    }
    "this Twilio number does not belong to the account or cannot send text messages" {
        de: "diese Twilio-Nummer gehört nicht zum Konto oder kann keine Textnachrichten senden",
        es: "este número de Twilio no pertenece a la cuenta o no puede enviar mensajes de texto",
        fr: "ce numéro Twilio n’appartient pas au compte ou ne peut pas envoyer de messages texte",
        ru: "этот номер Twilio не принадлежит аккаунту или не может отправлять текстовые сообщения",
        uk: "цей номер Twilio не належить акаунту або не може надсилати текстові повідомлення",
        ja: "このTwilioの番号はアカウントのものではないか、テキストメッセージを送信できません",
    }
    "a trial account of Twilio cannot use this sender" {
        de: "ein Testkonto von Twilio kann diesen Absender nicht benutzen",
        es: "una cuenta de prueba de Twilio no puede usar este remitente",
        fr: "un compte d’essai Twilio ne peut pas utiliser cet expéditeur",
        ru: "пробный аккаунт Twilio не может использовать этого отправителя",
        uk: "пробний акаунт Twilio не може використовувати цього відправника",
        ja: "Twilioの試用アカウントではこの送信元を使えません",
    }
    "a trial account of Twilio writes to verified numbers only" {
        de: "ein Testkonto von Twilio schreibt nur an bestätigte Nummern",
        es: "una cuenta de prueba de Twilio solo escribe a números verificados",
        fr: "un compte d’essai Twilio n’écrit qu’aux numéros vérifiés",
        ru: "пробный аккаунт Twilio пишет только на подтверждённые номера",
        uk: "пробний акаунт Twilio пише лише на підтверджені номери",
        ja: "Twilioの試用アカウントは確認済みの番号にだけ送信できます",
    }
    "the contact has opted out with STOP and has to write START first" {
        de: "der Kontakt hat sich mit STOP abgemeldet und muss zuerst START schreiben",
        es: "el contacto se ha dado de baja con STOP y antes debe escribir START",
        fr: "le contact s’est désinscrit avec STOP et doit d’abord écrire START",
        ru: "контакт отписался словом STOP и сначала должен написать START",
        uk: "контакт відписався словом STOP і спершу має написати START",
        ja: "連絡先がSTOPで配信を停止しています。先にSTARTと送ってもらう必要があります",
    }
    "too many messages of this sender wait at Twilio" {
        de: "bei Twilio warten zu viele Nachrichten dieses Absenders",
        es: "en Twilio esperan demasiados mensajes de este remitente",
        fr: "trop de messages de cet expéditeur attendent chez Twilio",
        ru: "в очереди Twilio слишком много сообщений этого отправителя",
        uk: "у черзі Twilio забагато повідомлень цього відправника",
        ja: "Twilioで待機しているこの送信元のメッセージが多すぎます",
    }
    "Twilio cannot deliver from this sender to this number" {
        de: "Twilio kann von diesem Absender nicht an diese Nummer zustellen",
        es: "Twilio no puede entregar de este remitente a este número",
        fr: "Twilio ne peut pas distribuer de cet expéditeur à ce numéro",
        ru: "Twilio не может доставить сообщение от этого отправителя на этот номер",
        uk: "Twilio не може доставити повідомлення від цього відправника на цей номер",
        ja: "Twilioはこの送信元からこの番号に配信できません",
    }
    "this is not a mobile telephone number" {
        de: "dies ist keine Mobilfunknummer",
        es: "este no es un número de móvil",
        fr: "ce n’est pas un numéro de mobile",
        ru: "это не номер мобильного телефона",
        uk: "це не номер мобільного телефону",
        ja: "これは携帯電話番号ではありません",
    }
    "the sender in `from` fits several numbers of the account" {
        de: "der Absender in `from` passt zu mehreren Nummern des Kontos",
        es: "el remitente de `from` encaja con varios números de la cuenta",
        fr: "l’expéditeur dans `from` correspond à plusieurs numéros du compte",
        ru: "отправителю в `from` соответствует несколько номеров аккаунта",
        uk: "відправнику в `from` відповідає кілька номерів акаунта",
        ja: "`from` の送信元がアカウントの複数の番号に当てはまります",
    }
    "the text is longer than 1,600 characters" {
        de: "der Text ist länger als 1.600 Zeichen",
        es: "el texto supera los 1600 caracteres",
        fr: "le texte dépasse 1 600 caractères",
        ru: "текст длиннее 1600 символов",
        uk: "текст довший за 1600 символів",
        ja: "文が1,600文字を超えています",
    }
    "this Twilio number cannot send files" {
        de: "diese Twilio-Nummer kann keine Dateien senden",
        es: "este número de Twilio no puede enviar archivos",
        fr: "ce numéro Twilio ne peut pas envoyer de fichiers",
        ru: "этот номер Twilio не может отправлять файлы",
        uk: "цей номер Twilio не може надсилати файли",
        ja: "このTwilioの番号はファイルを送信できません",
    }
    "the message has more files than Twilio accepts" {
        de: "die Nachricht hat mehr Dateien, als Twilio annimmt",
        es: "el mensaje tiene más archivos de los que admite Twilio",
        fr: "le message a plus de fichiers que Twilio n’en accepte",
        ru: "в сообщении больше файлов, чем принимает Twilio",
        uk: "у повідомленні більше файлів, ніж приймає Twilio",
        ja: "メッセージのファイル数がTwilioの上限を超えています",
    }
    "Twilio wants a template (ContentSid) from this sender" {
        de: "Twilio verlangt von diesem Absender eine Vorlage (ContentSid)",
        es: "Twilio exige una plantilla (ContentSid) de este remitente",
        fr: "Twilio exige un modèle (ContentSid) de cet expéditeur",
        ru: "Twilio требует от этого отправителя шаблон (ContentSid)",
        uk: "Twilio вимагає від цього відправника шаблон (ContentSid)",
        ja: "Twilioはこの送信元にテンプレート（ContentSid）を求めています",
    }
    "Twilio does not know this template" {
        de: "Twilio kennt diese Vorlage nicht",
        es: "Twilio no conoce esta plantilla",
        fr: "Twilio ne connaît pas ce modèle",
        ru: "Twilio не знает этот шаблон",
        uk: "Twilio не знає цього шаблону",
        ja: "Twilioにこのテンプレートはありません",
    }
    "the sender in `from` is not a number of this account or country" {
        de: "der Absender in `from` ist keine Nummer dieses Kontos oder Landes",
        es: "el remitente de `from` no es un número de esta cuenta o país",
        fr: "l’expéditeur dans `from` n’est pas un numéro de ce compte ou de ce pays",
        ru: "отправитель в `from` — не номер этого аккаунта или страны",
        uk: "відправник у `from` — не номер цього акаунта чи країни",
        ja: "`from` の送信元はこのアカウントまたは国の番号ではありません",
    }
    "the sender in `from` belongs to another Twilio account" {
        de: "der Absender in `from` gehört zu einem anderen Twilio-Konto",
        es: "el remitente de `from` pertenece a otra cuenta de Twilio",
        fr: "l’expéditeur dans `from` appartient à un autre compte Twilio",
        ru: "отправитель в `from` принадлежит другому аккаунту Twilio",
        uk: "відправник у `from` належить іншому акаунту Twilio",
        ja: "`from` の送信元は別のTwilioアカウントのものです",
    }
    "the messaging service does not exist" {
        de: "den Messaging-Dienst gibt es nicht",
        es: "el servicio de mensajería no existe",
        fr: "le service de messagerie n’existe pas",
        ru: "службы сообщений не существует",
        uk: "служби повідомлень не існує",
        ja: "メッセージングサービスが存在しません",
    }
    "the messaging service cannot be used" {
        de: "der Messaging-Dienst ist nicht verwendbar",
        es: "el servicio de mensajería no se puede usar",
        fr: "le service de messagerie est inutilisable",
        ru: "службу сообщений нельзя использовать",
        uk: "службу повідомлень не можна використовувати",
        ja: "メッセージングサービスを使用できません",
    }
    "the messaging service has no sender" {
        de: "der Messaging-Dienst hat keinen Absender",
        es: "el servicio de mensajería no tiene remitente",
        fr: "le service de messagerie n’a pas d’expéditeur",
        ru: "у службы сообщений нет отправителя",
        uk: "служба повідомлень не має відправника",
        ja: "メッセージングサービスに送信元がありません",
    }
    "the messaging service has no sender for this number" {
        de: "der Messaging-Dienst hat keinen Absender für diese Nummer",
        es: "el servicio de mensajería no tiene remitente para este número",
        fr: "le service de messagerie n’a pas d’expéditeur pour ce numéro",
        ru: "у службы сообщений нет отправителя для этого номера",
        uk: "служба повідомлень не має відправника для цього номера",
        ja: "メッセージングサービスにこの番号用の送信元がありません",
    }
    "Twilio does not take the alphanumeric sender" {
        de: "Twilio nimmt den alphanumerischen Absender nicht an",
        es: "Twilio no admite el remitente alfanumérico",
        fr: "Twilio n’accepte pas l’expéditeur alphanumérique",
        ru: "Twilio не принимает буквенно-цифрового отправителя",
        uk: "Twilio не приймає буквено-цифрового відправника",
        ja: "Twilioが英数字の送信元を受け付けません",
    }
    "the Twilio account is suspended" {
        de: "das Twilio-Konto ist gesperrt",
        es: "la cuenta de Twilio está suspendida",
        fr: "le compte Twilio est suspendu",
        ru: "аккаунт Twilio приостановлен",
        uk: "акаунт Twilio призупинено",
        ja: "Twilioアカウントは停止されています",
    }
    // Reasons: carriers.
    "too many messages wait at Twilio" {
        de: "bei Twilio warten zu viele Nachrichten",
        es: "en Twilio esperan demasiados mensajes",
        fr: "trop de messages attendent chez Twilio",
        ru: "в очереди Twilio слишком много сообщений",
        uk: "у черзі Twilio забагато повідомлень",
        ja: "Twilioで待機しているメッセージが多すぎます",
    }
    "the carrier blocks the message" {
        de: "der Netzbetreiber blockiert die Nachricht",
        es: "el operador bloquea el mensaje",
        fr: "l’opérateur bloque le message",
        ru: "оператор блокирует сообщение",
        uk: "оператор блокує повідомлення",
        ja: "通信事業者がメッセージをブロックしています",
    }
    "the telephone number does not exist" {
        de: "die Telefonnummer gibt es nicht",
        es: "el número de teléfono no existe",
        fr: "le numéro de téléphone n’existe pas",
        ru: "такого номера телефона не существует",
        uk: "такого номера телефону не існує",
        ja: "電話番号が存在しません",
    }
    "this is a landline, or a carrier that cannot be reached" {
        de: "dies ist ein Festnetzanschluss oder ein nicht erreichbarer Netzbetreiber",
        es: "es un teléfono fijo o un operador con el que no se puede contactar",
        fr: "c’est une ligne fixe, ou un opérateur injoignable",
        ru: "это стационарный телефон или недоступный оператор",
        uk: "це стаціонарний телефон або недоступний оператор",
        ja: "固定電話か、接続できない通信事業者の番号です",
    }
    "the carrier gave no reason" {
        de: "der Netzbetreiber nannte keinen Grund",
        es: "el operador no dio ningún motivo",
        fr: "l’opérateur n’a donné aucune raison",
        ru: "оператор не назвал причину",
        uk: "оператор не назвав причини",
        ja: "通信事業者から理由が示されませんでした",
    }
    "the carrier's network is busy" {
        de: "das Netz des Netzbetreibers ist überlastet",
        es: "la red del operador está saturada",
        fr: "le réseau de l’opérateur est saturé",
        ru: "сеть оператора перегружена",
        uk: "мережа оператора перевантажена",
        ja: "通信事業者のネットワークが混み合っています",
    }
    "the sender is over its rate" {
        de: "der Absender hat sein Limit überschritten",
        es: "el remitente ha superado su límite",
        fr: "l’expéditeur a dépassé sa limite",
        ru: "отправитель превысил лимит",
        uk: "відправник перевищив ліміт",
        ja: "送信元が上限を超えました",
    }
    "the campaign has used up its messages for the day" {
        de: "die Kampagne hat ihre Nachrichten für diesen Tag aufgebraucht",
        es: "la campaña ha agotado sus mensajes del día",
        fr: "la campagne a épuisé ses messages du jour",
        ru: "кампания исчерпала сообщения на этот день",
        uk: "кампанія вичерпала повідомлення на цей день",
        ja: "キャンペーンの1日分のメッセージを使い切りました",
    }
    "the sender is not set up at the carrier of this number" {
        de: "der Absender ist beim Netzbetreiber dieser Nummer nicht eingerichtet",
        es: "el remitente no está configurado en el operador de este número",
        fr: "l’expéditeur n’est pas configuré chez l’opérateur de ce numéro",
        ru: "отправитель не настроен у оператора этого номера",
        uk: "відправника не налаштовано в оператора цього номера",
        ja: "この番号の通信事業者で送信元が設定されていません",
    }
    "the toll-free number is not verified; verify it in the Twilio console" {
        de: "die gebührenfreie Nummer ist nicht verifiziert; verifizieren Sie sie in der Twilio-Konsole",
        es: "el número gratuito no está verificado; verifíquelo en la consola de Twilio",
        fr: "le numéro gratuit n’est pas vérifié ; vérifiez-le dans la console Twilio",
        ru: "бесплатный номер не подтверждён; подтвердите его в консоли Twilio",
        uk: "безкоштовний номер не підтверджено; підтвердьте його в консолі Twilio",
        ja: "フリーダイヤル番号が確認されていません。Twilioコンソールで確認してください",
    }
    "the US number has no A2P 10DLC registration; register it in the Twilio console" {
        de: "die US-Nummer hat keine A2P-10DLC-Registrierung; registrieren Sie sie in der Twilio-Konsole",
        es: "el número de EE. UU. no tiene registro A2P 10DLC; regístrelo en la consola de Twilio",
        fr: "le numéro américain n’a pas d’enregistrement A2P 10DLC ; enregistrez-le dans la console Twilio",
        ru: "у номера США нет регистрации A2P 10DLC; зарегистрируйте его в консоли Twilio",
        uk: "номер США не має реєстрації A2P 10DLC; зареєструйте його в консолі Twilio",
        ja: "米国の番号がA2P 10DLCに登録されていません。Twilioコンソールで登録してください",
    }
    "the carrier did not answer in time" {
        de: "der Netzbetreiber hat nicht rechtzeitig geantwortet",
        es: "el operador no respondió a tiempo",
        fr: "l’opérateur n’a pas répondu à temps",
        ru: "оператор не ответил вовремя",
        uk: "оператор не відповів вчасно",
        ja: "通信事業者が時間内に応答しませんでした",
    }
    // Reasons: other channels.
    "the channel does not accept Twilio's credentials; set up the sender again" {
        de: "der Kanal akzeptiert die Zugangsdaten von Twilio nicht; richten Sie den Absender neu ein",
        es: "el canal no acepta las credenciales de Twilio; configure de nuevo el remitente",
        fr: "le canal n’accepte pas les identifiants de Twilio ; configurez de nouveau l’expéditeur",
        ru: "канал не принимает учётные данные Twilio; настройте отправителя заново",
        uk: "канал не приймає облікові дані Twilio; налаштуйте відправника знову",
        ja: "チャネルがTwilioの認証情報を受け付けません。送信元を設定し直してください",
    }
    "Twilio does not find the channel's sender; check `from`" {
        de: "Twilio findet den Absender des Kanals nicht; prüfen Sie `from`",
        es: "Twilio no encuentra el remitente del canal; compruebe `from`",
        fr: "Twilio ne trouve pas l’expéditeur du canal ; vérifiez `from`",
        ru: "Twilio не находит отправителя канала; проверьте `from`",
        uk: "Twilio не знаходить відправника каналу; перевірте `from`",
        ja: "Twilioでチャネルの送信元が見つかりません。`from` を確認してください",
    }
    "the contact cannot be found on this channel" {
        de: "der Kontakt ist auf diesem Kanal nicht zu finden",
        es: "no se encuentra al contacto en este canal",
        fr: "le contact est introuvable sur ce canal",
        ru: "контакт на этом канале не найден",
        uk: "контакт на цьому каналі не знайдено",
        ja: "このチャネルで連絡先が見つかりません",
    }
    "the channel does not accept this content" {
        de: "der Kanal akzeptiert diesen Inhalt nicht",
        es: "el canal no acepta este contenido",
        fr: "le canal n’accepte pas ce contenu",
        ru: "канал не принимает это содержимое",
        uk: "канал не приймає цей вміст",
        ja: "チャネルがこの内容を受け付けません",
    }
    "Twilio does not find the WhatsApp sender; check `from`" {
        de: "Twilio findet den WhatsApp-Absender nicht; prüfen Sie `from`",
        es: "Twilio no encuentra el remitente de WhatsApp; compruebe `from`",
        fr: "Twilio ne trouve pas l’expéditeur WhatsApp ; vérifiez `from`",
        ru: "Twilio не находит отправителя WhatsApp; проверьте `from`",
        uk: "Twilio не знаходить відправника WhatsApp; перевірте `from`",
        ja: "TwilioでWhatsAppの送信元が見つかりません。`from` を確認してください",
    }
    "the channel is not set up correctly in the Twilio console" {
        de: "der Kanal ist in der Twilio-Konsole nicht richtig eingerichtet",
        es: "el canal no está bien configurado en la consola de Twilio",
        fr: "le canal n’est pas correctement configuré dans la console Twilio",
        ru: "канал неправильно настроен в консоли Twilio",
        uk: "канал неправильно налаштовано в консолі Twilio",
        ja: "Twilioコンソールのチャネルの設定が正しくありません",
    }
    "the channel failed" {
        de: "auf dem Kanal ist ein Fehler aufgetreten",
        es: "el canal ha fallado",
        fr: "le canal a échoué",
        ru: "сбой канала",
        uk: "збій каналу",
        ja: "チャネルでエラーが発生しました",
    }
    "WhatsApp failed" {
        de: "bei WhatsApp ist ein Fehler aufgetreten",
        es: "WhatsApp ha fallado",
        fr: "WhatsApp a échoué",
        ru: "сбой в WhatsApp",
        uk: "збій у WhatsApp",
        ja: "WhatsAppでエラーが発生しました",
    }
    "the message breaks a rule of the channel" {
        de: "die Nachricht verstößt gegen eine Regel des Kanals",
        es: "el mensaje incumple una regla del canal",
        fr: "le message enfreint une règle du canal",
        ru: "сообщение нарушает правила канала",
        uk: "повідомлення порушує правила каналу",
        ja: "メッセージがチャネルの規則に違反しています",
    }
    "the contact has blocked the sender or opted out" {
        de: "der Kontakt hat den Absender blockiert oder sich abgemeldet",
        es: "el contacto ha bloqueado al remitente o se ha dado de baja",
        fr: "le contact a bloqué l’expéditeur ou s’est désinscrit",
        ru: "контакт заблокировал отправителя или отписался",
        uk: "контакт заблокував відправника або відписався",
        ja: "連絡先が送信元をブロックしたか、配信を停止しました",
    }
    "the WhatsApp sandbox writes only to people who have joined it" {
        de: "die WhatsApp-Sandbox schreibt nur an Personen, die ihr beigetreten sind",
        es: "el entorno de pruebas de WhatsApp solo escribe a quienes se han unido a él",
        fr: "le bac à sable WhatsApp n’écrit qu’aux personnes qui l’ont rejoint",
        ru: "песочница WhatsApp пишет только тем, кто к ней присоединился",
        uk: "пісочниця WhatsApp пише лише тим, хто до неї приєднався",
        ja: "WhatsAppサンドボックスは、参加した人にだけ送信できます",
    }
    "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template followed by its Content SID" {
        de: "seit der letzten Nachricht des Kontakts sind mehr als 24 Stunden vergangen, und WhatsApp nimmt dann nur genehmigte Vorlagen an: schreiben Sie /template und dahinter deren „Content SID“",
        es: "han pasado más de 24 horas desde el último mensaje del contacto, y WhatsApp solo admite entonces plantillas aprobadas: escriba /template seguido de su «Content SID»",
        fr: "plus de 24 heures se sont écoulées depuis le dernier message du contact, et WhatsApp n’accepte alors que des modèles approuvés : écrivez /template suivi de son « Content SID »",
        ru: "с последнего сообщения контакта прошло больше 24 часов, и WhatsApp теперь принимает только одобренные шаблоны: напишите /template и за ним его «Content SID»",
        uk: "від останнього повідомлення контакту минуло понад 24 години, і WhatsApp тепер приймає лише схвалені шаблони: напишіть /template і за ним його «Content SID»",
        ja: "連絡先の最後のメッセージから24時間以上が過ぎたため、WhatsAppは承認済みのテンプレートだけを受け付けます。/template に続けて「Content SID」を書いてください",
    }
    "WhatsApp asks to wait" {
        de: "WhatsApp bittet um Geduld",
        es: "WhatsApp pide esperar",
        fr: "WhatsApp demande d’attendre",
        ru: "WhatsApp просит подождать",
        uk: "WhatsApp просить зачекати",
        ja: "WhatsAppが待機を求めています",
    }
    "the WhatsApp sender is over its rate" {
        de: "der WhatsApp-Absender hat sein Limit überschritten",
        es: "el remitente de WhatsApp ha superado su límite",
        fr: "l’expéditeur WhatsApp a dépassé sa limite",
        ru: "отправитель WhatsApp превысил лимит",
        uk: "відправник WhatsApp перевищив ліміт",
        ja: "WhatsAppの送信元が上限を超えました",
    }
    "the file could not be fetched" {
        de: "die Datei konnte nicht abgerufen werden",
        es: "no se pudo obtener el archivo",
        fr: "le fichier n’a pas pu être récupéré",
        ru: "не удалось загрузить файл",
        uk: "не вдалося завантажити файл",
        ja: "ファイルを取得できませんでした",
    }
    "Twilio was not invited to the business account at Meta, or the account is not verified" {
        de: "Twilio wurde nicht in das Unternehmenskonto bei Meta eingeladen, oder das Konto ist nicht verifiziert",
        es: "no se invitó a Twilio a la cuenta de empresa en Meta, o la cuenta no está verificada",
        fr: "Twilio n’a pas été invité dans le compte professionnel chez Meta, ou le compte n’est pas vérifié",
        ru: "Twilio не приглашён в бизнес-аккаунт Meta, или аккаунт не подтверждён",
        uk: "Twilio не запрошено до бізнес-акаунта Meta, або акаунт не підтверджено",
        ja: "TwilioがMetaのビジネスアカウントに招待されていないか、アカウントが確認されていません",
    }
    "the display name of the WhatsApp number is not certified" {
        de: "der Anzeigename der WhatsApp-Nummer ist nicht zertifiziert",
        es: "el nombre visible del número de WhatsApp no está certificado",
        fr: "le nom affiché du numéro WhatsApp n’est pas certifié",
        ru: "отображаемое имя номера WhatsApp не сертифицировано",
        uk: "відображуване ім’я номера WhatsApp не сертифіковано",
        ja: "WhatsAppの番号の表示名が認証されていません",
    }
    "this number is not on WhatsApp" {
        de: "diese Nummer ist nicht bei WhatsApp",
        es: "este número no está en WhatsApp",
        fr: "ce numéro n’est pas sur WhatsApp",
        ru: "этого номера нет в WhatsApp",
        uk: "цього номера немає у WhatsApp",
        ja: "この番号はWhatsAppで使われていません",
    }
    "the template does not exist in this language" {
        de: "die Vorlage gibt es in dieser Sprache nicht",
        es: "la plantilla no existe en este idioma",
        fr: "le modèle n’existe pas dans cette langue",
        ru: "шаблона на этом языке нет",
        uk: "шаблону цією мовою немає",
        ja: "この言語のテンプレートは存在しません",
    }
    "the contact's app did not load the template" {
        de: "die App des Kontakts hat die Vorlage nicht geladen",
        es: "la aplicación del contacto no cargó la plantilla",
        fr: "l’application du contact n’a pas chargé le modèle",
        ru: "приложение контакта не загрузило шаблон",
        uk: "застосунок контакту не завантажив шаблон",
        ja: "連絡先のアプリがテンプレートを読み込みませんでした",
    }
    "the channel does not take a value in this message" {
        de: "der Kanal nimmt einen Wert in dieser Nachricht nicht an",
        es: "el canal no admite un valor de este mensaje",
        fr: "le canal n’accepte pas une valeur de ce message",
        ru: "канал не принимает одно из значений в этом сообщении",
        uk: "канал не приймає одне зі значень у цьому повідомленні",
        ja: "チャネルがこのメッセージの値を受け付けません",
    }
    "WhatsApp limits messages to this contact" {
        de: "WhatsApp begrenzt Nachrichten an diesen Kontakt",
        es: "WhatsApp limita los mensajes a este contacto",
        fr: "WhatsApp limite les messages à ce contact",
        ru: "WhatsApp ограничивает сообщения этому контакту",
        uk: "WhatsApp обмежує повідомлення цьому контакту",
        ja: "WhatsAppがこの連絡先へのメッセージを制限しています",
    }
    "the contact does not accept marketing messages on WhatsApp" {
        de: "der Kontakt nimmt bei WhatsApp keine Werbenachrichten an",
        es: "el contacto no acepta mensajes publicitarios en WhatsApp",
        fr: "le contact n’accepte pas les messages publicitaires sur WhatsApp",
        ru: "контакт не принимает рекламные сообщения в WhatsApp",
        uk: "контакт не приймає рекламних повідомлень у WhatsApp",
        ja: "連絡先はWhatsAppでマーケティングメッセージを受け取りません",
    }
    "the file is too large for the channel" {
        de: "die Datei ist zu groß für den Kanal",
        es: "el archivo es demasiado grande para el canal",
        fr: "le fichier est trop volumineux pour le canal",
        ru: "файл слишком большой для канала",
        uk: "файл завеликий для каналу",
        ja: "ファイルが大きすぎてこのチャネルでは送信できません",
    }
    "the RCS agent is not launched" {
        de: "der RCS-Agent ist nicht freigeschaltet",
        es: "el agente de RCS no está activado",
        fr: "l’agent RCS n’est pas lancé",
        ru: "агент RCS не запущен",
        uk: "агента RCS не запущено",
        ja: "RCSエージェントが公開されていません",
    }
    "the file could not be uploaded to the channel for the moment" {
        de: "die Datei konnte im Moment nicht zum Kanal hochgeladen werden",
        es: "de momento no se pudo subir el archivo al canal",
        fr: "le fichier n’a pas pu être téléversé vers le canal pour le moment",
        ru: "файл сейчас не удалось передать каналу",
        uk: "файл зараз не вдалося передати каналу",
        ja: "現在、ファイルをチャネルにアップロードできません",
    }
    "the account's messages at Twilio are used up for the day" {
        de: "die Nachrichten des Kontos bei Twilio sind für diesen Tag aufgebraucht",
        es: "se han agotado los mensajes de la cuenta en Twilio por hoy",
        fr: "les messages du compte chez Twilio sont épuisés pour la journée",
        ru: "сообщения аккаунта в Twilio на этот день исчерпаны",
        uk: "повідомлення акаунта в Twilio на цей день вичерпано",
        ja: "アカウントのTwilioの1日分のメッセージを使い切りました",
    }
    "the template was refused" {
        de: "die Vorlage wurde abgelehnt",
        es: "la plantilla fue rechazada",
        fr: "le modèle a été refusé",
        ru: "шаблон отклонён",
        uk: "шаблон відхилено",
        ja: "テンプレートが拒否されました",
    }
    "the channel asks to wait" {
        de: "der Kanal bittet um Geduld",
        es: "el canal pide esperar",
        fr: "le canal demande d’attendre",
        ru: "канал просит подождать",
        uk: "канал просить зачекати",
        ja: "チャネルが待機を求めています",
    }
    "it was canceled at Twilio" {
        de: "es wurde bei Twilio abgebrochen",
        es: "se canceló en Twilio",
        fr: "il a été annulé chez Twilio",
        ru: "отменено в Twilio",
        uk: "скасовано в Twilio",
        ja: "Twilioでキャンセルされました",
    }
};
