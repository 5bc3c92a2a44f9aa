//! Instagram's direct messages: what differs from Messenger.
//!
//! The account is linked to a Page, whose access token and app it uses. Instagram counts texts in bytes, takes fewer
//! kinds of files, and sends no metadata back. The media of a story that names the account may not be stored, so only
//! its link is passed on.

use super::{API_URL, FILE, HUMAN_AGENT_SETTING, IMAGE, Messenger, PAGE_TOKEN, PLATFORM, phrases};
use crate::{
    adapter::settings::{Form, Setting},
    channel::{
        codes::{
            Class::{Account, Later, Message, Receiver},
            Code,
        },
        meta,
    },
    model::{
        features::{Features, MediaLimit, TextLimit, TextUnit},
        message::MediaKind,
    },
};

/// Instagram's direct messages.
pub static INSTAGRAM: Messenger = Messenger {
    name: "Instagram",
    object: "instagram",
    account_id: INSTAGRAM_ID,
    // The Page of the access token.
    sender: Some("me"),
    check: ("id,instagram_business_account", "/instagram_business_account/id"),
    profile: ("name,username,profile_pic", &[&["name"], &["username"]]),
    has_metadata: false,
    reuses_files: false,
    features: &FEATURES,
    phrases: &phrases::INSTAGRAM,
    settings: SETTINGS,
    errors: ERRORS,
    too_late: TOO_LATE,
    place: "In the Meta app dashboard, open Webhooks, choose Instagram in the list of objects, press Subscribe to this \
            object (in an app without Webhooks, open Use cases, Manage messaging and content on Instagram, Customize, \
            API setup with Facebook login, Configure webhooks)",
    steps: &[
        (
            "subscribe",
            "In the list below it, subscribe messages, messaging_postbacks, messaging_seen, message_reactions and \
             message_edit; leave out what the list does not have.",
        ),
        (
            "subscribe_page",
            "Under Messenger API Settings (in older apps Messenger, Settings), connect the Page that the account is \
             linked to, and subscribe it to messages.",
        ),
        (
            "allow_access",
            "In the Instagram app, open Settings, Messages and story replies, Message controls, and under Connected \
             tools switch on Allow access to messages (in some versions it is under Settings, Privacy, Messages).",
        ),
        (
            "publish",
            "Publish the app, and ask for Advanced Access to instagram_manage_messages in App Review; until then only \
             people with a role on the app can write.",
        ),
    ],
    docs: "https://developers.facebook.com/docs/instagram-platform/webhooks",
};

const INSTAGRAM_ID: Setting = Setting::required(
    "instagram_id",
    Form::Text(64),
    "the ID of the Instagram professional account, which has digits only and begins with 1784",
);

static SETTINGS: &[Setting] = &[
    Setting::required(PAGE_TOKEN, Form::Token, "the access token of the Page that the account is linked to").secret(),
    Setting::required(meta::APP_SECRET, Form::Token, "the app secret, from App settings, Basic").secret().signs(),
    meta::VERIFY_TOKEN_SETTING,
    INSTAGRAM_ID,
    HUMAN_AGENT_SETTING,
    API_URL,
];

static FEATURES: Features = Features {
    title: "Instagram",
    text: TextLimit { max: 1_000, unit: TextUnit::Bytes },
    media: &[
        MediaLimit { accepted: &["jpg", "png"], ..IMAGE },
        MediaLimit { kind: MediaKind::Video, accepted: &["avi", "mov", "mp4", "ogg", "ogv", "webm"], ..FILE },
        MediaLimit { kind: MediaKind::Audio, accepted: &["aac", "m4a", "mp4", "wav"], ..FILE },
        MediaLimit { accepted: &["pdf"], ..FILE },
    ],
    address: Some("account"),
    ..PLATFORM
};

const TOO_LATE: &str = "more than 24 hours have passed since the contact's last message, and Instagram takes answers \
                        within that time only";
const NOT_RECEIVING: &str = "the contact cannot be reached on Instagram, or has blocked the account";
const NO_ACCESS: &str = "the app lacks the permission instagram_manage_messages, or the account does not allow access to \
                         its messages for connected tools";

const ERRORS: meta::Errors = meta::Errors {
    vendor: "Instagram",
    codes: CODES,
    subcodes: SUBCODES,
    words: &[
        ("allowed window", Message, TOO_LATE),
        ("isn't receiving messages", Receiver, NOT_RECEIVING),
        ("isn’t receiving messages", Receiver, NOT_RECEIVING),
        ("not receiving messages", Receiver, NOT_RECEIVING),
    ],
    vague: &[10, 100, 200, 551],
};

/// The codes.
#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    (1, Later, "Instagram failed"),
    (2, Later, "Instagram is not available"),
    (3, Account, "the app lacks a permission at Meta"),
    (4, Later, "the app is over its rate at Meta"),
    (10, Account, NO_ACCESS),
    (17, Later, "the account is over its rate at Meta"),
    (32, Later, "the Page is over its rate at Meta"),
    (100, Message, "Instagram does not accept the form of this message"),
    (190, Account, "the Page's access token has expired; make a new one"),
    (200, Account, NO_ACCESS),
    (230, Account, NO_ACCESS),
    (368, Account, "Meta has restricted the account for breaking a policy"),
    (551, Receiver, NOT_RECEIVING),
    (613, Later, "the account is over its rate at Instagram"),
    (80002, Later, "the account is over its rate at Instagram"),
    (80006, Later, "the Page is over its rate at Meta"),
];

/// The subcodes.
#[rustfmt::skip]
pub(super) const SUBCODES: &[Code] = &[
    (1545041, Receiver, NOT_RECEIVING),
    (2018001, Receiver, "Instagram does not know this contact"),
    (2018008, Message, "Instagram could not fetch the file"),
    (2018047, Message, "Instagram could not fetch the file"),
    (2018074, Message, "Instagram does not have this file any more"),
    (2018109, Message, "the file is too large for Instagram"),
    (2018278, Message, TOO_LATE),
    (2018294, Message, "Instagram could not fetch the file"),
    (2534014, Receiver, "Instagram does not know this contact"),
    (2534015, Message, "Instagram does not accept these buttons or cards"),
    (2534022, Message, TOO_LATE),
    (2534037, Account, NO_ACCESS),
];
