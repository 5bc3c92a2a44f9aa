//! What both adapters say to people, in each language.

use crate::{
    adapter::phrases::COMMON,
    channel::phrases::{META, SHARED},
    tools::phrases::{Catalogue, Phrase, phrases},
};

/// The phrases of Messenger.
pub(super) static MESSENGER: Catalogue =
    Catalogue { vendor: "Messenger", tables: &[OF_MESSENGER, OWN, META, SHARED, COMMON] };

/// The phrases of Instagram.
pub(super) static INSTAGRAM: Catalogue =
    Catalogue { vendor: "Instagram", tables: &[OF_INSTAGRAM, OWN, META, SHARED, COMMON] };

#[rustfmt::skip]
static OWN: &[Phrase] = phrases! {
    // Settings.
    "`yes` to send what agents write later than 24 hours after the contact's last message as Human Agent, a feature that Meta has to grant to the app; or `no`" {
        de: "`yes`, um später als 24 Stunden nach der letzten Nachricht des Kontakts Geschriebenes als „Human Agent“ zu senden, eine Funktion, die Meta der App gewähren muss; sonst `no`",
        es: "`yes` para enviar como «Human Agent» lo que los agentes escriban más de 24 horas después del último mensaje del contacto, una función que Meta debe conceder a la aplicación; o `no`",
        fr: "`yes` pour envoyer en tant que « Human Agent » ce que les agents écrivent plus de 24 heures après le dernier message du contact, une fonction que Meta doit accorder à l’application ; ou `no`",
        ru: "`yes`, чтобы отправлять ответы агентов позже 24 часов после последнего сообщения контакта как «Human Agent»: эту функцию Meta должна предоставить приложению; или `no`",
        uk: "`yes`, щоб надсилати відповіді агентів пізніше ніж за 24 години після останнього повідомлення контакту як «Human Agent»: цю функцію Meta має надати застосунку; або `no`",
        ja: "連絡先の最後のメッセージから24時間を過ぎてエージェントが書いたものを「Human Agent」（Metaがアプリに許可する機能）として送るなら `yes`、送らないなら `no`",
    }
    // Reasons.
    "the account is over its rate at Meta" {
        de: "das Konto hat sein Aufruflimit bei Meta überschritten",
        es: "la cuenta ha superado su límite de llamadas en Meta",
        fr: "le compte a dépassé sa limite d’appels chez Meta",
        ru: "аккаунт превысил лимит вызовов в Meta",
        uk: "акаунт перевищив ліміт викликів у Meta",
        ja: "アカウントがMetaの呼び出し上限を超えました",
    }
    "the Page is over its rate at Meta" {
        de: "die Seite hat ihr Aufruflimit bei Meta überschritten",
        es: "la página ha superado su límite de llamadas en Meta",
        fr: "la page a dépassé sa limite d’appels chez Meta",
        ru: "страница превысила лимит вызовов в Meta",
        uk: "сторінка перевищила ліміт викликів у Meta",
        ja: "ページがMetaの呼び出し上限を超えました",
    }
    "the Page's access token has expired; make a new one" {
        de: "das Zugriffstoken der Seite ist abgelaufen; erstellen Sie ein neues",
        es: "el token de acceso de la página ha caducado; cree uno nuevo",
        fr: "le jeton d’accès de la page a expiré ; créez-en un nouveau",
        ru: "срок действия токена доступа страницы истёк; создайте новый",
        uk: "строк дії токена доступу сторінки минув; створіть новий",
        ja: "ページのアクセストークンの期限が切れました。新しいトークンを作成してください",
    }
    "{vendor} does not know this contact" {
        de: "{vendor} kennt diesen Kontakt nicht",
        es: "{vendor} no conoce a este contacto",
        fr: "{vendor} ne connaît pas ce contact",
        ru: "{vendor} не знает этот контакт",
        uk: "{vendor} не знає цього контакту",
        ja: "{vendor}はこの連絡先を認識していません",
    }
    "more than 24 hours have passed since the contact's last message, and {vendor} takes answers within that time only" {
        de: "seit der letzten Nachricht des Kontakts sind mehr als 24 Stunden vergangen, und {vendor} nimmt Antworten nur innerhalb dieser Zeit an",
        es: "han pasado más de 24 horas desde el último mensaje del contacto, y {vendor} solo admite respuestas dentro de ese plazo",
        fr: "plus de 24 heures se sont écoulées depuis le dernier message du contact, et {vendor} n’accepte les réponses que dans ce délai",
        ru: "с последнего сообщения контакта прошло больше 24 часов, а {vendor} принимает ответы только в этот срок",
        uk: "від останнього повідомлення контакту минуло понад 24 години, а {vendor} приймає відповіді лише в цей строк",
        ja: "連絡先の最後のメッセージから24時間以上が過ぎました。{vendor}はその時間内の返信だけを受け付けます",
    }
    "with the setting human_agent and Meta's permission Human Agent, people can answer for seven days" {
        de: "mit der Einstellung human_agent und der Meta-Berechtigung „Human Agent“ können Menschen sieben Tage lang antworten",
        es: "con el ajuste human_agent y el permiso «Human Agent» de Meta, las personas pueden responder durante siete días",
        fr: "avec le paramètre human_agent et l’autorisation « Human Agent » de Meta, une personne peut répondre pendant sept jours",
        ru: "с настройкой human_agent и разрешением Meta «Human Agent» люди могут отвечать семь дней",
        uk: "з налаштуванням human_agent і дозволом Meta «Human Agent» люди можуть відповідати сім днів",
        ja: "設定human_agentとMetaの権限「Human Agent」があれば、人による返信は7日間可能です",
    }
    "more than seven days have passed since the contact's last message" {
        de: "seit der letzten Nachricht des Kontakts sind mehr als sieben Tage vergangen",
        es: "han pasado más de siete días desde el último mensaje del contacto",
        fr: "plus de sept jours se sont écoulés depuis le dernier message du contact",
        ru: "с последнего сообщения контакта прошло больше семи дней",
        uk: "від останнього повідомлення контакту минуло понад сім днів",
        ja: "連絡先の最後のメッセージから7日以上が過ぎました",
    }
    "more than 24 hours have passed since the contact's last message, and Meta has not granted the feature Human Agent to the app; ask for it in App Review, or set human_agent to no" {
        de: "seit der letzten Nachricht des Kontakts sind mehr als 24 Stunden vergangen, und Meta hat der App die Funktion „Human Agent“ nicht gewährt; beantragen Sie sie in der „App Review“ oder setzen Sie human_agent auf no",
        es: "han pasado más de 24 horas desde el último mensaje del contacto, y Meta no ha concedido a la aplicación la función «Human Agent»; solicítela en «App Review» o ponga human_agent en no",
        fr: "plus de 24 heures se sont écoulées depuis le dernier message du contact, et Meta n’a pas accordé à l’application la fonction « Human Agent » ; demandez-la dans « App Review », ou mettez human_agent à no",
        ru: "с последнего сообщения контакта прошло больше 24 часов, и Meta не предоставила приложению функцию «Human Agent»; запросите её в «App Review» или установите human_agent в no",
        uk: "від останнього повідомлення контакту минуло понад 24 години, і Meta не надала застосунку функцію «Human Agent»; подайте запит у «App Review» або встановіть human_agent у no",
        ja: "連絡先の最後のメッセージから24時間以上が過ぎ、Metaはアプリに「Human Agent」を許可していません。「App Review」で申請するか、human_agentをnoにしてください",
    }
    "the Page of this access token is linked to another account of {vendor}" {
        de: "die Seite dieses Zugriffstokens ist mit einem anderen Konto von {vendor} verknüpft",
        es: "la página de este token de acceso está vinculada a otra cuenta de {vendor}",
        fr: "la page de ce jeton d’accès est liée à un autre compte {vendor}",
        ru: "страница этого токена доступа связана с другим аккаунтом {vendor}",
        uk: "сторінку цього токена доступу пов’язано з іншим акаунтом {vendor}",
        ja: "このアクセストークンのページは{vendor}の別のアカウントにリンクされています",
    }
};

