//! What several helpdesks say to people, in each language.

use crate::tools::phrases::{Phrase, phrases};

/// The phrases of all helpdesks.
#[rustfmt::skip]
pub(super) static SHARED: &[Phrase] = phrases! {
    "{vendor} refused {what} (HTTP {status})" {
        de: "{vendor} hat {what} abgelehnt (HTTP {status})",
        es: "{vendor} rechazó {what} (HTTP {status})",
        fr: "{vendor} a refusé {what} (HTTP {status})",
        ru: "отказ {vendor}: {what} (HTTP {status})",
        uk: "відмова {vendor}: {what} (HTTP {status})",
        ja: "{vendor}が{what}を拒否しました（HTTP {status}）",
    }
    "the message" {
        de: "die Nachricht",
        es: "el mensaje",
        fr: "le message",
        ru: "сообщение",
        uk: "повідомлення",
        ja: "メッセージ",
    }
    "the note" {
        de: "den Hinweis",
        es: "la nota",
        fr: "la note",
        ru: "заметка",
        uk: "нотатка",
        ja: "メモ",
    }
    "the profile" {
        de: "das Profil",
        es: "el perfil",
        fr: "le profil",
        ru: "профиль",
        uk: "профіль",
        ja: "プロフィール",
    }
    "to look for the user" {
        de: "die Suche nach dem Benutzer",
        es: "la búsqueda del usuario",
        fr: "la recherche de l’utilisateur",
        ru: "поиск пользователя",
        uk: "пошук користувача",
        ja: "ユーザーの検索",
    }
    "to show the user" {
        de: "die Anzeige des Benutzers",
        es: "la consulta del usuario",
        fr: "la consultation de l’utilisateur",
        ru: "просмотр пользователя",
        uk: "перегляд користувача",
        ja: "ユーザーの表示",
    }
    "to show the agent" {
        de: "die Anzeige des Agenten",
        es: "la consulta del agente",
        fr: "la consultation de l’agent",
        ru: "просмотр агента",
        uk: "перегляд агента",
        ja: "エージェントの表示",
    }
    "to list the messages" {
        de: "die Liste der Nachrichten",
        es: "la lista de mensajes",
        fr: "la liste des messages",
        ru: "список сообщений",
        uk: "список повідомлень",
        ja: "メッセージの一覧",
    }
};
