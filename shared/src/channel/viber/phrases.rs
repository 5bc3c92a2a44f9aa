//! What the adapter says to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::SHARED,
    tools::phrases::{Catalogue, Phrase, phrases},
};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Viber", tables: &[OWN, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "the bot's token, from its page in the Viber admin panel" {
        de: "das Token des Bots, von seiner Seite im Viber-Admin-Panel",
        es: "el token del bot, de su página en el panel de administración de Viber",
        fr: "le jeton du bot, affiché sur sa page dans le panneau d’administration de Viber",
        ru: "токен бота с его страницы в панели администратора Viber",
        uk: "токен бота з його сторінки в панелі адміністратора Viber",
        ja: "Viber管理パネルのボットのページにあるトークン",
    }
    "the name above your messages, at most 28 characters; without it they come from “Support”" {
        de: "der Name über Ihren Nachrichten, höchstens 28 Zeichen; ohne ihn kommen sie von „Support“",
        es: "el nombre sobre sus mensajes, de 28 caracteres como máximo; sin él, llegan de «Support»",
        fr: "le nom au-dessus de vos messages, 28 caractères au plus ; sans lui, ils viennent de « Support »",
        ru: "имя над Вашими сообщениями, не более 28 символов; без него отправитель — «Support»",
        uk: "ім’я над Вашими повідомленнями, не більше ніж 28 символів; без нього відправник — «Support»",
        ja: "メッセージの上に表示される名前（28文字以内）。指定しない場合は「Support」になります",
    }
    "the https address of the picture beside your messages" {
        de: "die https-Adresse des Bildes neben Ihren Nachrichten",
        es: "la dirección https de la imagen junto a sus mensajes",
        fr: "l’adresse https de l’image à côté de vos messages",
        ru: "https-адрес картинки рядом с Вашими сообщениями",
        uk: "https-адреса зображення поруч із Вашими повідомленнями",
        ja: "メッセージの横に表示される画像のhttpsアドレス",
    }
    "what people read when they open the chat, at most 7,000 characters" {
        de: "was man beim Öffnen des Chats liest, höchstens 7.000 Zeichen",
        es: "lo que se lee al abrir el chat, 7000 caracteres como máximo",
        fr: "ce qu’on lit en ouvrant le chat, 7 000 caractères au plus",
        ru: "текст, который видят при открытии чата, не более 7000 символов",
        uk: "текст, який бачать під час відкриття чату, не більше ніж 7000 символів",
        ja: "チャットを開いたときに表示される文（7,000文字以内）",
    }
    "the base of Viber's API, as a rule https://chatapi.viber.com/pa" {
        de: "die Basisadresse der Viber-API, in der Regel https://chatapi.viber.com/pa",
        es: "la dirección base de la API de Viber, por lo general https://chatapi.viber.com/pa",
        fr: "l’adresse de base de l’API de Viber, en général https://chatapi.viber.com/pa",
        ru: "базовый адрес API Viber, обычно https://chatapi.viber.com/pa",
        uk: "базова адреса API Viber, зазвичай https://chatapi.viber.com/pa",
        ja: "ViberのAPIのベースアドレス。通常は https://chatapi.viber.com/pa",
    }
    // Reasons.
    "Viber cannot call the bridge's webhook URL" {
        de: "Viber kann die Webhook-URL der Bridge nicht aufrufen",
        es: "Viber no puede llamar a la URL del webhook del puente",
        fr: "Viber ne peut pas appeler l’URL du webhook de la passerelle",
        ru: "Viber не может вызвать URL вебхука моста",
        uk: "Viber не може викликати URL вебхука моста",
        ja: "ViberがブリッジのWebhookのURLを呼び出せません",
    }
    "it answered {status}, and Viber wants 200" {
        de: "sie antwortete mit {status}, und Viber verlangt 200",
        es: "respondió {status}, y Viber exige 200",
        fr: "elle a répondu {status}, et Viber exige 200",
        ru: "ответ {status}, а Viber требует 200",
        uk: "відповідь {status}, а Viber вимагає 200",
        ja: "応答は{status}でしたが、Viberは200を求めます",
    }
    "its certificate is not one of a public authority" {
        de: "ihr Zertifikat stammt nicht von einer öffentlichen Zertifizierungsstelle",
        es: "su certificado no es de una autoridad pública",
        fr: "son certificat ne vient pas d’une autorité publique",
        ru: "его сертификат выдан не публичным центром сертификации",
        uk: "його сертифікат видано не публічним центром сертифікації",
        ja: "証明書が公的な認証局のものではありません",
    }
    "no connection could be made" {
        de: "es kam keine Verbindung zustande",
        es: "no se pudo establecer la conexión",
        fr: "aucune connexion n’a pu être établie",
        ru: "не удалось установить соединение",
        uk: "не вдалося встановити з’єднання",
        ja: "接続できませんでした",
    }
    "Viber does not accept the auth token; copy it again from the bot's page in the Viber admin panel" {
        de: "Viber akzeptiert das Auth-Token nicht; kopieren Sie es noch einmal von der Seite des Bots im Viber-Admin-Panel",
        es: "Viber no acepta el token de autenticación; cópielo de nuevo de la página del bot en el panel de administración de Viber",
        fr: "Viber n’accepte pas le jeton d’authentification ; copiez-le de nouveau depuis la page du bot dans le panneau d’administration de Viber",
        ru: "Viber не принимает токен аутентификации; скопируйте его ещё раз со страницы бота в панели администратора Viber",
        uk: "Viber не приймає токен автентифікації; скопіюйте його ще раз зі сторінки бота в панелі адміністратора Viber",
        ja: "Viberが認証トークンを受け付けません。Viber管理パネルのボットのページからもう一度コピーしてください",
    }
    "Viber finds this message incomplete" {
        de: "Viber hält diese Nachricht für unvollständig",
        es: "Viber considera incompleto este mensaje",
        fr: "Viber juge ce message incomplet",
        ru: "Viber считает это сообщение неполным",
        uk: "Viber вважає це повідомлення неповним",
        ja: "Viberはこのメッセージを不完全とみなしました",
    }
    "the contact is not registered with Viber any more" {
        de: "der Kontakt ist nicht mehr bei Viber registriert",
        es: "el contacto ya no está registrado en Viber",
        fr: "le contact n’est plus inscrit sur Viber",
        ru: "контакт больше не зарегистрирован в Viber",
        uk: "контакт більше не зареєстрований у Viber",
        ja: "連絡先はもうViberに登録されていません",
    }
    "the contact does not subscribe to this account on Viber" {
        de: "der Kontakt hat dieses Konto bei Viber nicht abonniert",
        es: "el contacto no está suscrito a esta cuenta en Viber",
        fr: "le contact n’est pas abonné à ce compte sur Viber",
        ru: "контакт не подписан на этот аккаунт в Viber",
        uk: "контакт не підписаний на цей акаунт у Viber",
        ja: "連絡先はViberでこのアカウントを購読していません",
    }
    "Viber has blocked this account" {
        de: "Viber hat dieses Konto gesperrt",
        es: "Viber ha bloqueado esta cuenta",
        fr: "Viber a bloqué ce compte",
        ru: "Viber заблокировал этот аккаунт",
        uk: "Viber заблокував цей акаунт",
        ja: "Viberがこのアカウントをブロックしました",
    }
    "Viber does not find this account" {
        de: "Viber findet dieses Konto nicht",
        es: "Viber no encuentra esta cuenta",
        fr: "Viber ne trouve pas ce compte",
        ru: "Viber не находит этот аккаунт",
        uk: "Viber не знаходить цей акаунт",
        ja: "Viberでこのアカウントが見つかりません",
    }
    "Viber has suspended this account" {
        de: "Viber hat dieses Konto vorübergehend gesperrt",
        es: "Viber ha suspendido esta cuenta",
        fr: "Viber a suspendu ce compte",
        ru: "Viber приостановил работу этого аккаунта",
        uk: "Viber призупинив роботу цього акаунта",
        ja: "Viberがこのアカウントを停止しました",
    }
    "no webhook is set at Viber; register this installation again" {
        de: "bei Viber ist kein Webhook gesetzt; registrieren Sie diese Installation erneut",
        es: "no hay ningún webhook en Viber; registre de nuevo esta instalación",
        fr: "aucun webhook n’est défini chez Viber ; enregistrez de nouveau cette installation",
        ru: "в Viber не задан вебхук; зарегистрируйте эту установку заново",
        uk: "у Viber не задано вебхук; зареєструйте це встановлення знову",
        ja: "ViberにWebhookが設定されていません。このインストールを再登録してください",
    }
    "the contact has no device that can show this message" {
        de: "der Kontakt hat kein Gerät, das diese Nachricht anzeigen kann",
        es: "el contacto no tiene ningún dispositivo que pueda mostrar este mensaje",
        fr: "le contact n’a aucun appareil qui puisse afficher ce message",
        ru: "у контакта нет устройства, которое может показать это сообщение",
        uk: "контакт не має пристрою, який може показати це повідомлення",
        ja: "連絡先には、このメッセージを表示できる端末がありません",
    }
    "Viber takes no more messages for this contact until they answer or the hour is over" {
        de: "Viber nimmt für diesen Kontakt keine weiteren Nachrichten an, bis er antwortet oder die Stunde vorbei ist",
        es: "Viber no admite más mensajes para este contacto hasta que responda o termine la hora",
        fr: "Viber n’accepte plus de messages pour ce contact tant qu’il n’a pas répondu ou que l’heure n’est pas écoulée",
        ru: "Viber не принимает новых сообщений для этого контакта, пока он не ответит или не закончится час",
        uk: "Viber не приймає нових повідомлень для цього контакту, доки він не відповість або не мине година",
        ja: "連絡先が返信するか1時間が過ぎるまで、Viberはこの連絡先へのメッセージを受け付けません",
    }
    "the contact's Viber is too old for this message" {
        de: "die Viber-Version des Kontakts ist zu alt für diese Nachricht",
        es: "la versión de Viber del contacto es demasiado antigua para este mensaje",
        fr: "la version de Viber du contact est trop ancienne pour ce message",
        ru: "версия Viber у контакта слишком старая для этого сообщения",
        uk: "версія Viber у контакту застара для цього повідомлення",
        ja: "連絡先のViberのバージョンが古く、このメッセージに対応していません",
    }
    "this message needs a newer version of Viber's interface" {
        de: "diese Nachricht braucht eine neuere Version der Schnittstelle von Viber",
        es: "este mensaje necesita una versión más reciente de la interfaz de Viber",
        fr: "ce message demande une version plus récente de l’interface de Viber",
        ru: "для этого сообщения нужна более новая версия интерфейса Viber",
        uk: "для цього повідомлення потрібна новіша версія інтерфейсу Viber",
        ja: "このメッセージには、より新しいバージョンのViberインターフェースが必要です",
    }
    "this account is not authorized at Viber" {
        de: "dieses Konto ist bei Viber nicht berechtigt",
        es: "esta cuenta no está autorizada en Viber",
        fr: "ce compte n’est pas autorisé chez Viber",
        ru: "у этого аккаунта нет прав в Viber",
        uk: "цей акаунт не має прав у Viber",
        ja: "このアカウントはViberで許可されていません",
    }
    "Viber does not allow this message in this chat" {
        de: "Viber erlaubt diese Nachricht in diesem Chat nicht",
        es: "Viber no permite este mensaje en este chat",
        fr: "Viber n’autorise pas ce message dans ce chat",
        ru: "Viber не разрешает это сообщение в этом чате",
        uk: "Viber не дозволяє це повідомлення в цьому чаті",
        ja: "Viberはこのチャットでこのメッセージを許可していません",
    }
    "this account cannot send inline messages on Viber" {
        de: "dieses Konto kann bei Viber keine Inline-Nachrichten senden",
        es: "esta cuenta no puede enviar mensajes integrados en Viber",
        fr: "ce compte ne peut pas envoyer de messages intégrés sur Viber",
        ru: "этот аккаунт не может отправлять встроенные сообщения в Viber",
        uk: "цей акаунт не може надсилати вбудовані повідомлення у Viber",
        ja: "このアカウントはViberでインラインメッセージを送信できません",
    }
    "this account has no public chat on Viber" {
        de: "dieses Konto hat bei Viber keinen öffentlichen Chat",
        es: "esta cuenta no tiene ningún chat público en Viber",
        fr: "ce compte n’a pas de chat public sur Viber",
        ru: "у этого аккаунта нет публичного чата в Viber",
        uk: "цей акаунт не має публічного чату у Viber",
        ja: "このアカウントにはViberの公開チャットがありません",
    }
    "this account cannot send broadcasts on Viber" {
        de: "dieses Konto kann bei Viber keine Rundnachrichten senden",
        es: "esta cuenta no puede enviar difusiones en Viber",
        fr: "ce compte ne peut pas envoyer de diffusions sur Viber",
        ru: "этот аккаунт не может отправлять рассылки в Viber",
        uk: "цей акаунт не може надсилати розсилки у Viber",
        ja: "このアカウントはViberで一斉配信を送信できません",
    }
    "Viber does not allow this broadcast" {
        de: "Viber erlaubt diese Rundnachricht nicht",
        es: "Viber no permite esta difusión",
        fr: "Viber n’autorise pas cette diffusion",
        ru: "Viber не разрешает эту рассылку",
        uk: "Viber не дозволяє цю розсилку",
        ja: "Viberはこの一斉配信を許可していません",
    }
    "Viber does not deliver to the contact's country" {
        de: "Viber stellt nicht in das Land des Kontakts zu",
        es: "Viber no entrega mensajes en el país del contacto",
        fr: "Viber ne distribue pas dans le pays du contact",
        ru: "Viber не доставляет сообщения в страну контакта",
        uk: "Viber не доставляє повідомлення в країну контакту",
        ja: "Viberは連絡先の国には配信しません",
    }
    "Viber does not support this payment" {
        de: "Viber unterstützt diese Zahlung nicht",
        es: "Viber no admite este pago",
        fr: "Viber ne prend pas en charge ce paiement",
        ru: "Viber не поддерживает этот платёж",
        uk: "Viber не підтримує цей платіж",
        ja: "Viberはこの支払いに対応していません",
    }
    "the account's free messages on Viber are used up" {
        de: "die kostenlosen Nachrichten des Kontos bei Viber sind aufgebraucht",
        es: "se han agotado los mensajes gratuitos de la cuenta en Viber",
        fr: "les messages gratuits du compte chez Viber sont épuisés",
        ru: "бесплатные сообщения аккаунта в Viber исчерпаны",
        uk: "безкоштовні повідомлення акаунта у Viber вичерпано",
        ja: "アカウントのViberの無料メッセージを使い切りました",
    }
    "the account's balance at Viber is used up" {
        de: "das Guthaben des Kontos bei Viber ist aufgebraucht",
        es: "se ha agotado el saldo de la cuenta en Viber",
        fr: "le solde du compte chez Viber est épuisé",
        ru: "баланс аккаунта в Viber исчерпан",
        uk: "баланс акаунта у Viber вичерпано",
        ja: "アカウントのViberの残高がなくなりました",
    }
    "the answer of `api_url` names no account, so it is not Viber's API" {
        de: "die Antwort von `api_url` nennt kein Konto, es ist also nicht die API von Viber",
        es: "la respuesta de `api_url` no nombra ninguna cuenta, así que no es la API de Viber",
        fr: "la réponse de `api_url` ne nomme aucun compte, ce n’est donc pas l’API de Viber",
        ru: "в ответе `api_url` нет аккаунта, значит, это не API Viber",
        uk: "у відповіді `api_url` немає акаунта, отже, це не API Viber",
        ja: "`api_url` の応答にアカウントがないため、ViberのAPIではありません",
    }
    "Viber's {call} failed with status {status}" {
        de: "{call} schlug bei Viber mit dem Status {status} fehl",
        es: "{call} falló en Viber con el estado {status}",
        fr: "{call} a échoué chez Viber avec le statut {status}",
        ru: "ошибка {call} в Viber, статус {status}",
        uk: "помилка {call} у Viber, статус {status}",
        ja: "Viberの{call}がステータス{status}で失敗しました",
    }
    "Viber tells no more about this contact for twelve hours" {
        de: "Viber gibt zwölf Stunden lang keine Auskunft mehr über diesen Kontakt",
        es: "Viber no dará más datos de este contacto durante doce horas",
        fr: "Viber ne donne plus d’informations sur ce contact pendant douze heures",
        ru: "Viber двенадцать часов не сообщает данные об этом контакте",
        uk: "Viber дванадцять годин не надає даних про цей контакт",
        ja: "Viberは12時間、この連絡先の情報を返しません",
    }
    "Viber's {call} was called too often" {
        de: "{call} wurde bei Viber zu oft aufgerufen",
        es: "se llamó a {call} de Viber con demasiada frecuencia",
        fr: "{call} de Viber a été appelé trop souvent",
        ru: "{call} в Viber вызывали слишком часто",
        uk: "{call} у Viber викликали надто часто",
        ja: "Viberの{call}の呼び出しが多すぎます",
    }
    "Viber could not show it to the contact" {
        de: "Viber konnte es dem Kontakt nicht anzeigen",
        es: "Viber no pudo mostrarlo al contacto",
        fr: "Viber n’a pas pu l’afficher au contact",
        ru: "Viber не смог показать это контакту",
        uk: "Viber не зміг показати це контакту",
        ja: "Viberはこれを連絡先に表示できませんでした",
    }
};