#[rustfmt::skip]
static OF_MESSENGER: &[Phrase] = phrases! {
    // Settings.
    "the Page's access token, from Messenger API Settings of the app" {
        de: "das Zugriffstoken der Seite, aus „Messenger API Settings“ der App",
        es: "el token de acceso de la página, de «Messenger API Settings» de la aplicación",
        fr: "le jeton d’accès de la page, depuis « Messenger API Settings » de l’application",
        ru: "токен доступа страницы из «Messenger API Settings» приложения",
        uk: "токен доступу сторінки з «Messenger API Settings» застосунку",
        ja: "アプリの「Messenger API Settings」にあるページのアクセストークン",
    }
    "the Page's ID, which has digits only" {
        de: "die ID der Seite, die nur aus Ziffern besteht",
        es: "el id de la página, que solo tiene dígitos",
        fr: "l’identifiant de la page, composé uniquement de chiffres",
        ru: "id страницы, состоящий только из цифр",
        uk: "id сторінки, що складається лише з цифр",
        ja: "数字だけからなるページのID",
    }
    // Steps.
    "In the Meta app dashboard, open Use cases, Engage with customers on Messenger from Meta, Customize, Messenger API Settings (in older apps Messenger, Settings), Configure webhooks" {
        de: "Öffnen Sie im App-Dashboard von Meta „Use cases > Engage with customers on Messenger from Meta > Customize > Messenger API Settings“ (in älteren Apps „Messenger > Settings“), dort „Configure webhooks“",
        es: "En el panel de aplicaciones de Meta, abra «Use cases > Engage with customers on Messenger from Meta > Customize > Messenger API Settings» (en aplicaciones antiguas, «Messenger > Settings») y allí «Configure webhooks»",
        fr: "Dans le tableau de bord des applications de Meta, ouvrez « Use cases > Engage with customers on Messenger from Meta > Customize > Messenger API Settings » (dans les anciennes applications, « Messenger > Settings »), puis « Configure webhooks »",
        ru: "В панели приложений Meta откройте «Use cases > Engage with customers on Messenger from Meta > Customize > Messenger API Settings» (в старых приложениях «Messenger > Settings»), там «Configure webhooks»",
        uk: "На панелі застосунків Meta відкрийте «Use cases > Engage with customers on Messenger from Meta > Customize > Messenger API Settings» (у старіших застосунках «Messenger > Settings»), там «Configure webhooks»",
        ja: "Metaのアプリダッシュボードで「Use cases > Engage with customers on Messenger from Meta > Customize > Messenger API Settings」（古いアプリでは「Messenger > Settings」）の「Configure webhooks」を開いてください",
    }
    "On the same page, under Generate access tokens, connect your Page and subscribe it to messages, messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits and message_reactions." {
        de: "Verbinden Sie auf derselben Seite unter „Generate access tokens“ Ihre Facebook-Seite und abonnieren Sie für sie messages, messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits und message_reactions.",
        es: "En el mismo lugar, en «Generate access tokens», conecte su página y suscríbala a messages, messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits y message_reactions.",
        fr: "Au même endroit, sous « Generate access tokens », connectez votre page et abonnez-la à messages, messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits et message_reactions.",
        ru: "Там же в разделе «Generate access tokens» подключите свою страницу и подпишите её на messages, messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits и message_reactions.",
        uk: "Там само в розділі «Generate access tokens» під’єднайте свою сторінку й підпишіть її на messages, messaging_postbacks, message_deliveries, message_reads, message_echoes, message_edits і message_reactions.",
        ja: "同じ画面の「Generate access tokens」でページを接続し、messages、messaging_postbacks、message_deliveries、message_reads、message_echoes、message_edits、message_reactionsを購読してください。",
    }
    // Reasons.
    "the contact cannot be reached on Messenger, or has blocked the Page" {
        de: "der Kontakt ist über Messenger nicht erreichbar oder hat die Seite blockiert",
        es: "no se puede contactar con el contacto en Messenger, o ha bloqueado la página",
        fr: "le contact n’est pas joignable sur Messenger, ou a bloqué la page",
        ru: "контакт недоступен в Messenger или заблокировал страницу",
        uk: "контакт недоступний у Messenger або заблокував сторінку",
        ja: "連絡先にMessengerで送信できないか、連絡先がページをブロックしています",
    }
    "the app lacks the permission pages_messaging" {
        de: "der App fehlt die Berechtigung pages_messaging",
        es: "a la aplicación le falta el permiso pages_messaging",
        fr: "il manque à l’application l’autorisation pages_messaging",
        ru: "приложению не хватает разрешения pages_messaging",
        uk: "застосунку бракує дозволу pages_messaging",
        ja: "アプリに権限pages_messagingがありません",
    }
    "the app lacks the permission pages_messaging, or is not live" {
        de: "der App fehlt die Berechtigung pages_messaging, oder sie ist nicht veröffentlicht",
        es: "a la aplicación le falta el permiso pages_messaging, o no está publicada",
        fr: "il manque à l’application l’autorisation pages_messaging, ou elle n’est pas publiée",
        ru: "приложению не хватает разрешения pages_messaging, или оно не опубликовано",
        uk: "застосунку бракує дозволу pages_messaging, або його не опубліковано",
        ja: "アプリに権限pages_messagingがないか、アプリが公開されていません",
    }
    "Meta has restricted the Page for breaking a policy" {
        de: "Meta hat die Seite wegen eines Verstoßes gegen eine Richtlinie eingeschränkt",
        es: "Meta ha restringido la página por incumplir una política",
        fr: "Meta a restreint la page pour non-respect d’une règle",
        ru: "Meta ограничила страницу за нарушение правил",
        uk: "Meta обмежила сторінку за порушення правил",
        ja: "ポリシー違反のため、Metaがページを制限しました",
    }
    "the Page is over its rate at Messenger" {
        de: "die Seite hat ihr Limit bei Messenger überschritten",
        es: "la página ha superado su límite en Messenger",
        fr: "la page a dépassé sa limite sur Messenger",
        ru: "страница превысила лимит в Messenger",
        uk: "сторінка перевищила ліміт у Messenger",
        ja: "ページがMessengerの上限を超えました",
    }
    "Messenger failed for a moment" {
        de: "bei Messenger ist vorübergehend ein Fehler aufgetreten",
        es: "Messenger ha fallado por un momento",
        fr: "Messenger a échoué momentanément",
        ru: "кратковременный сбой в Messenger",
        uk: "короткочасний збій у Messenger",
        ja: "Messengerで一時的なエラーが発生しました",
    }
    "the image is too large for Messenger" {
        de: "das Bild ist zu groß für Messenger",
        es: "la imagen es demasiado grande para Messenger",
        fr: "l’image est trop volumineuse pour Messenger",
        ru: "картинка слишком большая для Messenger",
        uk: "зображення завелике для Messenger",
        ja: "画像が大きすぎてMessengerでは送信できません",
    }
    "the contact does not accept messages from this Page" {
        de: "der Kontakt nimmt keine Nachrichten von dieser Seite an",
        es: "el contacto no acepta mensajes de esta página",
        fr: "le contact n’accepte pas les messages de cette page",
        ru: "контакт не принимает сообщения от этой страницы",
        uk: "контакт не приймає повідомлень від цієї сторінки",
        ja: "連絡先はこのページからのメッセージを受け取りません",
    }
};

