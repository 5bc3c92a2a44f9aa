// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const HTML = readFileSync(join(__dirname, "../config/iparams.html"), "utf8");
const HOST = "bridge.example";
const ACCOUNT = { bridge_host: HOST, enrolment_key: "key", helpdesk_token: "token" };

let settings;
let calls;
let views;
// What the bridge and Freshchat answer to a request, or an error that is thrown.
let answers;

function view(id, change = {}) {
  return {
    id,
    state: "active",
    channel: { kind: "viber", sender_name: "Acme" },
    helpdesk: { kind: "freshchat", channel_id: "t1" },
    settings: { on_resolved: "new", agent_name: true, relay_bot_messages: false, ask_rating: true },
    channel_webhook_url: `https://${HOST}/channels/${id}/c`,
    helpdesk_webhook_url: `https://${HOST}/helpdesks/${id}/h-${id}`,
    settings_url: `https://${HOST}/installations/${id}/settings?key=k`,
    steps: [],
    heard: { channel: { latest_at: null }, helpdesk: { latest_at: null } },
    ...change,
  };
}

beforeEach(async () => {
  document.documentElement.innerHTML = HTML.replace(/<script[^>]*><\/script>/g, "");
  calls = [];
  views = {};
  answers = {
    topics: () => ({ channels: [{ id: "t1", name: "Orders" }, { id: "t2", name: "Press", enabled: false }] }),
    connect: () => (views.i1 = view("i1")),
    show: ({ installation }) => views[installation] || refuse(404, "nothing is here"),
    change: ({ installation }) => views[installation],
    check: () => ({ channel: { ok: true }, helpdesk: { ok: true }, findings: [{ state: "warning", cause: "Old", fix: "renew" }, { code: "never_heard", state: "todo", cause: "Left", fix: "do it" }, { code: "nothing_delivered", state: "todo", cause: "Halfway", fix: "answer" }] }),
    disconnect: ({ installation }) => delete views[installation],
  };
  vi.stubGlobal("app", {
    initialized: async () => ({
      data: { get: async () => ({ currentHost: { endpoint_urls: { freshchat: "https://acme.freshchat.com/" } } }) },
      request: {
        invokeTemplate: async (name, { context, body }) => {
          calls.push({ name, context, body: body && JSON.parse(body) });
          return { response: JSON.stringify(answers[name](context)) };
        },
      },
    }),
  });
  await open();
});

afterEach(() => vi.unstubAllGlobals());

async function open() {
  vi.resetModules();
  settings = await import("../config/assets/iparams.js");
  await settings.page.ready;
}

function raise(error) {
  throw error;
}

function refuse(status, message) {
  raise({ status, response: JSON.stringify({ error: { code: "code", message } }) });
}

function input(selector) {
  return document.querySelector(selector);
}

