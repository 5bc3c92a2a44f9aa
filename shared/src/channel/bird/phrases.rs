//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Bird", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "an API key of Bird's platform, such as bk_eu1_…" {
        de: "ein API-Schlüssel der Plattform von Bird, zum Beispiel bk_eu1_…",
        es: "una clave de API de la plataforma de Bird, por ejemplo bk_eu1_…",
        fr: "une clé d’API de la plateforme de Bird, par exemple bk_eu1_…",
        ru: "ключ API платформы Bird, например bk_eu1_…",
        uk: "ключ API платформи Bird, наприклад bk_eu1_…",
        ja: "BirdのプラットフォームのAPIキー（例：bk_eu1_…）",
    }
    "`sms` or `whatsapp`" {
        de: "`sms` oder `whatsapp`",
        es: "`sms` o `whatsapp`",
        fr: "`sms` ou `whatsapp`",
        ru: "`sms` или `whatsapp`",
        uk: "`sms` або `whatsapp`",
        ja: "`sms` または `whatsapp`",
    }
    "the number that messages come from, such as +447700900170" {
        de: "die Nummer, von der die Nachrichten kommen, zum Beispiel +447700900170",
        es: "el número del que salen los mensajes, por ejemplo +447700900170",
        fr: "le numéro d’où partent les messages, par exemple +447700900170",
        ru: "номер, с которого идут сообщения, например +447700900170",
        uk: "номер, з якого надходять повідомлення, наприклад +447700900170",
        ja: "メッセージの送信元の番号（例：+447700900170）",
    }
    "the business number, such as +447700900170" {
        de: "die Nummer des Unternehmens, zum Beispiel +447700900170",
        es: "el número de la empresa, por ejemplo +447700900170",
        fr: "le numéro de l’entreprise, par exemple +447700900170",
        ru: "номер компании, например +447700900170",
        uk: "номер компанії, наприклад +447700900170",
        ja: "会社の番号（例：+447700900170）",
    }
    "a number such as +447700900170, a short code, or a name of at most 11 letters" {
        de: "eine Nummer wie +447700900170, eine Kurzwahl oder ein Name mit höchstens 11 Buchstaben",
        es: "un número como +447700900170, un código corto o un nombre de 11 letras como máximo",
        fr: "un numéro tel que +447700900170, un numéro court ou un nom de 11 lettres au plus",
        ru: "номер, например +447700900170, короткий номер или имя не длиннее 11 букв",
        uk: "номер, наприклад +447700900170, короткий номер або ім’я не довше ніж 11 літер",
        ja: "+447700900170のような番号、短縮番号、または11文字以内の名前",
    }
    "what messages come from" {
        de: "der Absender der Nachrichten",
        es: "el remitente de los mensajes",
        fr: "l’expéditeur des messages",
        ru: "отправитель сообщений",
        uk: "відправник повідомлень",
        ja: "メッセージの送信元",
    }
    "the business id that Apple gave" {
        de: "die Geschäfts-ID, die Apple vergeben hat",
        es: "el id de empresa que dio Apple",
        fr: "l’identifiant d’entreprise attribué par Apple",
        ru: "id компании, который выдала Apple",
        uk: "id компанії, який видала Apple",
        ja: "Appleが発行したビジネスID",
    }
    "the base of Bird's platform, as a rule https://eu1.platform.bird.com" {
        de: "die Basisadresse der Plattform von Bird, in der Regel https://eu1.platform.bird.com",
        es: "la dirección base de la plataforma de Bird, por lo general https://eu1.platform.bird.com",
        fr: "l’adresse de base de la plateforme de Bird, en général https://eu1.platform.bird.com",
        ru: "базовый адрес платформы Bird, обычно https://eu1.platform.bird.com",
        uk: "базова адреса платформи Bird, зазвичай https://eu1.platform.bird.com",
        ja: "Birdのプラットフォームのベースアドレス。通常は https://eu1.platform.bird.com",
    }
    // Reasons.
    "the API key of Bird names no region" {
        de: "der API-Schlüssel von Bird nennt keine Region",
        es: "la clave de API de Bird no indica ninguna región",
        fr: "la clé d’API de Bird n’indique aucune région",
        ru: "в ключе API Bird нет региона",
        uk: "у ключі API Bird немає регіону",
        ja: "BirdのAPIキーに地域が含まれていません",
    }
    "Bird's answer to the new webhook has no secret in it" {
        de: "in Birds Antwort auf den neuen Webhook fehlt das Geheimnis",
        es: "la respuesta de Bird al webhook nuevo no contiene ningún secreto",
        fr: "la réponse de Bird au nouveau webhook ne contient aucun secret",
        ru: "в ответе Bird на новый вебхук нет секрета",
        uk: "у відповіді Bird на новий вебхук немає секрету",
        ja: "新しいWebhookに対するBirdの応答にシークレットがありません",
    }
    "this is not an address that Bird can reach" {
        de: "Bird kann diese Adresse nicht erreichen",
        es: "Bird no puede contactar con esta dirección",
        fr: "Bird ne peut pas joindre cette adresse",
        ru: "на этот адрес Bird отправить не может",
        uk: "на цю адресу Bird надіслати не може",
        ja: "Birdはこの宛先に送信できません",
    }
    "this is not a number that Bird can reach" {
        de: "Bird kann diese Nummer nicht erreichen",
        es: "Bird no puede contactar con este número",
        fr: "Bird ne peut pas joindre ce numéro",
        ru: "на этот номер Bird отправить не может",
        uk: "на цей номер Bird надіслати не може",
        ja: "Birdはこの番号に送信できません",
    }
    "this number takes no text messages" {
        de: "diese Nummer empfängt keine Textnachrichten",
        es: "este número no recibe mensajes de texto",
        fr: "ce numéro ne reçoit pas de messages texte",
        ru: "этот номер не принимает текстовые сообщения",
        uk: "цей номер не приймає текстових повідомлень",
        ja: "この番号はテキストメッセージを受信できません",
    }
    "the contact cannot be reached on this channel" {
        de: "der Kontakt ist auf diesem Kanal nicht erreichbar",
        es: "no se puede contactar con el contacto en este canal",
        fr: "le contact n’est pas joignable sur ce canal",
        ru: "контакт на этом канале недоступен",
        uk: "контакт на цьому каналі недоступний",
        ja: "このチャネルでは連絡先に送信できません",
    }
    "Bird's fraud protection has stopped the message" {
        de: "der Betrugsschutz von Bird hat die Nachricht aufgehalten",
        es: "la protección contra el fraude de Bird ha detenido el mensaje",
        fr: "la protection antifraude de Bird a arrêté le message",
        ru: "защита Bird от мошенничества остановила сообщение",
        uk: "захист Bird від шахрайства зупинив повідомлення",
        ja: "Birdの不正防止機能がメッセージを止めました",
    }
    "the contact has blocked the sender" {
        de: "der Kontakt hat den Absender blockiert",
        es: "el contacto ha bloqueado al remitente",
        fr: "le contact a bloqué l’expéditeur",
        ru: "контакт заблокировал отправителя",
        uk: "контакт заблокував відправника",
        ja: "連絡先が送信元をブロックしました",
    }
    "the carrier does not take the text" {
        de: "der Netzbetreiber nimmt den Text nicht an",
        es: "el operador no admite el texto",
        fr: "l’opérateur n’accepte pas le texte",
        ru: "оператор не принимает этот текст",
        uk: "оператор не приймає цей текст",
        ja: "通信事業者がこの文を受け付けません",
    }
    "the sender is not registered for the contact's country" {
        de: "der Absender ist für das Land des Kontakts nicht registriert",
        es: "el remitente no está registrado para el país del contacto",
        fr: "l’expéditeur n’est pas enregistré pour le pays du contact",
        ru: "отправитель не зарегистрирован для страны контакта",
        uk: "відправника не зареєстровано для країни контакту",
        ja: "送信元が連絡先の国に登録されていません",
    }
    "the contact has opted out" {
        de: "der Kontakt hat sich abgemeldet",
        es: "el contacto se ha dado de baja",
        fr: "le contact s’est désinscrit",
        ru: "контакт отписался",
        uk: "контакт відписався",
        ja: "連絡先が配信を停止しました",
    }
    "the contact does not want messages of this sender" {
        de: "der Kontakt wünscht keine Nachrichten dieses Absenders",
        es: "el contacto no quiere mensajes de este remitente",
        fr: "le contact ne veut pas de messages de cet expéditeur",
        ru: "контакт не хочет получать сообщения этого отправителя",
        uk: "контакт не хоче отримувати повідомлення цього відправника",
        ja: "連絡先はこの送信元からのメッセージを望んでいません",
    }
    "the carrier cannot be reached" {
        de: "der Netzbetreiber ist nicht erreichbar",
        es: "no se puede contactar con el operador",
        fr: "l’opérateur est injoignable",
        ru: "оператор недоступен",
        uk: "оператор недоступний",
        ja: "通信事業者に接続できません",
    }
    "the balance at Bird is used up" {
        de: "das Guthaben bei Bird ist aufgebraucht",
        es: "se ha agotado el saldo en Bird",
        fr: "le solde chez Bird est épuisé",
        ru: "баланс в Bird исчерпан",
        uk: "баланс у Bird вичерпано",
        ja: "Birdの残高がなくなりました",
    }
    "Bird has no price for this contact's country" {
        de: "Bird hat keinen Preis für das Land dieses Kontakts",
        es: "Bird no tiene precio para el país de este contacto",
        fr: "Bird n’a pas de tarif pour le pays de ce contact",
        ru: "у Bird нет цены для страны этого контакта",
        uk: "Bird не має ціни для країни цього контакту",
        ja: "Birdにはこの連絡先の国の料金がありません",
    }
    "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template followed by its slug" {
        de: "seit der letzten Nachricht des Kontakts sind mehr als 24 Stunden vergangen, und WhatsApp nimmt dann nur genehmigte Vorlagen an: schreiben Sie /template und dahinter ihren Slug",
        es: "han pasado más de 24 horas desde el último mensaje del contacto, y WhatsApp solo admite entonces plantillas aprobadas: escriba /template seguido de su slug",
        fr: "plus de 24 heures se sont écoulées depuis le dernier message du contact, et WhatsApp n’accepte alors que des modèles approuvés : écrivez /template suivi de son slug",
        ru: "с последнего сообщения контакта прошло больше 24 часов, и WhatsApp теперь принимает только одобренные шаблоны: напишите /template и за ним его slug",
        uk: "від останнього повідомлення контакту минуло понад 24 години, і WhatsApp тепер приймає лише схвалені шаблони: напишіть /template і за ним його slug",
        ja: "連絡先の最後のメッセージから24時間以上が過ぎたため、WhatsAppは承認済みのテンプレートだけを受け付けます。/template に続けてスラッグを書いてください",
    }
    "something went wrong at Bird" {
        de: "bei Bird ist etwas schiefgegangen",
        es: "algo ha fallado en Bird",
        fr: "un problème est survenu chez Bird",
        ru: "в Bird что-то пошло не так",
        uk: "у Bird щось пішло не так",
        ja: "Birdで問題が発生しました",
    }
    "the channel does not take the file" {
        de: "der Kanal nimmt die Datei nicht an",
        es: "el canal no admite el archivo",
        fr: "le canal n’accepte pas le fichier",
        ru: "канал не принимает файл",
        uk: "канал не приймає файл",
        ja: "チャネルがファイルを受け付けません",
    }
    "the contact has closed the conversation in Messages" {
        de: "der Kontakt hat die Konversation in „Messages“ geschlossen",
        es: "el contacto ha cerrado la conversación en «Messages»",
        fr: "le contact a fermé la conversation dans « Messages »",
        ru: "контакт закрыл разговор в «Messages»",
        uk: "контакт закрив розмову в «Messages»",
        ja: "連絡先が「Messages」で会話を閉じました",
    }
    "the business is not registered with Apple" {
        de: "das Unternehmen ist nicht bei Apple registriert",
        es: "la empresa no está registrada en Apple",
        fr: "l’entreprise n’est pas enregistrée auprès d’Apple",
        ru: "компания не зарегистрирована в Apple",
        uk: "компанію не зареєстровано в Apple",
        ja: "会社がAppleに登録されていません",
    }
    "the sender in `from` does not belong to the workspace" {
        de: "der Absender in `from` gehört nicht zum Arbeitsbereich",
        es: "el remitente de `from` no pertenece al espacio de trabajo",
        fr: "l’expéditeur dans `from` n’appartient pas à l’espace de travail",
        ru: "отправитель в `from` не принадлежит рабочему пространству",
        uk: "відправник у `from` не належить робочому простору",
        ja: "`from` の送信元がワークスペースのものではありません",
    }
    "the sender's registration does not cover service messages" {
        de: "die Registrierung des Absenders umfasst keine Servicenachrichten",
        es: "el registro del remitente no incluye mensajes de servicio",
        fr: "l’enregistrement de l’expéditeur ne couvre pas les messages de service",
        ru: "регистрация отправителя не охватывает сервисные сообщения",
        uk: "реєстрація відправника не охоплює сервісні повідомлення",
        ja: "送信元の登録はサービスメッセージに対応していません",
    }
    "the API key may not write for Apple Messages" {
        de: "der API-Schlüssel darf nicht für Apple Messages schreiben",
        es: "la clave de API no puede escribir para Apple Messages",
        fr: "la clé d’API ne peut pas écrire pour Apple Messages",
        ru: "ключу API нельзя писать от имени Apple Messages",
        uk: "ключу API не можна писати від імені Apple Messages",
        ja: "このAPIキーではApple Messagesに送信できません",
    }
    "Bird could not deliver it{code}" {
        de: "Bird konnte es nicht zustellen{code}",
        es: "Bird no pudo entregarlo{code}",
        fr: "Bird n’a pas pu le distribuer{code}",
        ru: "Bird не удалось доставить это{code}",
        uk: "Bird не вдалося доставити це{code}",
        ja: "Birdが配信できませんでした{code}",
    }
    "Bird has taken another message under this id" {
        de: "Bird hat unter dieser ID eine andere Nachricht angenommen",
        es: "Bird ya aceptó otro mensaje con este id",
        fr: "Bird a déjà accepté un autre message sous cet identifiant",
        ru: "Bird уже принял под этим id другое сообщение",
        uk: "Bird уже прийняв під цим id інше повідомлення",
        ja: "Birdはこのidで別のメッセージをすでに受け付けています",
    }
    "Bird cannot do this" {
        de: "Bird kann dies nicht",
        es: "Bird no puede hacerlo",
        fr: "Bird ne peut pas le faire",
        ru: "Bird этого не умеет",
        uk: "Bird цього не вміє",
        ja: "Birdではこの操作はできません",
    }
    "Bird does not accept the message" {
        de: "Bird akzeptiert die Nachricht nicht",
        es: "Bird no acepta el mensaje",
        fr: "Bird n’accepte pas le message",
        ru: "Bird не принимает сообщение",
        uk: "Bird не приймає повідомлення",
        ja: "Birdがメッセージを受け付けません",
    }
    "Bird does not accept the message{field}" {
        de: "Bird akzeptiert die Nachricht nicht{field}",
        es: "Bird no acepta el mensaje{field}",
        fr: "Bird n’accepte pas le message{field}",
        ru: "Bird не принимает сообщение{field}",
        uk: "Bird не приймає повідомлення{field}",
        ja: "Birdがメッセージを受け付けません{field}",
    }
    "Bird does not accept the API key; make a new one in its dashboard" {
        de: "Bird akzeptiert den API-Schlüssel nicht; erstellen Sie im Dashboard von Bird einen neuen",
        es: "Bird no acepta la clave de API; cree una nueva en su panel",
        fr: "Bird n’accepte pas la clé d’API ; créez-en une nouvelle dans son tableau de bord",
        ru: "Bird не принимает ключ API; создайте новый в панели Bird",
        uk: "Bird не приймає ключ API; створіть новий на панелі Bird",
        ja: "BirdがAPIキーを受け付けません。Birdのダッシュボードで新しいキーを作成してください",
    }
};