#[rustfmt::skip]
static OF_INSTAGRAM: &[Phrase] = phrases! {
    // Settings.
    "the access token of the Page that the account is linked to" {
        de: "das Zugriffstoken der Seite, mit der das Konto verknüpft ist",
        es: "el token de acceso de la página a la que está vinculada la cuenta",
        fr: "le jeton d’accès de la page à laquelle le compte est lié",
        ru: "токен доступа страницы, с которой связан аккаунт",
        uk: "токен доступу сторінки, з якою пов’язано акаунт",
        ja: "アカウントがリンクされているページのアクセストークン",
    }
    "the ID of the Instagram professional account, which has digits only and begins with 1784" {
        de: "die ID des professionellen Instagram-Kontos, die nur aus Ziffern besteht und mit 1784 beginnt",
        es: "el id de la cuenta profesional de Instagram, que solo tiene dígitos y empieza por 1784",
        fr: "l’identifiant du compte professionnel Instagram, composé uniquement de chiffres et commençant par 1784",
        ru: "id профессионального аккаунта Instagram, состоящий только из цифр и начинающийся с 1784",
        uk: "id професійного акаунта Instagram, що складається лише з цифр і починається з 1784",
        ja: "InstagramのプロアカウントのID（数字だけで、1784で始まります）",
    }
    // Steps.
    "In the Meta app dashboard, open Webhooks, choose Instagram in the list of objects, press Subscribe to this object (in an app without Webhooks, open Use cases, Manage messaging and content on Instagram, Customize, API setup with Facebook login, Configure webhooks)" {
        de: "Öffnen Sie im App-Dashboard von Meta „Webhooks“, wählen Sie in der Liste der Objekte „Instagram“, drücken Sie „Subscribe to this object“ (in einer App ohne „Webhooks“ öffnen Sie „Use cases > Manage messaging and content on Instagram > Customize > API setup with Facebook login > Configure webhooks“)",
        es: "En el panel de aplicaciones de Meta, abra «Webhooks», elija «Instagram» en la lista de objetos, pulse «Subscribe to this object» (en una aplicación sin «Webhooks», abra «Use cases > Manage messaging and content on Instagram > Customize > API setup with Facebook login > Configure webhooks»)",
        fr: "Dans le tableau de bord des applications de Meta, ouvrez « Webhooks », choisissez « Instagram » dans la liste des objets, appuyez sur « Subscribe to this object » (dans une application sans « Webhooks », ouvrez « Use cases > Manage messaging and content on Instagram > Customize > API setup with Facebook login > Configure webhooks »)",
        ru: "В панели приложений Meta откройте «Webhooks», выберите «Instagram» в списке объектов, нажмите «Subscribe to this object» (в приложении без «Webhooks» откройте «Use cases > Manage messaging and content on Instagram > Customize > API setup with Facebook login > Configure webhooks»)",
        uk: "На панелі застосунків Meta відкрийте «Webhooks», виберіть «Instagram» у списку об’єктів, натисніть «Subscribe to this object» (у застосунку без «Webhooks» відкрийте «Use cases > Manage messaging and content on Instagram > Customize > API setup with Facebook login > Configure webhooks»)",
        ja: "Metaのアプリダッシュボードで「Webhooks」を開き、対象の一覧から「Instagram」を選んで「Subscribe to this object」を押してください（「Webhooks」のないアプリでは「Use cases > Manage messaging and content on Instagram > Customize > API setup with Facebook login > Configure webhooks」を開いてください）",
    }
    "In the list below it, subscribe messages, messaging_postbacks, messaging_seen, message_reactions and message_edit; leave out what the list does not have." {
        de: "Abonnieren Sie in der Liste darunter messages, messaging_postbacks, messaging_seen, message_reactions und message_edit; lassen Sie weg, was dort nicht steht.",
        es: "En la lista de debajo, suscríbase a messages, messaging_postbacks, messaging_seen, message_reactions y message_edit; omita lo que no esté en la lista.",
        fr: "Dans la liste au-dessous, abonnez-vous à messages, messaging_postbacks, messaging_seen, message_reactions et message_edit ; laissez de côté ce qui n’y figure pas.",
        ru: "В списке ниже подпишитесь на messages, messaging_postbacks, messaging_seen, message_reactions и message_edit; чего в списке нет, пропустите.",
        uk: "У списку нижче підпишіться на messages, messaging_postbacks, messaging_seen, message_reactions і message_edit; чого в списку немає, пропустіть.",
        ja: "その下の一覧で、messages、messaging_postbacks、messaging_seen、message_reactions、message_editを購読してください。一覧にないものは省いてください。",
    }
    "Under Messenger API Settings (in older apps Messenger, Settings), connect the Page that the account is linked to, and subscribe it to messages." {
        de: "Verbinden Sie unter „Messenger API Settings“ (in älteren Apps „Messenger > Settings“) die Seite, mit der das Konto verknüpft ist, und abonnieren Sie für sie messages.",
        es: "En «Messenger API Settings» (en aplicaciones antiguas, «Messenger > Settings»), conecte la página a la que está vinculada la cuenta y suscríbala a messages.",
        fr: "Sous « Messenger API Settings » (dans les anciennes applications, « Messenger > Settings »), connectez la page à laquelle le compte est lié et abonnez-la à messages.",
        ru: "В «Messenger API Settings» (в старых приложениях «Messenger > Settings») подключите страницу, с которой связан аккаунт, и подпишите её на messages.",
        uk: "У «Messenger API Settings» (у старіших застосунках «Messenger > Settings») під’єднайте сторінку, з якою пов’язано акаунт, і підпишіть її на messages.",
        ja: "「Messenger API Settings」（古いアプリでは「Messenger > Settings」）で、アカウントがリンクされているページを接続し、messagesを購読してください。",
    }
    "In the Instagram app, open Settings, Messages and story replies, Message controls, and under Connected tools switch on Allow access to messages (in some versions it is under Settings, Privacy, Messages)." {
        de: "Öffnen Sie in der Instagram-App „Settings > Messages and story replies > Message controls“ und schalten Sie unter „Connected tools“ „Allow access to messages“ ein (in manchen Versionen unter „Settings > Privacy > Messages“).",
        es: "En la aplicación de Instagram, abra «Settings > Messages and story replies > Message controls» y, en «Connected tools», active «Allow access to messages» (en algunas versiones está en «Settings > Privacy > Messages»).",
        fr: "Dans l’application Instagram, ouvrez « Settings > Messages and story replies > Message controls » et, sous « Connected tools », activez « Allow access to messages » (dans certaines versions, sous « Settings > Privacy > Messages »).",
        ru: "В приложении Instagram откройте «Settings > Messages and story replies > Message controls» и в разделе «Connected tools» включите «Allow access to messages» (в некоторых версиях это в «Settings > Privacy > Messages»).",
        uk: "У застосунку Instagram відкрийте «Settings > Messages and story replies > Message controls» і в розділі «Connected tools» увімкніть «Allow access to messages» (у деяких версіях це в «Settings > Privacy > Messages»).",
        ja: "Instagramアプリで「Settings > Messages and story replies > Message controls」を開き、「Connected tools」の「Allow access to messages」をオンにしてください（バージョンによっては「Settings > Privacy > Messages」にあります）。",
    }
    "Publish the app, and ask for Advanced Access to instagram_manage_messages in App Review; until then only people with a role on the app can write." {
        de: "Veröffentlichen Sie die App und beantragen Sie in der „App Review“ „Advanced Access“ für instagram_manage_messages; bis dahin können nur Personen mit einer Rolle in der App schreiben.",
        es: "Publique la aplicación y solicite «Advanced Access» a instagram_manage_messages en «App Review»; hasta entonces solo pueden escribir las personas con un rol en la aplicación.",
        fr: "Publiez l’application et demandez « Advanced Access » à instagram_manage_messages dans « App Review » ; d’ici là, seules les personnes ayant un rôle dans l’application peuvent écrire.",
        ru: "Опубликуйте приложение и запросите «Advanced Access» к instagram_manage_messages в «App Review»; до этого писать могут только люди с ролью в приложении.",
        uk: "Опублікуйте застосунок і подайте запит на «Advanced Access» до instagram_manage_messages у «App Review»; доти писати можуть лише люди з роллю в застосунку.",
        ja: "アプリを公開し、「App Review」でinstagram_manage_messagesの「Advanced Access」を申請してください。それまでは、アプリに役割を持つ人だけが送信できます。",
    }
    // Reasons.
    "the contact cannot be reached on Instagram, or has blocked the account" {
        de: "der Kontakt ist über Instagram nicht erreichbar oder hat das Konto blockiert",
        es: "no se puede contactar con el contacto en Instagram, o ha bloqueado la cuenta",
        fr: "le contact n’est pas joignable sur Instagram, ou a bloqué le compte",
        ru: "контакт недоступен в Instagram или заблокировал аккаунт",
        uk: "контакт недоступний в Instagram або заблокував акаунт",
        ja: "連絡先にInstagramで送信できないか、連絡先がアカウントをブロックしています",
    }
    "the app lacks the permission instagram_manage_messages, or the account does not allow access to its messages for connected tools" {
        de: "der App fehlt die Berechtigung instagram_manage_messages, oder das Konto erlaubt verbundenen Tools keinen Zugriff auf seine Nachrichten",
        es: "a la aplicación le falta el permiso instagram_manage_messages, o la cuenta no permite a las herramientas conectadas acceder a sus mensajes",
        fr: "il manque à l’application l’autorisation instagram_manage_messages, ou le compte n’autorise pas les outils connectés à accéder à ses messages",
        ru: "приложению не хватает разрешения instagram_manage_messages, или аккаунт не разрешает подключённым инструментам доступ к сообщениям",
        uk: "застосунку бракує дозволу instagram_manage_messages, або акаунт не дозволяє під’єднаним інструментам доступ до повідомлень",
        ja: "アプリに権限instagram_manage_messagesがないか、アカウントが連携ツールによるメッセージへのアクセスを許可していません",
    }
    "the account is over its rate at Instagram" {
        de: "das Konto hat sein Limit bei Instagram überschritten",
        es: "la cuenta ha superado su límite en Instagram",
        fr: "le compte a dépassé sa limite sur Instagram",
        ru: "аккаунт превысил лимит в Instagram",
        uk: "акаунт перевищив ліміт в Instagram",
        ja: "アカウントがInstagramの上限を超えました",
    }
    "Instagram does not accept these buttons or cards" {
        de: "Instagram akzeptiert diese Schaltflächen oder Karten nicht",
        es: "Instagram no acepta estos botones o tarjetas",
        fr: "Instagram n’accepte pas ces boutons ou ces cartes",
        ru: "Instagram не принимает эти кнопки или карточки",
        uk: "Instagram не приймає ці кнопки чи картки",
        ja: "Instagramがこれらのボタンまたはカードを受け付けません",
    }
};
