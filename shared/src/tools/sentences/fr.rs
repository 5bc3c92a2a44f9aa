//! The sentences in French.

translations! {
    // In messages.
    Unsupported { what } = "[{what} : ce type de message ne peut pas être affiché ici]",
    FileMissing { name, kind } = "[{name} : impossible de récupérer ce fichier ({kind})]",
    ContactCard = "[fiche de contact]",
    Sticker = "[autocollant]",
    QuotedBy { author, text } = "> {author} : « {text} »",
    Quoted { text } = "> « {text} »",
    QuotedEarlier = "> (en réponse à un message précédent)",
    Agent = "Agent",
    Choose = "Choisir",
    Place = "Position",
    Cards = "Cartes",
    Edited = "(modifié)",
    ReactedWith { emoji } = "(a réagi avec {emoji})",
    TookBack = "(a retiré un message précédent)",
    MessageDeleted = "(un message de cette discussion a été supprimé)",
    MessagesDeleted { count } = "({count} messages de cette discussion ont été supprimés)",
    Forwarded = "(transféré)",
    ForwardedFrom { name } = "(transféré de {name})",
    CameFrom { from } = "(venu de {from})",
    AnAd = "une publicité",
    StoryReply = "(en réponse à votre story)",
    StoryReplyAt { url } = "(en réponse à votre story : {url})",
    StoryMention = "(vous a mentionné dans une story)",
    ToAiAgent = "(à l’agent IA de Meta)",
    ByAiAgent = "(de l’agent IA de Meta)",
    AccountChanged = "(le compte du contact a changé)",
    Order = "(commande)",
    ChatOn { channel } = "Discussion sur {channel}",
    ChatWith { name } = "Discussion avec {name}",
    EmptyNotice = "[message vide]",
    FileNotTaken { name, by } = "[{name} : {by} n’a pas pris ce fichier]",
    FileRefused { name, by } = "[{name} : {by} a refusé ce fichier]",
    FileUnsafe { name, by } = "[{name} : {by} n’a pas jugé ce fichier sûr]",

    // What a file, a message or a side is called.
    KindImage = "image",
    KindVideo = "vidéo",
    KindRecording = "enregistrement",
    KindFile = "fichier",
    KindMoreFiles = "autres fichiers",
    KindAttachment = "pièce jointe",
    KindLocation = "position",
    KindContactCard = "fiche de contact",
    KindPoll = "sondage",
    KindPressedButton = "bouton actionné",
    KindMultimedia = "message multimédia",
    KindEmpty = "message vide",
    KindUnknown = "message inconnu",
    KindWithoutContent { kind } = "{kind} sans contenu",
    KindBlankCard = "fiche de contact sans contenu",
    KindMoreCards = "autres fiches de contact",
    KindMoreAttachments = "autres pièces jointes",
    KindUnsupported = "message non pris en charge",
    SideChannel = "canal",
    SideHelpdesk = "helpdesk",

    // To agents.
    ChatOpened { with } = "[La conversation a été ouverte avec : {with}]",
    FromAnotherDevice { text } = "Envoyé au client depuis un autre appareil :\n{text}",
    ContactMoved { text } = "Le canal a attribué une nouvelle adresse au client : {text}",
    Note { text } = "Note de la passerelle, invisible pour le client : {text}",
    NotDelivered { channel, reason } = "Non distribué sur {channel} : {reason}.",
    NotDeliveredYet { channel, reason, until } =
        "Pas encore distribué sur {channel} : {reason}. La passerelle réessaie jusqu’au {until}.",
    UnreadKept { side, reason } =
        "Un événement concernant ce client n’a pas pu être affiché ici ({side}) : {reason}. La passerelle le conserve \
         30 jours, et son administrateur pourra le renvoyer après une mise à jour.",
    ArrivedAfterAll { channel } = "La réponse en attente a finalement été distribuée sur {channel}.",
    NotShown { reason } = "Un message du client n’a pas pu être affiché ici : {reason}.",
    EchoNotShown { reason } = "Un message d’un autre appareil n’a pas pu être affiché ici : {reason}.",
    HistoryUnread =
        "la passerelle a lu cette conversation pour rattraper les messages manqués ; l’un d’eux n’a pas pu être lu et n’est peut-être pas parvenu au client",
    HistoryCut { count } =
        "la passerelle a lu cette conversation pour rattraper les messages manqués ; elle a envoyé ce qu’elle a trouvé parmi les {count} messages d’agents les plus récents et s’est arrêtée là, de sorte que les plus anciens ne sont peut-être pas parvenus au client",

    // Reasons.
    BrakeClosed { until, reason } =
        "les messages attendent jusqu’au {until}, car des appels ont échoué : {reason}",
    DownloadsBraked { until, reason } = "aucun fichier n’est récupéré de ce côté jusqu’au {until} : {reason}",
    BrakeOpens =
        "un message réessaie ensuite de lui-même ; POST /installations/{{id}}/retry les fait tous réessayer maintenant",
    ContactStopped =
        "le contact a refusé les messages de ce compte ; vous pourrez répondre dès qu’il écrira de nouveau",
    NotJournaled = "la table n’accepte pas l’enregistrement du message",
    MayHaveArrived =
        "le message a été envoyé trois fois sans que l’on sache s’il est arrivé ; il est peut-être arrivé",
    NoteHasNoPlace = "le helpdesk n’a aucune conversation avec ce contact où placer une note",
    OnlyCustomersBegin = "sur ce canal, seul le client peut commencer une conversation",
    PhoneNeeded =
        "cet utilisateur n’est pas venu par le canal et n’a pas de numéro de téléphone ; ajoutez-en un avec l’indicatif du \
         pays, par exemple +44 7700 900123",
    PhoneUnclear =
        "le numéro de téléphone de l’utilisateur est inutilisable ; écrivez-le avec l’indicatif du pays, par exemple \
         +44 7700 900123",
    UnknownContact = "aucun contact n’est connu sous cet identifiant",
    HistoryNotRead = "la conversation n’a pas pu être lue",
    Answered { call, status } = "{call} a répondu {status}",
    AnsweredOddly { call, status } = "{call} a répondu {status} sous une forme inconnue",
    Explained { reason, explanation } = "{reason} : {explanation}",
    NoticeStep { cause, fix } = "{cause} : {fix}.",
    LookUpFailed = "le contact n’a pas pu être recherché",
    TooManyCalls = "la distribution demande trop d’appels",
    NotOurTurn = "la limite d’appels de ce compte est atteinte pour le moment",
    UnknownTask { task } = "la passerelle ne peut pas faire cela ici (tâche {task})",
    SettingMissing { name } = "le paramètre `{name}` manque",
    CredentialMissing { name } = "l’identifiant secret `{name}` manque",
    CredentialNotAscii = "l’identifiant secret contient des caractères interdits dans un en-tête",
    HeaderNotAscii { name } = "l’en-tête `{name}` ne peut pas contenir sa valeur",
    NotWritten { error } = "la requête n’a pas pu être écrite : {error}",
    NotBuilt { error } = "la requête n’a pas pu être construite : {error}",
    TemplateMixed = "un modèle reçoit ses valeurs soit dans l’ordre, soit par nom, mais pas les deux à la fois",
    TemplatePlaceUnknown { name } = "le modèle n’a pas d’emplacement nommé `{name}`, ou y attend autre chose",
    TemplateFileIsLink { kind } = "le fichier dans l’en-tête d’un modèle ({kind}) doit être un lien https",
    TemplateTakes { reason, usage } = "{reason} ; écrivez ainsi : {usage}",
    TemplateLanguages { reason, languages } = "{reason} ; langues disponibles : {languages}",
    TemplateUnknown { reason } = "{reason} ; le compte n’a aucun modèle de ce nom",
    MessageEmpty = "le message est vide",
    ForeignFile { vendor } = "l’adresse du fichier n’est pas une adresse de {vendor}",
    UnknownVersion = "le message a une forme que cette version ne connaît pas",
    Malformed = "le message est illisible",
    UnreadCall { error } = "cette version de la passerelle ne peut pas le lire : {error}",
    EventUnreadable = "un élément ne nomme aucun contact, ou n’a pas la forme que décrit la plateforme",

    // Reasons of the network.
    NoConnection = "aucune connexion au fournisseur",
    ConnectionBroke = "la connexion au fournisseur a été interrompue",
    NoAnswer = "le fournisseur n’a pas répondu à temps",
    AnswerTooLong = "la réponse du fournisseur est trop longue",
    NoUrl = "l’adresse n’est pas une URL",
    NotHttps = "l’adresse n’est pas en https",
    NotPublic = "l’adresse n’est pas publique",
    NoClient = "le client HTTP n’a pas pu être créé",

    // Reasons of files.
    FileNotFetched { kind, reason } = "impossible de récupérer le fichier ({kind}) : {reason}",
    FileNotHere = "le fichier ne peut pas être récupéré de cette façon",
    FileNotAtHand = "le fichier à téléverser n’est pas disponible",
    FileNotFetchedAgain = "un fichier n’a pas pu être récupéré une nouvelle fois",
    NoMemory = "aucune mémoire disponible",
    FileGone = "le fichier n’existe plus",
    FileNotFound = "le fichier est introuvable",
    FileTooSlow = "le téléchargement a pris trop de temps",
    FileEmpty = "son adresse a renvoyé un fichier vide",
    FileIsPage = "son adresse a renvoyé une page web",
    FileBrokeOff = "le téléchargement a été interrompu",
    FileAnswered { status } = "son adresse a répondu {status}",
    FileRedirectsNowhere = "l’adresse du fichier ne redirige vers aucune adresse",
    FileRedirectsTooOften = "l’adresse du fichier redirige trop souvent",
    FileTypeMalformed = "le type de contenu du fichier est incorrect",

    // Refusals that pages and notes show.
    Uninstalled = "cette installation a été supprimée ; retirez cette URL des paramètres de la plateforme",
    Unavailable = "la passerelle ne peut pas enregistrer ceci pour le moment ; renvoyez-le",
    Conflict =
        "quelqu’un d’autre a modifié cette installation au même moment ; rechargez-la et recommencez la modification",
    NotJson { line, column } = "le contenu n’est pas du JSON (ligne {line}, colonne {column})",
    BadFieldBefore { line, column } =
        "le champ qui précède la ligne {line}, colonne {column} manque ou n’est pas du bon type",
    FieldMissing { field } = "le champ `{field}` manque",
    ShouldBe { name, should_be } = "valeur attendue pour `{name}` : {should_be}",
    ReasonNeeded { most } = "`reason` doit dire pourquoi les messages sont supprimés, en {most} caractères au plus",
    NotDead { state } =
        "ce message n’est pas abandonné, mais dans l’état {state} ; seuls les messages abandonnés peuvent être renvoyés ou \
         supprimés",
    DeadDamaged = "une partie de ce message manque, il ne peut donc pas être renvoyé ; supprimez-le",
    InstallationRemoved = "l’installation a été supprimée",
    VendorUnavailable { side, kind, reason } =
        "impossible de demander à {kind} ({side}) si les identifiants sont corrects ({reason}) ; réessayez",
    CredentialsRefused { side, kind, reason } = "{kind} ({side}) a refusé les identifiants : {reason}",
    OtherAccount =
        "ces paramètres appartiennent à un autre compte ; créez une nouvelle installation pour lui et supprimez celle-ci",
    AddressTaken { side, address } =
        "une installation d’un autre compte utilise déjà {address} ({side}) ; supprimez d’abord cette installation",

    // Findings.
    QuotaLeft { left, limit } = "messages restants ce mois-ci : {left} sur {limit}",
    QuotaFix =
        "changez d’offre chez le fournisseur ; une fois les messages épuisés, les réponses attendent la fin du mois",

    // To admins, about how an installation stands: causes and remedies.
    ChannelIsTold = "l’URL du webhook est en cours de transmission au canal",
    RegisterIfStill = "si cela ne change pas d’ici une minute, enregistrez de nouveau le webhook",
    UrlNotTaken = "le canal n’a pas accepté l’URL du webhook",
    RegisterFix = "corrigez ce qu’indique le canal, puis enregistrez de nouveau le webhook",
    BlockedFix =
        "corrigez-le chez le fournisseur, ou installez de nouveau les mêmes comptes avec de nouveaux \
         identifiants, ce qui conserve les URL ; ce qui attend est alors réessayé",
    CredentialsFix = "installez de nouveau les mêmes comptes avec les bons identifiants, ce qui conserve les URL",
    AskAgain = "vérifiez de nouveau dans une minute ; entre-temps, les messages attendent et ne sont pas perdus",
    DeadLetters = "des messages ont été abandonnés",
    DeadBecause { reason } = "des messages ont été abandonnés, le dernier pour cette raison : {reason}",
    DeadFix = "une fois la cause corrigée, renvoyez-les, ou abandonnez-les définitivement",
    StepToDo = "il reste une étape de la configuration",
    StepsFirst = "faites d’abord les étapes de la configuration qui restent",
    MessagesWait { count, reason } =
        "messages qui attendent un nouvel essai : {count}, le dernier pour cette raison : {reason}",
    TriesByItself = "la passerelle réessaie d’elle-même",
    ChannelNotHeard = "rien n’est encore venu du canal",
    HelpdeskNotHeard = "rien n’est encore venu du helpdesk",
    NoneToHelpdesk = "aucun message d’un client n’est encore arrivé au helpdesk",
    NoneToChannel = "aucun message d’un agent n’est encore arrivé sur le canal",
    WriteYourself = "écrivez au canal depuis votre propre téléphone et observez la page de l’installation",
    AnswerYourself =
        "répondez dans le helpdesk au message d’un client ; si rien n’apparaît, le helpdesk n’appelle pas encore \
         l’URL de son webhook",
    StrayCalls { noun, id, at } =
        "des appels pour {noun} {id} arrivent ici, et aucune installation n’a cette adresse (le dernier à {at})",
    StrayFix { noun } =
        "créez une installation pour cette adresse ({noun}), ou ignorez ceci si la passerelle ne doit pas la \
         servir",

    RefusedCalls { count, what, since, latest } = "appels {what} : {count} depuis {since}, le dernier à {latest}",
    WithWrongSignature = "avec une signature incorrecte",
    WithoutSignature = "sans signature",
    WithStaleSignature = "avec une signature trop ancienne",
    WithWrongHandshake = "avec un mot incorrect lors de la vérification initiale",
    WithLongBody = "avec un contenu trop long",
    WithUnreadableBody = "avec un contenu illisible",
    UnreadBeyondLimit = "signés mais illisibles, écartés au-delà des 100 conservés par jour",
    UnreadBeyondSize = "signés mais illisibles, écartés parce qu’ils sont trop longs pour être conservés",
    UpdateBridge = "mettez la passerelle à jour, puis renvoyez ou supprimez les messages abandonnés",
    UnreadDropped { count, since } =
        "appels signés depuis {since} qui n’ont pu être ni lus ni conservés, car trop longs ou au-delà de 100 par jour : \
         {count} ; mettez la passerelle à jour, puis renvoyez ou supprimez les messages abandonnés",
    CheckKey { name, should_be } =
        "vérifiez `{name}` : valeur attendue : {should_be}, appartenant au compte ou à l’application dont les appels \
         arrivent ici",
    RegisterForKey =
        "enregistrez de nouveau le webhook, afin que la plateforme signe avec la clé que connaît la passerelle",
    CheckClocks = "vérifiez l’horloge de l’appelant, et si quelque chose renvoie d’anciens appels",
    CheckHandshake =
        "saisissez le jeton de vérification que cette installation a reçu, ou modifiez celui de l’installation",
    SendLess = "envoyez moins d’événements par appel",
    CheckCaller = "trouvez ce qui appelle cette URL ; la plateforme elle-même n’envoie pas de tels appels",

    // On the page of an installation.
    Installation = "Installation",
    NeedsAttention = "Intervention requise",
    Registering = "Enregistrement en cours",
    NotRegistered = "Le canal n’a pas accepté l’URL",
    Removed = "Supprimée",
    RemovedForGood = "Cette installation a été supprimée ; ses URL ne répondent plus à personne.",
    Working = "En service",
    BothDirectionsWork = "Les messages passent dans les deux sens.",
    HalfwayThere = "À mi-chemin",
    WaitingForFirst = "En attente du premier message",
    SetUp = "Configuration",
    CheckBothAccounts = "Vérifier les deux comptes",
    RegisterAgain = "Enregistrer de nouveau le webhook",
    Documentation = "Documentation",
    Copy = "Copier",
    LastHeard = "Dernier contact",
    NotHeardYet = "pas encore",
    LatestMessages = "Derniers messages",
    OlderMessages = "Messages plus anciens",
    NoMessages = "Rien pour l’instant.",
    Received = "Reçu",
    Direction = "Sens",
    State = "État",
    Took = "Durée",
    Remarks = "Remarque",
    Attempts { attempts } = "tentatives : {attempts}",
    PossiblyDoubled = "peut-être arrivé deux fois",
    StepsLeft { left, all } = "Étapes restantes : {left} sur {all}",
    StepsLeftAdvice =
        "Suivez les étapes ci-dessous. Chacune se coche d’elle-même dès que la passerelle a vu qu’elle fonctionne.",
    StepDone = "Terminé.",
    InTrouble = "Des messages attendent",
    InTroubleAdvice = "Des appels ont échoué, la passerelle attend donc avant de réessayer. Rien n’est perdu.",
    TryNow = "Réessayer maintenant",
    TriesNow = "Ce qui attend sera réessayé à son prochain tour.",
    Registered = "Configurée",
    RegisteredAgain = "Le canal appelle maintenant cette passerelle.",
    Works = "fonctionne",
    WorksNot = "ne fonctionne pas",
    Channel = "Canal",
    Helpdesk = "Helpdesk",
    GivenUp = "Abandonnés",
    GivenUpAdvice =
        "Ces messages n’ont pas été distribués. Une fois la cause corrigée, renvoyez-les ; chacun est conservé 30 jours.",
    MoreGivenUp = "Il y en a d’autres. Voici les plus récents.",
    MessagesGivenUp = "Des messages ont été abandonnés",
    MessagesGivenUpAdvice = "Ils sont conservés ci-dessous, chacun avec sa raison, et peuvent être renvoyés.",
    GivenUpCount { count } = "abandonnés : {count}",
    SendAgain = "Renvoyer",
    SendAllAgain = "Tout renvoyer",
    SentAgainCount { count } = "Messages renvoyés : {count}.",
    Discard = "Supprimer",
    DiscardedCount { count } = "Messages supprimés : {count}.",
    WhyDiscard = "Pourquoi ? Le journal conserve la raison.",
    Details = "Détails",
    WaitingCount { count } = "Messages en attente : {count}.",
    NextTry = "prochaine tentative vers",
    FromCustomer = "du client à l’agent",
    FromAgent = "de l’agent au client",
    NoteToAgents = "note aux agents",
    StateRead = "lu",
    StateDelivered = "distribué",
    StateSent = "envoyé",
    StateRejected = "refusé",
    StateGivenUp = "abandonné",
    StateDiscarded = "supprimé",
    StateWaiting = "en attente",
    Manage = "Gestion",
    RenewChannelUrl = "Renouveler l’URL appelée par le canal",
    RenewChannelAdvice =
        "Pour une URL que d’autres ont pu voir. L’ancienne reste valable 24 heures.",
    RenewHelpdeskUrl = "Renouveler l’URL appelée par le helpdesk",
    RenewHelpdeskAdvice =
        "Pour une URL que d’autres ont pu voir. L’ancienne reste valable 24 heures ; collez la nouvelle dans le helpdesk.",
    RenewLink = "Renouveler le lien de cette page",
    RenewLinkAdvice =
        "L’ancien lien cesse aussitôt de fonctionner. Un administrateur donne le nouveau à qui a besoin de cette page.",
    UrlRenewed = "La nouvelle URL est désormais valable.",
    Uninstall = "Supprimer l’installation",
    UninstallAdvice =
        "Supprime les identifiants et les messages abandonnés. Les URL ne répondent alors plus à personne. Cette action est \
         irréversible.",
    IAmSure = "Oui, je confirme",
    TickTheBox = "cochez la case pour confirmer votre choix",
    UnknownAction = "cette page ne propose pas cette action ; ouvrez-la de nouveau",
    Message = "Message",
    MessageId = "Identifiant du message",
    LogId = "Identifiant dans le journal",
    ToInstallation = "Retour à l’installation",
    Changed = "Modifié",
    Contact = "Contact",
    SentAs = "Envoyé en tant que",
    Calls = "Appels",
    NoCalls = "Aucun appel n’a encore été fait pour lui.",
    Time = "Heure",
    Attempt = "Tentative",
    Call = "Appel",
    Outcome = "Résultat",
    Done = "Terminé",
    NotDone = "Cela n’a pas fonctionné",

    // On the admin's other pages.
    SignIn = "Se connecter",
    SignInAdvice =
        "Saisissez la clé d’administration créée lors du déploiement de la passerelle. Elle n’est pas conservée : la session \
         se termine au bout d’une heure.",
    AdminKey = "Clé d’administration",
    WrongAdminKey = "ce n’est pas la clé d’administration",
    SignOut = "Se déconnecter",
    SignedOut = "Vous n’êtes pas connecté",
    SignInFirst = "connectez-vous d’abord avec la clé d’administration",
    FormOfOtherPage =
        "ce formulaire n’appartient pas à votre session ; ouvrez de nouveau la page et recommencez",
    LinkExpired = "Ce lien a expiré, ou il n’y a rien ici",
    LinkExpiredAdvice =
        "Le lien de la page d’une installation est valable 30 jours, et un nouveau lien met fin à l’ancien. Demandez le \
         nouveau lien à la personne qui gère la passerelle, ou connectez-vous avec la clé d’administration.",
    NoSuchMessage { days } = "ce message n’existe pas ici ; le journal conserve chaque message pendant {days} jours",
    FormTooLong { limit_kib } = "le formulaire dépasse {limit_kib} Kio ; raccourcissez votre saisie et renvoyez-le",
    FormOfText =
        "cette page n’accepte que le texte de son propre formulaire, pas de fichiers ; rouvrez-la et recommencez",
    SessionEnded = "la session est terminée et rien n’a été fait ; connectez-vous, rouvrez la page et recommencez",
    SessionEndedKept =
        "Votre session est terminée et rien n’a été installé. Saisissez la clé d’administration pour continuer : \
         votre saisie est conservée, sauf les mots de passe et les jetons.",
    SignInOrLink =
        "Sans la clé d’administration, ouvrez la page par son lien complet, que détient la personne qui gère la \
         passerelle.",
    FormOfOldSession =
        "ce formulaire provient d’une session antérieure, rien n’a donc été installé ; vérifiez-le et renvoyez-le",
    NotInstalled = "Pas encore installé",
    NoSuchChannel { kind } = "Il n’existe pas de canal `{kind}`. Choisissez-en un dans la liste.",
    NoSuchHelpdesk { kind } = "Il n’existe pas de service d’assistance `{kind}`. Choisissez-en un dans la liste.",
    NoSuchPage = "Il n’y a rien à cette adresse",
    NoSuchPageAdvice = "Vérifiez l’adresse : un lien coupé ne mène nulle part.",
    ToHome = "Vers la liste des installations",
    Installations = "Installations",
    NoInstallations = "Il n’y en a pas encore.",
    AddInstallation = "Ajouter une installation",
    NextPage = "Page suivante",
    Continue = "Continuer",
    Install = "Installer",
    Installed = "Installée",
    Optional = "facultatif",
    ShownOnce =
        "La passerelle a créé ces identifiants. Ils ne sont affichés que cette fois : copiez-les maintenant.",
    ShownBefore =
        "La passerelle a créé plus tôt les identifiants de cette installation et les a affichés alors. Si \
         personne ne les a, installez de nouveau avec vos propres identifiants.",
    ToSteps = "Vers les étapes suivantes",
    MistakesFound { count } = "Pas encore installée. Champs à corriger : {count}",
    EnterSecretsAgain = "Les mots de passe et les jetons doivent être saisis de nouveau.",
    MoreOptions = "Autres options",
    OptionOnResolved = "Quand un client écrit après la résolution de la conversation",
    OptionReopen = "rouvrir la conversation",
    OptionNew = "commencer une nouvelle conversation",
    OptionAgentName = "Placer le nom de l’agent avant chaque réponse lorsque le canal ne l’affiche pas",
    OptionBotMessages = "Transmettre au client les messages des bots du helpdesk",
    OptionMarketplace = "L’application Freshworks Marketplace transmet les événements du helpdesk",
    OptionLanguage = "Langue des indications dans les messages et les notes",
    Transcript { said } = "Échanges précédents :\n{said}",
    WishedGroup { group } = "Groupe qui doit répondre : {group}",
    RatingQuestion = "Êtes-vous satisfait de notre réponse ? Choisissez un nombre de 1 (pas du tout) à 5 (très).",
    OptionAskRating = "Demander une note de 1 à 5 quand une conversation est résolue",
    OptionTextOnAssign = "Ce que lit le client quand un agent prend la conversation",
    OptionTextOnResolve = "Ce que lit le client quand la conversation est résolue",
    OptionTextOnReopen = "Ce que lit le client quand la conversation est rouverte",
    OptionRatingQuestion = "La question pour la note",
    OptionPlaceholders = "Dans ces textes, `{{agent}}` et `{{contact}}` représentent les noms.",
    Rated { rating, most } = "Le client a noté cette conversation : {rating} sur {most}.",
    TooLate = "il est trop tard pour cela",
}
