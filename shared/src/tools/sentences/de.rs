//! The sentences in German.

translations! {
    // In messages.
    Unsupported { what } = "[{what}: Diese Art von Nachricht kann hier nicht angezeigt werden]",
    FileMissing { name, kind } = "[{name}: {kind} konnte nicht abgerufen werden]",
    ContactCard = "[Kontaktkarte]",
    Sticker = "[Sticker]",
    QuotedBy { author, text } = "> {author}: „{text}“",
    Quoted { text } = "> „{text}“",
    QuotedEarlier = "> (Antwort auf eine frühere Nachricht)",
    Agent = "Agent",
    Choose = "Auswählen",
    Place = "Standort",
    Cards = "Karten",
    Edited = "(bearbeitet)",
    ReactedWith { emoji } = "(hat mit {emoji} reagiert)",
    TookBack = "(hat eine frühere Nachricht zurückgenommen)",
    MessageDeleted = "(in diesem Chat wurde eine Nachricht gelöscht)",
    MessagesDeleted { count } = "(in diesem Chat wurden {count} Nachrichten gelöscht)",
    Forwarded = "(weitergeleitet)",
    ForwardedFrom { name } = "(weitergeleitet von {name})",
    CameFrom { from } = "(kam über {from})",
    AnAd = "eine Anzeige",
    StoryReply = "(als Antwort auf Ihre Story)",
    StoryReplyAt { url } = "(als Antwort auf Ihre Story: {url})",
    StoryMention = "(hat Sie in einer Story erwähnt)",
    ToAiAgent = "(an Metas KI-Agenten)",
    ByAiAgent = "(von Metas KI-Agenten)",
    AccountChanged = "(das Konto des Kontakts hat sich geändert)",
    Order = "(Bestellung)",
    ChatOn { channel } = "Chat über {channel}",
    ChatWith { name } = "Chat mit {name}",
    EmptyNotice = "[leere Nachricht]",
    FileNotTaken { name, by } = "[{name}: {by} hat diese Datei nicht angenommen]",
    FileRefused { name, by } = "[{name}: {by} hat diese Datei abgelehnt]",
    FileUnsafe { name, by } = "[{name}: {by} hat diese Datei nicht als sicher akzeptiert]",

    // What a file, a message or a side is called.
    KindImage = "Bild",
    KindVideo = "Video",
    KindRecording = "Sprachnachricht",
    KindFile = "Datei",
    KindMoreFiles = "weitere Dateien",
    KindAttachment = "Anhang",
    KindLocation = "Standort",
    KindContactCard = "Kontaktkarte",
    KindPoll = "Umfrage",
    KindPressedButton = "gedrückte Schaltfläche",
    KindMultimedia = "Multimedia-Nachricht",
    KindEmpty = "leere Nachricht",
    KindUnknown = "unbekannte Nachricht",
    KindWithoutContent { kind } = "{kind} ohne Inhalt",
    KindBlankCard = "Visitenkarte ohne Inhalt",
    KindMoreCards = "weitere Visitenkarten",
    KindMoreAttachments = "weitere Anhänge",
    KindUnsupported = "nicht unterstützte Nachricht",
    SideChannel = "Kanal",
    SideHelpdesk = "Helpdesk",

    // To agents.
    ChatOpened { with } = "[Der Chat wurde geöffnet mit: {with}]",
    FromAnotherDevice { text } = "Von einem anderen Gerät an den Kunden gesendet:\n{text}",
    ContactMoved { text } = "Der Kanal hat dem Kunden eine neue Adresse gegeben: {text}",
    Note { text } = "Hinweis der Bridge, für den Kunden nicht sichtbar: {text}",
    NotDelivered { channel, reason } = "Nicht zugestellt über {channel}: {reason}.",
    NotDeliveredYet { channel, reason, until } =
        "Noch nicht zugestellt über {channel}: {reason}. Die Bridge versucht es weiter bis {until}.",
    UnreadKept { side, reason } =
        "Ein Ereignis zu diesem Kunden konnte hier nicht angezeigt werden ({side}): {reason}. Die Bridge bewahrt es 30 Tage \
         auf; nach einem Update kann der Administrator es erneut senden.",
    ArrivedAfterAll { channel } = "Die wartende Antwort wurde nun doch über {channel} zugestellt.",
    NotShown { reason } = "Eine Nachricht des Kunden konnte hier nicht angezeigt werden: {reason}.",
    EchoNotShown { reason } = "Eine Nachricht von einem anderen Gerät konnte hier nicht angezeigt werden: {reason}.",
    HistoryUnread =
        "die Bridge hat diese Konversation gelesen, um verpasste Nachrichten nachzuholen; eine davon war nicht lesbar und hat den Kunden vielleicht nicht erreicht",
    HistoryCut { count } =
        "die Bridge hat diese Konversation gelesen, um verpasste Nachrichten nachzuholen; sie hat gesendet, was sie unter den neuesten {count} Nachrichten von Agenten fand, und dort aufgehört, sodass ältere den Kunden vielleicht nicht erreicht haben",

    // Reasons.
    BrakeClosed { until, reason } = "Nachrichten warten bis {until}, weil Aufrufe fehlgeschlagen sind: {reason}",
    DownloadsBraked { until, reason } = "von dieser Seite werden bis {until} keine Dateien abgerufen: {reason}",
    BrakeOpens =
        "danach versucht es eine Nachricht von selbst erneut; POST /installations/{{id}}/retry lässt es alle sofort \
         versuchen",
    ContactStopped =
        "der Kontakt hat Nachrichten dieses Kontos abbestellt; Sie können antworten, sobald der Kontakt wieder schreibt",
    NotJournaled = "die Nachricht konnte nicht in der Tabelle verzeichnet werden",
    MayHaveArrived =
        "die Nachricht wurde dreimal gesendet, und es blieb unklar, ob sie angekommen ist; möglicherweise ist sie es",
    NoteHasNoPlace = "im Helpdesk gibt es keine Konversation mit diesem Kontakt, in der ein Hinweis stehen könnte",
    OnlyCustomersBegin = "auf diesem Kanal kann nur der Kunde eine Konversation beginnen",
    PhoneNeeded =
        "dieser Benutzer kam nicht über den Kanal und hat keine Telefonnummer; ergänzen Sie eine mit Ländervorwahl, zum \
         Beispiel +44 7700 900123",
    PhoneUnclear =
        "die Telefonnummer des Benutzers ist nicht verwendbar; geben Sie sie mit Ländervorwahl an, zum Beispiel +44 7700 \
         900123",
    UnknownContact = "kein Kontakt mit dieser ID ist bekannt",
    HistoryNotRead = "die Konversation konnte nicht gelesen werden",
    Answered { call, status } = "{call} antwortete mit {status}",
    AnsweredOddly { call, status } = "{call} antwortete mit {status} in unbekannter Form",
    Explained { reason, explanation } = "{reason}: {explanation}",
    NoticeStep { cause, fix } = "{cause}: {fix}.",
    LookUpFailed = "der Kontakt konnte nicht ermittelt werden",
    TooManyCalls = "die Zustellung benötigt zu viele Aufrufe",
    NotOurTurn = "das Aufruflimit dieses Kontos ist im Moment ausgeschöpft",
    UnknownTask { task } = "die Bridge kann dies hier nicht ausführen (Aufgabe {task})",
    SettingMissing { name } = "die Einstellung `{name}` fehlt",
    CredentialMissing { name } = "die Zugangsdaten `{name}` fehlen",
    CredentialNotAscii = "die Zugangsdaten enthalten Zeichen, die in einem Header nicht erlaubt sind",
    HeaderNotAscii { name } = "der Header `{name}` kann seinen Wert nicht aufnehmen",
    NotWritten { error } = "die Anfrage konnte nicht geschrieben werden: {error}",
    NotBuilt { error } = "die Anfrage konnte nicht erstellt werden: {error}",
    TemplateMixed = "eine Vorlage nimmt ihre Werte entweder der Reihe nach oder nach Namen, nicht gemischt",
    TemplatePlaceUnknown { name } = "die Vorlage hat keinen Platzhalter `{name}` oder erwartet dort etwas anderes",
    TemplateFileIsLink { kind } = "die Datei im Kopf einer Vorlage ({kind}) muss ein https-Link sein",
    TemplateTakes { reason, usage } = "{reason}; schreiben Sie so: {usage}",
    TemplateLanguages { reason, languages } = "{reason}; verfügbare Sprachen: {languages}",
    TemplateUnknown { reason } = "{reason}; das Konto hat keine Vorlage dieses Namens",
    MessageEmpty = "die Nachricht ist leer",
    ForeignFile { vendor } = "die Adresse der Datei gehört nicht zu {vendor}",
    UnknownVersion = "die Nachricht hat eine Form, die diese Version nicht kennt",
    Malformed = "die Nachricht ist nicht lesbar",
    UnreadCall { error } = "diese Version der Bridge kann es nicht lesen: {error}",
    EventUnreadable = "etwas darin nennt keinen Kontakt oder hat eine andere Form, als die Plattform beschreibt",

    // Reasons of the network.
    NoConnection = "keine Verbindung zum Anbieter",
    ConnectionBroke = "die Verbindung zum Anbieter ist abgebrochen",
    NoAnswer = "der Anbieter hat nicht rechtzeitig geantwortet",
    AnswerTooLong = "die Antwort des Anbieters ist zu lang",
    NoUrl = "die Adresse ist keine URL",
    NotHttps = "die Adresse beginnt nicht mit https",
    NotPublic = "die Adresse ist nicht öffentlich",
    NoClient = "der HTTP-Client konnte nicht erstellt werden",

    // Reasons of files.
    FileNotFetched { kind, reason } = "{kind} konnte nicht abgerufen werden: {reason}",
    FileNotHere = "die Datei kann auf diesem Weg nicht abgerufen werden",
    FileNotAtHand = "die hochzuladende Datei liegt nicht vor",
    FileNotFetchedAgain = "eine Datei konnte nicht noch einmal abgerufen werden",
    NoMemory = "kein Speicher frei",
    FileGone = "die Datei ist nicht mehr vorhanden",
    FileNotFound = "die Datei wurde nicht gefunden",
    FileTooSlow = "der Download hat zu lange gedauert",
    FileEmpty = "die Adresse lieferte eine leere Datei",
    FileIsPage = "die Adresse lieferte eine Webseite",
    FileBrokeOff = "der Download ist abgebrochen",
    FileAnswered { status } = "die Adresse antwortete mit {status}",
    FileRedirectsNowhere = "die Adresse der Datei leitet auf keine Adresse weiter",
    FileRedirectsTooOften = "die Adresse der Datei leitet zu oft weiter",
    FileTypeMalformed = "der Inhaltstyp der Datei ist fehlerhaft",

    // Refusals that pages and notes show.
    Uninstalled = "diese Installation wurde entfernt; löschen Sie diese URL in den Einstellungen der Plattform",
    Unavailable = "die Bridge kann dies gerade nicht speichern; senden Sie es noch einmal",
    Conflict =
        "jemand anderes hat diese Installation im selben Moment geändert; laden Sie sie neu und wiederholen Sie die \
         Änderung",
    NotJson { line, column } = "der Inhalt ist kein JSON (Zeile {line}, Spalte {column})",
    BadFieldBefore { line, column } = "das Feld vor Zeile {line}, Spalte {column} fehlt oder hat den falschen Typ",
    FieldMissing { field } = "das Feld `{field}` fehlt",
    ShouldBe { name, should_be } = "Erwartet für `{name}`: {should_be}",
    ReasonNeeded { most } = "`reason` muss in höchstens {most} Zeichen sagen, warum die Nachrichten entfernt werden",
    NotDead { state } =
        "diese Nachricht ist nicht aufgegeben, sondern im Zustand {state}; nur aufgegebene Nachrichten können erneut \
         gesendet oder verworfen werden",
    DeadDamaged = "ein Teil dieser Nachricht fehlt, deshalb kann sie nicht erneut gesendet werden; verwerfen Sie sie",
    InstallationRemoved = "die Installation wurde entfernt",
    VendorUnavailable { side, kind, reason } =
        "{kind} ({side}) konnte nicht gefragt werden, ob die Zugangsdaten stimmen ({reason}); versuchen Sie es erneut",
    CredentialsRefused { side, kind, reason } = "{kind} ({side}) hat die Zugangsdaten abgelehnt: {reason}",
    OtherAccount =
        "diese Einstellungen gehören zu einem anderen Konto; legen Sie dafür eine neue Installation an und löschen Sie \
         diese",
    AddressTaken { side, address } =
        "eine Installation eines anderen Kontos hat bereits {address} ({side}); löschen Sie zuerst jene Installation",

    // Findings.
    QuotaLeft { left, limit } = "noch {left} von {limit} Nachrichten dieses Monats verfügbar",
    QuotaFix =
        "wechseln Sie beim Anbieter den Tarif; sind die Nachrichten aufgebraucht, warten Antworten bis zum Monatsende",

    // To admins, about how an installation stands: causes and remedies.
    ChannelIsTold = "dem Kanal wird gerade die Webhook-URL mitgeteilt",
    RegisterIfStill = "ändert sich das nicht innerhalb einer Minute, registrieren Sie den Webhook erneut",
    UrlNotTaken = "der Kanal hat die Webhook-URL nicht angenommen",
    RegisterFix = "beheben Sie, was der Kanal nennt, und registrieren Sie den Webhook dann erneut",
    BlockedFix =
        "beheben Sie es beim Anbieter, oder installieren Sie dieselben Konten mit neuen Zugangsdaten erneut, \
         wobei die URLs bleiben; was wartet, wird dann erneut versucht",
    CredentialsFix = "installieren Sie dieselben Konten mit den richtigen Zugangsdaten erneut, wobei die URLs bleiben",
    AskAgain = "prüfen Sie in einer Minute erneut; Nachrichten warten so lange und gehen nicht verloren",
    DeadLetters = "Nachrichten wurden aufgegeben",
    DeadBecause { reason } = "Nachrichten wurden aufgegeben, die letzte aus diesem Grund: {reason}",
    DeadFix = "ist die Ursache behoben, senden Sie sie erneut, oder verwerfen Sie sie",
    StepToDo = "ein Schritt der Einrichtung ist noch offen",
    StepsFirst = "erledigen Sie zuerst die offenen Schritte der Einrichtung",
    MessagesWait { count, reason } =
        "Nachrichten, die auf einen weiteren Versuch warten: {count}, die letzte aus diesem Grund: {reason}",
    TriesByItself = "die Bridge versucht es von selbst erneut",
    ChannelNotHeard = "vom Kanal ist noch nichts gekommen",
    HelpdeskNotHeard = "vom Helpdesk ist noch nichts gekommen",
    NoneToHelpdesk = "noch hat keine Nachricht eines Kunden den Helpdesk erreicht",
    NoneToChannel = "noch hat keine Nachricht eines Agenten den Kanal erreicht",
    WriteYourself = "schreiben Sie dem Kanal von Ihrem eigenen Telefon und beobachten Sie die Seite der Installation",
    AnswerYourself =
        "antworten Sie im Helpdesk auf die Nachricht eines Kunden; erscheint dann nichts, ruft der Helpdesk seine \
         Webhook-URL noch nicht auf",
    StrayCalls { noun, id, at } =
        "hier kommen Aufrufe für {noun} {id} an, und keine Installation hat diese Adresse (zuletzt um {at})",
    StrayFix { noun } =
        "legen Sie eine Installation dafür an ({noun}), oder übergehen Sie dies, wenn die Bridge sie nicht \
         bedienen soll",

    RefusedCalls { count, what, since, latest } = "Aufrufe {what}: {count} seit {since}, zuletzt um {latest}",
    WithWrongSignature = "mit falscher Signatur",
    WithoutSignature = "ohne Signatur",
    WithStaleSignature = "mit einer zu alten Signatur",
    WithWrongHandshake = "mit falschem Wort im Handshake",
    WithLongBody = "mit zu langem Inhalt",
    WithUnreadableBody = "mit unlesbarem Inhalt",
    UnreadBeyondLimit =
        "die signiert, aber unlesbar sind und über die 100 aufbewahrten eines Tages hinaus verworfen wurden",
    UnreadBeyondSize = "die signiert, aber unlesbar sind und verworfen wurden, weil sie zum Aufbewahren zu lang sind",
    UpdateBridge =
        "aktualisieren Sie die Bridge und senden Sie danach die aufgegebenen Nachrichten erneut oder verwerfen Sie sie",
    UnreadDropped { count, since } =
        "signierte Aufrufe, die seit {since} weder gelesen noch aufbewahrt wurden, weil sie zu lang waren oder es mehr als \
         100 am Tag waren: {count}; aktualisieren Sie die Bridge und senden Sie danach die aufgegebenen Nachrichten erneut \
         oder verwerfen Sie sie",
    CheckKey { name, should_be } =
        "prüfen Sie `{name}`: erwartet wird {should_be}, und es muss zu dem Konto oder der App gehören, deren Aufrufe hier \
         ankommen",
    RegisterForKey =
        "registrieren Sie den Webhook erneut, damit die Plattform mit dem Schlüssel signiert, den die Bridge kennt",
    CheckClocks = "prüfen Sie die Uhr des Aufrufers und ob etwas alte Aufrufe erneut sendet",
    CheckHandshake =
        "tragen Sie das Verify-Token ein, das diese Installation erhalten hat, oder ändern Sie das der Installation",
    SendLess = "senden Sie weniger Ereignisse in einem Aufruf",
    CheckCaller = "finden Sie heraus, was diese URL aufruft; die Plattform selbst sendet solche Aufrufe nicht",

    // On the page of an installation.
    Installation = "Installation",
    NeedsAttention = "Handlungsbedarf",
    Registering = "Wird registriert",
    NotRegistered = "Der Kanal hat die URL nicht angenommen",
    Removed = "Entfernt",
    RemovedForGood = "Diese Installation wurde entfernt; ihre URLs antworten niemandem mehr.",
    Working = "In Betrieb",
    AllRefused { reason } = "keine der letzten Nachrichten wurde angenommen, die neueste wegen: {reason}",
    AllRefusedFix = "sehen Sie sich unten den Grund jeder Nachricht an und beheben Sie ihn",
    LatelyOneWay = "Die letzten Nachrichten gingen nur in eine Richtung; über die andere kann diese Seite nichts sagen.",
    BothDirectionsWork = "Nachrichten kommen in beiden Richtungen an.",
    HalfwayThere = "Die Hälfte ist geschafft",
    WaitingForFirst = "Warten auf die erste Nachricht",
    SetUp = "Einrichtung",
    CheckBothAccounts = "Beide Konten prüfen",
    RegisterAgain = "Webhook erneut registrieren",
    Documentation = "Dokumentation",
    Copy = "Kopieren",
    LastHeard = "Letzter Kontakt",
    NotHeardYet = "noch keiner",
    LatestMessages = "Neueste Nachrichten",
    OlderMessages = "Ältere Nachrichten",
    NoMessages = "Noch keine.",
    Received = "Empfangen",
    Direction = "Richtung",
    State = "Status",
    Took = "Dauer",
    Remarks = "Hinweis",
    Attempts { attempts } = "Versuche: {attempts}",
    PossiblyDoubled = "möglicherweise doppelt angekommen",
    StepsLeft { left, all } = "Noch {left} von {all} Schritten",
    StepsLeftAdvice =
        "Führen Sie die Schritte unten aus. Jeder hakt sich selbst ab, sobald die Bridge gesehen hat, dass er wirkt.",
    StepDone = "Erledigt.",
    InTrouble = "Nachrichten warten",
    InTroubleAdvice =
        "Aufrufe sind fehlgeschlagen, deshalb wartet die Bridge, bevor sie es erneut versucht. Nichts geht verloren.",
    TryNow = "Jetzt versuchen",
    TriesNow = "Was wartet, wird an der nächsten Reihe versucht.",
    Registered = "Eingerichtet",
    RegisteredAgain = "Der Kanal ruft nun diese Bridge auf.",
    Works = "funktioniert",
    WorksNot = "funktioniert nicht",
    Channel = "Kanal",
    Helpdesk = "Helpdesk",
    GivenUp = "Aufgegeben",
    GivenUpAdvice =
        "Diese Nachrichten wurden nicht zugestellt. Ist die Ursache behoben, senden Sie sie erneut; jede wird 30 Tage \
         aufbewahrt.",
    MoreGivenUp = "Es gibt weitere. Dies sind die neuesten.",
    MessagesGivenUp = "Nachrichten wurden aufgegeben",
    MessagesGivenUpAdvice = "Sie stehen unten mit ihrem jeweiligen Grund und können erneut gesendet werden.",
    GivenUpCount { count } = "aufgegeben: {count}",
    SendAgain = "Erneut senden",
    SendAllAgain = "Alle erneut senden",
    SentAgainCount { count } = "Erneut gesendete Nachrichten: {count}.",
    Discard = "Verwerfen",
    DiscardedCount { count } = "Verworfene Nachrichten: {count}.",
    WhyDiscard = "Warum? Das Journal bewahrt den Grund auf.",
    Details = "Details",
    WaitingCount { count } = "Wartende Nachrichten: {count}.",
    NextTry = "nächster Versuch etwa",
    FromCustomer = "Kunde an Agent",
    FromAgent = "Agent an Kunde",
    NoteToAgents = "Hinweis an Agenten",
    StateRead = "gelesen",
    StateDelivered = "zugestellt",
    StateSent = "gesendet",
    StateRejected = "abgelehnt",
    StateGivenUp = "aufgegeben",
    StateDiscarded = "verworfen",
    StateWaiting = "wartet",
    Manage = "Verwaltung",
    RenewChannelUrl = "URL erneuern, die der Kanal aufruft",
    RenewChannelAdvice =
        "Für eine URL, die andere gesehen haben könnten. Die alte bleibt noch 24 Stunden gültig.",
    RenewHelpdeskUrl = "URL erneuern, die der Helpdesk aufruft",
    RenewHelpdeskAdvice =
        "Für eine URL, die andere gesehen haben könnten. Die alte bleibt noch 24 Stunden gültig; tragen Sie die neue im \
         Helpdesk ein.",
    RenewLink = "Link dieser Seite erneuern",
    RenewLinkAdvice =
        "Der alte Link endet sofort. Wer diese Seite braucht, bekommt den neuen von einem Administrator.",
    UrlRenewed = "Die neue URL ist jetzt gültig.",
    Uninstall = "Installation entfernen",
    UninstallAdvice =
        "Entfernt die Zugangsdaten und die aufgegebenen Nachrichten. Die URLs antworten danach niemandem mehr. Das lässt \
         sich nicht rückgängig machen.",
    IAmSure = "Ja, ich bin sicher",
    TickTheBox = "setzen Sie das Häkchen, um zu bestätigen, dass Sie sicher sind",
    UnknownAction = "diese Seite kennt diese Aktion nicht; öffnen Sie sie erneut",
    Message = "Nachricht",
    MessageId = "Nachrichten-ID",
    LogId = "ID im Protokoll",
    ToInstallation = "Zurück zur Installation",
    Changed = "Geändert",
    Contact = "Kontakt",
    SentAs = "Gesendet als",
    Calls = "Aufrufe",
    NoCalls = "Dafür gab es noch keinen Aufruf.",
    Time = "Zeit",
    Attempt = "Versuch",
    Call = "Aufruf",
    Outcome = "Ergebnis",
    Done = "Erledigt",
    NotDone = "Das hat nicht funktioniert",

    // On the admin's other pages.
    SignIn = "Anmelden",
    SignInAdvice =
        "Geben Sie den Admin-Schlüssel ein, der beim Deployment der Bridge erzeugt wurde. Er wird nicht gespeichert: Die \
         Sitzung endet nach einer Stunde.",
    AdminKey = "Admin-Schlüssel",
    WrongAdminKey = "das ist nicht der Admin-Schlüssel",
    SignOut = "Abmelden",
    SignedOut = "Sie sind nicht angemeldet",
    SignInFirst = "melden Sie sich zuerst mit dem Admin-Schlüssel an",
    FormOfOtherPage =
        "dieses Formular gehört nicht zu Ihrer Sitzung; öffnen Sie die Seite neu und wiederholen Sie den Vorgang",
    LinkExpired = "Dieser Link ist abgelaufen, oder hier gibt es nichts",
    LinkExpiredAdvice =
        "Der Link zur Seite einer Installation gilt 30 Tage, und ein neuer beendet den alten. Bitten Sie den Betreiber der \
         Bridge um den neuen Link, oder melden Sie sich mit dem Admin-Schlüssel an.",
    NoSuchMessage { days } =
        "diese Nachricht gibt es hier nicht; das Journal bewahrt eine Nachricht {days} Tage lang auf",
    FormTooLong { limit_kib } =
        "das Formular ist länger als {limit_kib} KiB; kürzen Sie Ihre Eingaben und senden Sie es erneut",
    FormOfText =
        "diese Seite nimmt nur den Text ihres eigenen Formulars und keine Dateien an; öffnen Sie sie erneut und \
         wiederholen Sie den Schritt",
    SessionEnded =
        "die Sitzung ist beendet, und es wurde nichts getan; melden Sie sich an, öffnen Sie die Seite erneut und \
         wiederholen Sie den Schritt",
    SessionEndedKept =
        "Ihre Sitzung ist beendet, und es wurde nichts installiert. Geben Sie den Admin-Schlüssel ein, um \
         fortzufahren: Ihre Eingaben bleiben erhalten, außer Passwörtern und Tokens.",
    SignInOrLink =
        "Ohne den Admin-Schlüssel öffnen Sie die Seite über ihren vollständigen Link, den hat, wer die Bridge \
         betreibt.",
    FormOfOldSession =
        "dieses Formular gehört zu einer früheren Sitzung, deshalb wurde nichts installiert; prüfen Sie es und senden \
         Sie es erneut",
    NotInstalled = "Noch nicht installiert",
    NoSuchChannel { kind } = "Es gibt keinen Kanal `{kind}`. Wählen Sie einen aus der Liste.",
    NoSuchHelpdesk { kind } = "Es gibt keinen Helpdesk `{kind}`. Wählen Sie einen aus der Liste.",
    NoSuchPage = "Unter dieser Adresse gibt es nichts",
    NoSuchPageAdvice = "Prüfen Sie die Adresse: Ein abgeschnittener Link führt nirgendwohin.",
    ToHome = "Zur Liste der Installationen",
    Installations = "Installationen",
    NoInstallations = "Noch keine vorhanden.",
    AddInstallation = "Installation hinzufügen",
    NextPage = "Nächste Seite",
    Continue = "Weiter",
    Install = "Installieren",
    Installed = "Installiert",
    Optional = "optional",
    ShownOnce = "Die Bridge hat diese Zugangsdaten erzeugt. Sie werden nur dieses eine Mal angezeigt: Kopieren Sie sie jetzt.",
    ShownBefore =
        "Die Bridge hat die Zugangsdaten dieser Installation schon früher erstellt und damals angezeigt. Wenn \
         niemand sie hat, installieren Sie erneut mit eigenen Zugangsdaten.",
    ToSteps = "Zu den nächsten Schritten",
    MistakesFound { count } = "Noch nicht installiert. Zu korrigierende Felder: {count}",
    EnterSecretsAgain = "Passwörter und Tokens müssen erneut eingegeben werden.",
    MoreOptions = "Weitere Optionen",
    OptionOnResolved = "Wenn ein Kunde schreibt, nachdem die Konversation gelöst wurde",
    OptionReopen = "Konversation wieder öffnen",
    OptionNew = "neue Konversation beginnen",
    OptionAgentName = "Namen des Agenten vor jede Antwort setzen, wo der Kanal ihn nicht anzeigt",
    OptionBotMessages = "Nachrichten der Helpdesk-Bots an den Kunden weiterleiten",
    OptionMarketplace = "Die Freshworks-Marketplace-App leitet die Ereignisse des Helpdesks weiter",
    OptionLanguage = "Sprache der Hinweise in Nachrichten und Notizen",
    Transcript { said } = "Bisheriger Verlauf:\n{said}",
    WishedGroup { group } = "Gruppe, die antworten soll: {group}",
    RatingQuestion = "Wie zufrieden sind Sie mit unserer Antwort? Wählen Sie eine Zahl von 1 (gar nicht) bis 5 (sehr).",
    OptionAskRating = "Nach einer Bewertung von 1 bis 5 fragen, wenn eine Unterhaltung gelöst ist",
    OptionTextOnAssign = "Was der Kunde liest, wenn ein Agent die Unterhaltung übernimmt",
    OptionTextOnResolve = "Was der Kunde liest, wenn die Unterhaltung gelöst ist",
    OptionTextOnReopen = "Was der Kunde liest, wenn die Unterhaltung wieder geöffnet wird",
    OptionRatingQuestion = "Die Frage nach der Bewertung",
    OptionPlaceholders = "In diesen Texten stehen `{{agent}}` und `{{contact}}` für die Namen.",
    Rated { rating, most } = "Der Kunde hat diese Unterhaltung bewertet: {rating} von {most}.",
    TooLate = "dafür ist es zu spät",
}