function type(selector, value) {
  const node = input(selector);
  node.value = value;
  node.dispatchEvent(new Event(node.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
}

function fillAccount() {
  for (const [name, value] of Object.entries(ACCOUNT)) type(`#account [name=${name}]`, value);
}

function text(selector) {
  return input(selector).textContent;
}

async function press(name, within = document) {
  const button = [...within.querySelectorAll("button")].find((each) => each.textContent === name);
  button.click();
  await vi.waitFor(() => expect(button.disabled).toBe(false));
}

function card(number = 0) {
  return document.querySelectorAll("article")[number];
}

async function connectViber() {
  fillAccount();
  await press("Load the topics");
  type("#new [name=kind]", "viber");
  type("#new [name=topic]", "t1");
  type("#new [name=auth_token]", "viber-token");
  await press("Connect");
}

test("the account's own URL is filled in", () => {
  expect(input("[name=helpdesk_api_url]").value).toBe("https://acme.freshchat.com/v2");
});

test("without the account's URL the person types it", async () => {
  vi.stubGlobal("app", { initialized: async () => ({ data: { get: () => Promise.reject(new Error("no")) } }) });
  await open();
  expect(input("[name=helpdesk_api_url]").value).toBe("");
});

test("every channel has its own fields, and the bridge's secrets are no plain text", () => {
  const kinds = [...input("#new [name=kind]").options].map((option) => option.value);
  expect(kinds).toContain("telegram");
  for (const kind of kinds) {
    type("#new [name=kind]", kind);
    expect(input("#new [name=on_resolved]")).not.toBeNull();
    expect(input("#new [name=relay_bot_messages]")).not.toBeNull();
  }
  type("#new [name=kind]", "telegram");
  expect(input("#new [name=bot_token]").type).toBe("password");
  expect(input("#new [name=page_access_token]")).toBeNull();
  type("#new [name=kind]", "bird");
  expect([...input("#new [name=product]").options].map((option) => option.value)).toEqual(["sms", "whatsapp"]);
  type("#new [name=kind]", "messenger");
  expect(input("#new [name=verify_token]").closest("details").open).toBe(false);
});

test("topics are a list over all pages", async () => {
  answers.topics = ({ page }) => ({ channels: [{ id: page, name: `Topic ${page}` }], pagination: { total_pages: 3 } });
  fillAccount();
  await press("Load the topics");
  expect(calls.map(({ context }) => context)).toEqual(
    ["1", "2", "3"].map((page) => ({ host: "acme.freshchat.com", key: "token", page })),
  );
  expect([...input("[name=topic]").options].map((option) => option.textContent)).toEqual([
    "Choose a topic",
    "Topic 1",
    "Topic 2",
    "Topic 3",
    "Another one, by its ID",
  ]);
  expect(text("#account-report")).toBe("3 topics. Choose one below.");
});

test("topics need the account's token, and a refusal is shown", async () => {
  await press("Load the topics");
  expect(text("#account-report")).toBe("Please fill in: Helpdesk token.");
  fillAccount();
  answers.topics = () => raise({ status: 401, response: JSON.stringify({ message: "invalid token" }) });
  await press("Load the topics");
  expect(text("#account-report")).toBe("Invalid token");
});

test("a channel is connected with its own settings and nothing else", async () => {
  await connectViber();
  expect(calls.at(-1)).toEqual({
    name: "connect",
    context: { host: HOST, key: "key" },
    body: {
      helpdesk: { kind: "freshchat", api_url: "https://acme.freshchat.com/v2", token: "token", channel_id: "t1" },
      channel: { kind: "viber", auth_token: "viber-token" },
      settings: { on_resolved: "reopen", agent_name: false, relay_bot_messages: false, ask_rating: false, marketplace: true },
    },
  });
  expect(card().querySelector("h3").textContent).toBe("Viber → Orders");
  expect(text("#new-report")).toContain("Save this page");
  // The topic is taken now.
  expect([...input("[name=topic]").options].find((option) => option.value === "t1").disabled).toBe(true);
});

test("a topic that is not listed is given by its id", async () => {
  fillAccount();
  type("#new [name=kind]", "telegram");
  type("#new [name=bot_token]", "1:A");
  await press("Connect");
  expect(text("#new-report")).toBe("Please choose a topic.");
  type("[name=topic]", "another");
  type("#new [name=channel_id]", "t9");
  await press("Connect");
  expect(calls.at(-1).body.helpdesk.channel_id).toBe("t9");
});

test("what is missing or malformed is marked before the bridge is asked", async () => {
  await press("Connect");
  expect(text("#new-report")).toBe("Please fill in: Bridge host, Enrolment key, Helpdesk token.");
  fillAccount();
  type("#new [name=kind]", "viber");
  type("[name=topic]", "another");
  type("#new [name=channel_id]", "t9");
  type("#new [name=auth_token]", "x");
  type("#new [name=sender_avatar]", "http://acme.example/a.png");
  await press("Connect");
  expect(text("#new-report")).toBe("Please fill in: Sender avatar.");
  expect(input("[name=sender_avatar]").closest("details").open).toBe(true);
  expect(input("[name=sender_avatar]").getAttribute("aria-invalid")).toBe("true");
  expect(calls).toEqual([]);
});

test("the bridge's refusal is shown in its own words", async () => {
  for (const [answer, expected] of [
    [() => refuse(422, "the auth token is not valid"), "The auth token is not valid"],
    [() => refuse(401, "the key is wrong"), "The key is wrong"],
    [() => raise({ status: 502, response: "<html>" }), "The answer was 502."],
    [() => raise({}), "There was no answer. Check the host."],
  ]) {
    answers.connect = answer;
    await connectViber();
    expect(text("#new-report")).toBe(expected);
    expect(card()).toBeUndefined();
  }
});

test("what is left to do is shown with what is to be copied, and vanishes step by step", async () => {
  const steps = [
    { id: "webhook", text: "Paste this URL into `Callback URL`.", copy: "https://paste.example", docs_url: "https://docs.example" },
    { id: "other", text: "Press Save." },
  ];
  answers.connect = () => (views.i1 = view("i1", { state: "manual", steps, generated_secrets: { verify_token: "made" } }));
  await connectViber();
  const items = () => [...card().querySelectorAll("li")].map((item) => item.textContent);
  expect(card().querySelector(".state").textContent).toBe("Set-up to be finished");
  expect(card().querySelector("h4").textContent).toBe("Left to do (4)");
  expect(items()[0]).toContain("Paste this URL into Callback URL.");
  expect(card().querySelector("li a").href).toBe("https://docs.example/");
  expect(card().querySelector(".secrets code").textContent).toBe("made");

  views.i1 = view("i1", { state: "manual", steps, heard: { channel: { latest_at: "t" }, helpdesk: { latest_at: null } } });
  await press("Look again", card());
  expect(items()).toEqual(["Answer it in Freshchat."]);
  // It was shown once by the bridge, and stays until the page is closed.
  expect(card().querySelector(".secrets code").textContent).toBe("made");

  views.i1 = view("i1", { heard: { channel: { latest_at: "t" }, helpdesk: { latest_at: "t" } } });
  await press("Look again", card());
  expect(card().querySelector("h4").textContent).toBe("Nothing is left to do.");
  expect(card().querySelector(".state").textContent).toBe("Working");

  views.i1 = view("i1", { problem: { code: "blocked", message: "Renew the token." } });
  await press("Look again", card());
  expect(card().querySelector(".problem").textContent).toBe("Renew the token.");
  expect(card().querySelector(".state").textContent).toBe("Needs attention");

  views.i1 = view("i1", { state: "uninstalled", helpdesk_webhook_url: undefined, channel_webhook_url: undefined, settings_url: undefined, steps: undefined });
  await press("Look again", card());
  expect(card().querySelector(".state").textContent).toBe("Removed");
  expect(items()).toEqual([]);
});

test("nothing that the bridge says is read as HTML", async () => {
  answers.connect = () => (views.i1 = view("i1", { problem: { message: "<img src=x onerror=alert(1)>" } }));
  await connectViber();
  expect(card().querySelector("img")).toBeNull();
});

test("a text is copied, or selected where the clipboard is closed", async () => {
  await connectViber();
  const written = [];
  vi.stubGlobal("navigator", { clipboard: { writeText: async (copied) => written.push(copied) } });
  const copy = card().querySelector(".copy button");
  copy.click();
  await vi.waitFor(() => expect(copy.textContent).toBe("Copied"));
  expect(written).toEqual([`https://${HOST}/channels/i1/c`]);
  vi.stubGlobal("navigator", {});
  copy.click();
  await vi.waitFor(() => expect(copy.textContent).toBe("Press Ctrl+C"));
  expect(window.getSelection().toString()).toBe(written[0]);
});

test("the platform stores where events go, and no credential of a channel", async () => {
  await connectViber();
  expect(settings.postConfigs()).toEqual({
    __meta: { secure: ["enrolment_key", "helpdesk_token", "tokens"] },
    ...ACCOUNT,
    helpdesk_api_url: "https://acme.freshchat.com/v2",
    channels: [{ id: "i1", kind: "viber", topic: "t1", topic_name: "Orders" }],
    tokens: { i1: "h-i1" },
  });
  expect(JSON.stringify(settings.postConfigs())).not.toContain("viber-token");
});

test("the bridge's host may be pasted as an address", () => {
  type("[name=bridge_host]", ` https://${HOST}/x `);
  expect(settings.postConfigs().bridge_host).toBe(HOST);
});

// What the platform gives back when an admin opens the settings of an installed app.
function stored(change = {}) {
  return {
    ...ACCOUNT,
    helpdesk_api_url: "https://acme.freshchat.com/v2",
    channels: [
      { id: "i1", kind: "viber", topic: "t1", topic_name: "Orders" },
      { id: "i2", kind: "telegram", topic: "t2", topic_name: "Press" },
    ],
    tokens: { i1: "old", i2: "old" },
    ...change,
  };
}

test("stored channels are shown as the bridge sees them now", async () => {
  views.i1 = view("i1");
  views.i2 = view("i2", { channel: { kind: "telegram" }, helpdesk: { kind: "freshchat", channel_id: "t2" } });
  await settings.getConfigs(stored());
  expect([card(0), card(1)].map((each) => each.querySelector("h3").textContent)).toEqual(["Viber → Orders", "Telegram → Press"]);
  expect(card(0).querySelector("[name=sender_name]").value).toBe("Acme");
  expect(card(0).querySelector("[name=auth_token]").value).toBe("");
  // URLs that were rotated at the bridge reach the app with the next save.
  expect(settings.postConfigs().tokens).toEqual({ i1: "h-i1", i2: "h-i2" });
  expect(await settings.validate()).toBe(true);
  expect(calls.filter(({ name }) => name === "change")).toEqual([]);
});

test("a channel that the bridge cannot show keeps its place", async () => {
  views.i2 = view("i2");
  await settings.getConfigs(stored());
  expect(card(0).querySelector(".report").textContent).toBe("Nothing is here");
  expect(settings.postConfigs().tokens.i1).toBe("old");
});

test("a platform that keeps secrets to itself makes the person give the key again", async () => {
  views.i1 = view("i1");
  await settings.getConfigs(stored({ enrolment_key: undefined, tokens: undefined, channels: [stored().channels[0]] }));
  expect(await settings.validate()).toBe(false);
  expect(text("#page-report")).toBe("Please fill in: Enrolment key.");
});

test("changed settings reach the bridge with the button", async () => {
  views.i1 = view("i1");
  await settings.getConfigs(stored({ channels: [stored().channels[0]] }));
  const save = [...card().querySelectorAll("button")].find((button) => button.textContent === "Save the changes");
  expect(save.hidden).toBe(true);
  type("article [name=auth_token]", "renewed");
  type("article [name=sender_name]", "");
  expect(save.hidden).toBe(false);
  await press("Look again", card());
  expect(input("article [name=auth_token]").value).toBe("renewed");
  await press("Save the changes", card());
  expect(calls.at(-1)).toEqual({
    name: "change",
    context: { host: HOST, key: "key", installation: "i1" },
    body: {
      channel: { auth_token: "renewed", sender_name: null },
      settings: { on_resolved: "new", agent_name: true, relay_bot_messages: false, ask_rating: true, marketplace: true },
    },
  });
  expect(input("article .report").textContent).toBe("The bridge has the changes.");
});

test("changes that were not saved are sent before the platform stores anything", async () => {
  views.i1 = view("i1");
  await settings.getConfigs(stored({ channels: [stored().channels[0]] }));
  type("#account [name=helpdesk_token]", "renewed");
  expect(await settings.validate()).toBe(true);
  expect(calls.at(-1).body.helpdesk).toEqual({ api_url: "https://acme.freshchat.com/v2", token: "renewed" });
  const before = calls.length;
  expect(await settings.validate()).toBe(true);
  expect(calls).toHaveLength(before);
  type("#account [name=helpdesk_token]", "wrong");
  answers.change = () => refuse(422, "the token is wrong");
  expect(await settings.validate()).toBe(false);
  expect(text("#page-report")).toBe("The token is wrong");
});

test("an account's setting that was emptied is taken away", async () => {
  views.i1 = view("i1");
  await settings.getConfigs(stored({ channels: [stored().channels[0]], helpdesk_text_when_closed: "Closed.", helpdesk_priority: "High" }));
  type("#account [name=helpdesk_text_when_closed]", "");
  expect(await settings.validate()).toBe(true);
  const expected = { api_url: "https://acme.freshchat.com/v2", token: "token", text_when_closed: null, priority: "High" };
  expect(calls.at(-1).body.helpdesk).toMatchObject(expected);
});

test("the bridge's own texts to customers are offered, changed and taken away", async () => {
  fillAccount();
  await press("Load the topics");
  type("#new [name=topic]", "t1");
  type("#new [name=kind]", "viber");
  type("#new [name=topic]", "t1");
  type("#new [name=auth_token]", "viber-token");
  type("#new [name=text_on_resolve]", "Solved by {agent}.");
  await press("Connect");
  const { settings: sent } = calls.find((each) => each.name === "connect").body;
  expect(sent).toMatchObject({ text_on_resolve: "Solved by {agent}.", ask_rating: false });
  expect(sent).not.toHaveProperty("text_on_assign");
  const texts = { text_on_assign: "{agent} answers.", rating_question: "Well?" };
  views.i1 = view("i1", { settings: { ...view("i1").settings, ...texts } });
  await press("Look again", card());
  expect(input("article [name=text_on_assign]").value).toBe("{agent} answers.");
  type("article [name=text_on_assign]", "");
  type("article [name=text_on_reopen]", "Open again.");
  await press("Save the changes", card());
  const saved = calls.at(-1).body.settings;
  expect(saved).toMatchObject({ text_on_assign: null, text_on_reopen: "Open again.", rating_question: "Well?" });
});

test("an account's change waits for a channel that could not be shown", async () => {
  await settings.getConfigs(stored({ channels: [stored().channels[0]] }));
  type("#account [name=helpdesk_token]", "renewed");
  expect(await settings.validate()).toBe(false);
  views.i1 = view("i1");
  expect(await settings.validate()).toBe(true);
  expect(calls.at(-1).name).toBe("change");
});

test("the platform stores nothing half done", async () => {
  fillAccount();
  expect(await settings.validate()).toBe(false);
  expect(text("#page-report")).toBe("Connect a channel first.");
  await connectViber();
  expect(await settings.validate()).toBe(true);
  type("#new [name=auth_token]", "half");
  expect(await settings.validate()).toBe(false);
  expect(text("#page-report")).toBe("Press Connect, or empty the new channel's fields.");
});

test("the same accounts connected again are the same channel", async () => {
  await connectViber();
  type("[name=topic]", "another");
  type("#new [name=channel_id]", "t1");
  type("#new [name=auth_token]", "viber-token");
  await press("Connect");
  expect(document.querySelectorAll("article")).toHaveLength(1);
  expect(settings.postConfigs().channels).toHaveLength(1);
});

test("both accounts are checked at the bridge", async () => {
  await connectViber();
  await press("Check both accounts", card());
  expect(card().querySelector(".report").textContent).toBe("Both accounts accept their credentials. Old; renew. Halfway; answer.");
  answers.check = () => ({ channel: { ok: false, reason: "expired" }, helpdesk: { ok: true }, findings: [] });
  await press("Check both accounts", card());
  expect(card().querySelector(".report").textContent).toBe("Channel: expired");
});

test("a channel is disconnected by a second press", async () => {
  await connectViber();
  await press("Disconnect", card());
  expect(views.i1).toBeDefined();
  await press("Really disconnect?", card());
  await vi.waitFor(() => expect(card()).toBeUndefined());
  expect(views.i1).toBeUndefined();
  expect(settings.postConfigs().channels).toEqual([]);
  expect(text("#page-report")).toContain("Save this page");
});

test("a channel that the bridge does not let go can be taken off the page", async () => {
  await connectViber();
  answers.disconnect = () => refuse(401, "the key is wrong");
  await press("Disconnect", card());
  await press("Really disconnect?", card());
  await vi.waitFor(() => expect(card().querySelector(".report").textContent).toBe("The key is wrong"));
  await press("Remove from this page only", card());
  expect(card()).toBeUndefined();
});
