// Written from the adapters' settings by BYOC_UPDATE=1 cargo test -p byoc --test registry.
const FIELDS = {
  "channels": [
    {
      "kind": "apple",
      "settings": [
        {
          "help": "an API key of Bird's platform, such as bk_eu1_…",
          "name": "api_key",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the business id that Apple gave",
          "max": 64,
          "name": "from",
          "required": true,
          "type": "text"
        },
        {
          "help": "the base of Bird's platform, as a rule https://eu1.platform.bird.com",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "bird",
      "settings": [
        {
          "help": "an API key of Bird's platform, such as bk_eu1_…",
          "name": "api_key",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "`sms` or `whatsapp`",
          "name": "product",
          "options": [
            "sms",
            "whatsapp"
          ],
          "required": true,
          "type": "choice"
        },
        {
          "help": "the number that messages come from, such as +447700900170",
          "max": 64,
          "name": "from",
          "required": true,
          "type": "text"
        },
        {
          "help": "the base of Bird's platform, as a rule https://eu1.platform.bird.com",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "custom",
      "settings": [
        {
          "help": "the https URL of your app that takes agents' messages",
          "name": "callback_url",
          "required": true,
          "type": "url"
        },
        {
          "help": "`whsec_` and the base64 of 24 to 64 random bytes; without it the bridge makes one",
          "made": true,
          "name": "secret",
          "required": false,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the https address of the vendor's API",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "instagram",
      "settings": [
        {
          "help": "the access token of the Page that the account is linked to",
          "name": "page_access_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the app secret, from App settings, Basic",
          "name": "app_secret",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the ID of the Instagram professional account, which has digits only and begins with 1784",
          "max": 64,
          "name": "instagram_id",
          "required": true,
          "type": "text"
        },
        {
          "help": "a word that Meta sends along when you enter the URL; without it the bridge makes one",
          "made": true,
          "name": "verify_token",
          "required": false,
          "secret": true,
          "type": "text"
        },
        {
          "help": "`yes` to send what agents write later than 24 hours after the contact's last message as Human Agent, a feature that Meta has to grant to the app; or `no`",
          "name": "human_agent",
          "options": [
            "yes",
            "no"
          ],
          "required": false,
          "type": "choice"
        },
        {
          "help": "the base of the Graph API, as a rule https://graph.facebook.com/v25.0",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "line",
      "settings": [
        {
          "help": "the channel secret, from the Basic settings tab",
          "name": "channel_secret",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the long-lived channel access token, from the Messaging API tab",
          "name": "channel_access_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the base of LINE's API, as a rule https://api.line.me",
          "name": "api_url",
          "required": false,
          "type": "url"
        },
        {
          "help": "the base for files, as a rule https://api-data.line.me",
          "name": "data_api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "messagebird",
      "settings": [
        {
          "help": "a live access key, from Developers, API access",
          "name": "access_key",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the signing key, from Developers, API settings",
          "name": "signing_key",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the number or the name (at most 11 letters) that text messages come from",
          "max": 17,
          "name": "originator",
          "required": false,
          "type": "text"
        },
        {
          "help": "the id of a channel of the Conversations API, instead of `originator`",
          "max": 64,
          "name": "channel_id",
          "required": false,
          "type": "text"
        },
        {
          "help": "the namespace of WhatsApp templates, where the channel has one",
          "max": 64,
          "name": "template_namespace",
          "required": false,
          "type": "text"
        },
        {
          "help": "the base for text messages, as a rule https://rest.messagebird.com",
          "name": "api_url",
          "required": false,
          "type": "url"
        },
        {
          "help": "the base for conversations, as a rule https://conversations.messagebird.com/v1",
          "name": "conversations_api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "messenger",
      "settings": [
        {
          "help": "the Page's access token, from Messenger API Settings of the app",
          "name": "page_access_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the app secret, from App settings, Basic",
          "name": "app_secret",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the Page's ID, which has digits only",
          "max": 64,
          "name": "page_id",
          "required": true,
          "type": "text"
        },
        {
          "help": "a word that Meta sends along when you enter the URL; without it the bridge makes one",
          "made": true,
          "name": "verify_token",
          "required": false,
          "secret": true,
          "type": "text"
        },
        {
          "help": "`yes` to send what agents write later than 24 hours after the contact's last message as Human Agent, a feature that Meta has to grant to the app; or `no`",
          "name": "human_agent",
          "options": [
            "yes",
            "no"
          ],
          "required": false,
          "type": "choice"
        },
        {
          "help": "the base of the Graph API, as a rule https://graph.facebook.com/v25.0",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "rcs",
      "settings": [
        {
          "help": "the agent's id, such as shop@rbm.goog",
          "max": 256,
          "name": "agent_id",
          "required": true,
          "type": "text"
        },
        {
          "help": "the JSON key file of the service account, whole",
          "name": "service_account_key",
          "required": true,
          "secret": true,
          "type": "paragraph"
        },
        {
          "help": "the client token that the console shows where the webhook is configured",
          "name": "client_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the base of RBM, as a rule https://rcsbusinessmessaging.googleapis.com",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "telegram",
      "settings": [
        {
          "help": "the bot's token from @BotFather, such as 123456:ABC-DEF…",
          "name": "bot_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the base of Telegram's API, as a rule https://api.telegram.org",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "twilio",
      "settings": [
        {
          "help": "the Account SID from the console, which starts with AC",
          "max": 64,
          "name": "account_sid",
          "required": true,
          "type": "text"
        },
        {
          "help": "the primary auth token from the console; it also signs the webhooks",
          "name": "auth_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "an API key's SID, which starts with SK, to send with",
          "name": "api_key_sid",
          "required": false,
          "type": "text"
        },
        {
          "help": "that API key's secret",
          "name": "api_key_secret",
          "required": false,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the webhook shared key's secret, where you use one",
          "name": "webhook_shared_key",
          "required": false,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the number that messages come from, such as +12025550199 or whatsapp:+12025550199",
          "max": 64,
          "name": "from",
          "required": false,
          "type": "text"
        },
        {
          "help": "the messaging service's SID, which starts with MG",
          "max": 64,
          "name": "messaging_service_sid",
          "required": false,
          "type": "text"
        },
        {
          "help": "the base of Twilio's API, as a rule https://api.twilio.com",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "viber",
      "settings": [
        {
          "help": "the bot's token, from its page in the Viber admin panel",
          "name": "auth_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the name above your messages, at most 28 characters; without it they come from “Support”",
          "max": 28,
          "name": "sender_name",
          "required": false,
          "type": "text"
        },
        {
          "help": "the https address of the picture beside your messages",
          "name": "sender_avatar",
          "required": false,
          "type": "url"
        },
        {
          "help": "what people read when they open the chat, at most 7,000 characters",
          "max": 7000,
          "name": "welcome_message",
          "required": false,
          "type": "text"
        },
        {
          "help": "the base of Viber's API, as a rule https://chatapi.viber.com/pa",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    },
    {
      "kind": "whatsapp",
      "settings": [
        {
          "help": "a permanent access token of a system user",
          "name": "access_token",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the app secret, from App settings, Basic",
          "name": "app_secret",
          "required": true,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the phone number ID (not the number), from WhatsApp, API setup",
          "max": 64,
          "name": "phone_number_id",
          "required": true,
          "type": "text"
        },
        {
          "help": "a word that Meta sends along when you enter the URL; without it the bridge makes one",
          "made": true,
          "name": "verify_token",
          "required": false,
          "secret": true,
          "type": "text"
        },
        {
          "help": "the WhatsApp business account ID, with which agents are told what values a template takes",
          "max": 64,
          "name": "business_account_id",
          "required": false,
          "type": "text"
        },
        {
          "help": "`yes` to show agents what contacts and Meta's AI agent write to each other while it speaks for the number, or `no`",
          "name": "standby",
          "options": [
            "yes",
            "no"
          ],
          "required": false,
          "type": "choice"
        },
        {
          "help": "the base of the Graph API, as a rule https://graph.facebook.com/v25.0",
          "name": "api_url",
          "required": false,
          "type": "url"
        }
      ]
    }
  ],
  "helpdesk": {
    "kind": "freshchat",
    "settings": [
      {
        "help": "the base of the account's API, which ends in /v2, for example https://acme.freshchat.com/v2",
        "name": "api_url",
        "required": true,
        "type": "url"
      },
      {
        "help": "an API token, from Admin Settings > Marketplace and Integrations > API > API Settings, which shows it once",
        "name": "token",
        "required": true,
        "secret": true,
        "type": "text"
      },
      {
        "help": "the id of the topic that the contacts' conversations go to",
        "max": 100,
        "name": "channel_id",
        "required": true,
        "topic": true,
        "type": "text"
      },
      {
        "help": "the RSA public key that Freshchat shows beside its webhook settings, copied whole",
        "name": "webhook_public_key",
        "required": false,
        "type": "paragraph"
      },
      {
        "help": "the id of the group that new conversations are assigned to, from GET /v2/groups",
        "max": 100,
        "name": "assigned_group_id",
        "required": false,
        "type": "text"
      },
      {
        "help": "the priority of new conversations: `Low`, `Medium`, `High` or `Urgent`",
        "name": "priority",
        "options": [
          "Low",
          "Medium",
          "High",
          "Urgent"
        ],
        "required": false,
        "type": "choice"
      },
      {
        "help": "`yes` to send the topic's welcome message to whoever opens a conversation; or `no`",
        "name": "welcome",
        "options": [
          "yes",
          "no"
        ],
        "required": false,
        "type": "choice"
      },
      {
        "help": "what whoever opens a conversation outside the business hours reads, at most 1,000 characters",
        "max": 1000,
        "name": "text_when_closed",
        "required": false,
        "type": "text"
      }
    ]
  }
};
