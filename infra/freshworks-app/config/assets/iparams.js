// The settings page. It connects channels at the bridge itself and shows what the bridge says about them; the platform
// only stores where the app forwards events. The channels' credentials go to the bridge and are stored nowhere else.

const BRIDGE_FIELDS = [
  {
    name: "bridge_host",
    help: "the host of the bridge's ApiUrl, without https:// and without a path",
    required: true,
    type: "text",
  },
  {
    name: "enrolment_key",
    help: "the key that the bridge's admin made for this account with POST /keys",
    required: true,
    secret: true,
    type: "text",
  },
];
const ON_RESOLVED = {
  name: "on_resolved",
  label: "After a conversation was resolved",
  help: "what happens to a customer's message after the conversation was resolved",
  required: true,
  type: "choice",
  options: ["reopen", "new"],
};
const OPTION_LABELS = { reopen: "Reopen the conversation", new: "Start a new conversation" };
const SWITCHES = {
  agent_name: "Put the agent's name before each answer",
  relay_bot_messages: "Send messages of Freshchat's bots to the customer",
  ask_rating: "Ask the customer for a rating from 1 to 5 after a conversation was resolved",
};
// What the bridge itself writes to customers. An empty text is not sent.
const TEXTS = [
  ["text_on_assign", "When an agent takes the conversation"],
  ["text_on_resolve", "When the conversation is resolved"],
  ["text_on_reopen", "When the conversation is opened again"],
  ["rating_question", "The question for the rating"],
].map(([name, label]) => {
  const help = name === "rating_question" ? "without one the bridge asks in its own words" : "{agent} and {contact} stand for the names";
  return { name, label, help, required: false, type: "paragraph", max: 1000 };
});
const WRITTEN = { api: "API", url: "URL", id: "ID", sid: "SID", rcs: "RCS", whatsapp: "WhatsApp", messagebird: "MessageBird" };
const STATES = {
  registering: ["wait", "Registering"],
  active: ["wait", "Waiting for the first message"],
  manual: ["wait", "Set-up to be finished"],
  registration_failed: ["bad", "Not registered"],
  uninstalled: ["bad", "Removed"],
};
const ANOTHER_TOPIC = "another";
const TOPIC_PAGES = 10;
const COPIED_FOR_MS = 2000;

const page = { client: undefined, account: [], form: undefined, topics: [], channels: [], accountEdits: 0 };

// Makes an element. Texts are children, so nothing that the bridge or a person wrote is ever read as HTML.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  Object.keys(attributes).forEach((name) => {
    const value = attributes[name];
    if (typeof value === "function") {
      made.addEventListener(name, value);
    } else if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  });
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

function report(node, text, mark) {
  node.className = "report " + (mark || "");
  node.textContent = text;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Writes a setting's name or a kind for people: `api_url` becomes "API URL".
function readable(name) {
  return capital(name.split("_").map((word) => WRITTEN[word] || word).join(" "));
}

function labelOf(setting) {
  return setting.label || readable(setting.name);
}

function inputType(setting) {
  if (setting.secret) {
    return "password";
  }
  return setting.type === "url" ? "url" : "text";
}

function makeInput(setting) {
  if (setting.type === "choice") {
    const options = setting.options.map((word) => element("option", { value: word }, OPTION_LABELS[word] || word));
    return element("select", {}, ...(setting.required ? [] : [element("option", { value: "" })]), ...options);
  }
  if (setting.type === "paragraph") {
    return element("textarea", { spellcheck: "false", maxlength: setting.max });
  }
  const attributes = { type: inputType(setting), autocomplete: "off", spellcheck: "false", maxlength: setting.max };
  return element("input", attributes);
}

function helpOf(setting, isChange) {
  const help = capital(setting.help.split("`").join(""));
  return isChange && setting.secret ? help + ". Leave it empty to keep the one that the bridge has." : help;
}

// A choice that has to be made begins with its first word.
function initialValue(setting, value) {
  return value || (setting.type === "choice" && setting.required ? setting.options[0] : "");
}

// Makes the field of a setting. `isChange` is for settings that the bridge has already, whose secrets nobody is shown.
function makeField(setting, value, isChange) {
  const input = makeInput(setting);
  input.name = setting.name;
  input.value = initialValue(setting, value);
  const isRequired = setting.required && !(isChange && setting.secret);
  const label = element("label", {}, element("span", { class: isRequired ? "required" : "" }, labelOf(setting)), input);
  const help = element("small", {}, helpOf(setting, isChange));
  const node = element("div", { class: setting.type === "paragraph" ? "field wide" : "field" }, label, help);
  return { setting, input, node, isRequired, before: input.value };
}

// Optional fields are folded away.
function fieldNodes(fields) {
  const required = fields.filter((field) => field.setting.required).map((field) => field.node);
  const optional = fields.filter((field) => !field.setting.required).map((field) => field.node);
  if (optional.length === 0) {
    return required;
  }
  return required.concat(folded("Optional settings", optional));
}

function folded(title, nodes) {
  return element("details", {}, element("summary", {}, title), element("div", {}, ...nodes));
}

function valueOf(field) {
  return field.input.value.trim();
}

function given(fields) {
  const values = {};
  fields.filter(valueOf).forEach((field) => {
    values[field.setting.name] = valueOf(field);
  });
  return values;
}

// What a change says about the fields: a text that was emptied is taken away, an empty secret stays.
function changed(fields) {
  const values = given(fields);
  fields
    .filter((field) => !valueOf(field) && field.before && !field.setting.secret)
    .forEach((field) => {
      values[field.setting.name] = null;
    });
  return values;
}

function isEdited(field) {
  return field.input.value !== field.before;
}

function isWrong(field) {
  const value = valueOf(field);
  if (!value) {
    return field.isRequired;
  }
  return field.setting.type === "url" && !/^https:\/\/[^/\s]+/.test(value);
}

// Marks the fields that are missing or malformed and returns a sentence about them.
function complaint(fields) {
  fields.forEach((field) => field.input.setAttribute("aria-invalid", String(isWrong(field))));
  const wrong = fields.filter(isWrong);
  if (wrong.length === 0) {
    return undefined;
  }
  wrong.forEach((field) => {
    const details = field.node.closest("details");
    if (details) {
      details.open = true;
    }
  });
  wrong[0].input.focus();
  return "Please fill in: " + wrong.map((field) => labelOf(field.setting)).join(", ") + ".";
}

function makeSwitch(name, values) {
  const input = element("input", { type: "checkbox", name });
  input.checked = Boolean(values[name]);
  return { name, input, node: element("label", { class: "choice" }, input, SWITCHES[name]) };
}

// How the bridge behaves for a channel.
function makeOptions(values) {
  const resolved = makeField(ON_RESOLVED, values.on_resolved, false);
  const switches = Object.keys(SWITCHES).map((name) => makeSwitch(name, values));
  const texts = TEXTS.map((setting) => makeField(setting, values[setting.name], false));
  const legend = element("legend", {}, "Behaviour");
  const node = element("fieldset", {}, legend, ...switches.map((each) => each.node));
  const read = () => {
    // Marketplace events carry no signature; the token in the URL admits them.
    const settings = Object.assign({ on_resolved: resolved.input.value, marketplace: true }, changed(texts));
    switches.forEach((each) => {
      settings[each.name] = each.input.checked;
    });
    return settings;
  };
  return { nodes: [resolved.node, node, folded("What the customer reads", texts.map((each) => each.node))], read };
}

function isTopic(setting) {
  return Boolean(setting.topic);
}

function topicSetting() {
  return FIELDS.helpdesk.settings.find(isTopic);
}

function topicOption(topic) {
  const taken = page.channels.find((channel) => channel.topic === topic.id);
  const note = taken ? ` (${readable(taken.kind)})` : topic.enabled === false ? " (switched off)" : "";
  return element("option", { value: topic.id, disabled: Boolean(taken) }, topic.name + note);
}

// Makes the list of topics. A topic that is not listed is given by its id.
function makeTopicField() {
  const field = makeField(topicSetting(), "", false);
  const select = element("select", { name: "topic" });
  const show = () => {
    const isAnother = select.value === ANOTHER_TOPIC;
    field.node.hidden = !isAnother;
    field.input.value = isAnother ? "" : select.value;
  };
  const fill = () => {
    const first = page.topics.length > 0 ? "Choose a topic" : "Load the topics above";
    const another = element("option", { value: ANOTHER_TOPIC }, "Another one, by its ID");
    select.replaceChildren(element("option", { value: "" }, first), ...page.topics.map(topicOption), another);
    show();
  };
  select.addEventListener("change", show);
  const label = element("label", {}, element("span", { class: "required" }, "Topic"), select);
  const help = element("small", {}, "The topic that the channel's conversations go to; each channel needs its own");
  const node = element("div", { class: "field" }, label, help);
  const name = () => select.selectedOptions[0].textContent;
  return { field, select, nodes: [node, field.node], fill, name };
}

function kindOf(name) {
  return FIELDS.channels.find((channel) => channel.kind === name);
}

function makeNewForm(kind) {
  const options = FIELDS.channels.map((channel) => element("option", { value: channel.kind }, readable(channel.kind)));
  const select = element("select", { name: "kind", change: () => showNewForm(select.value) }, ...options);
  select.value = kind;
  const chooser = element("div", { class: "field" }, element("label", {}, element("span", { class: "required" }, "Channel"), select));
  const topic = makeTopicField();
  topic.fill();
  const fields = kindOf(kind).settings.map((setting) => makeField(setting, "", false));
  const behaviour = makeOptions({});
  byId("new").replaceChildren(chooser, ...topic.nodes, ...fieldNodes(fields), ...behaviour.nodes);
  return { kind, topic, fields, behaviour };
}

function showNewForm(kind) {
  page.form = makeNewForm(kind);
}

function hostOf(text) {
  return (text || "").trim().replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

// Returns what the account's form holds, by the names of the installation parameters.
function account() {
  const values = given(page.account);
  return Object.assign(values, { bridge_host: hostOf(values.bridge_host) });
}

function helpdeskName(setting) {
  return "helpdesk_" + setting.name;
}

function helpdeskValues() {
  const values = account();
  const settings = {};
  FIELDS.helpdesk.settings
    .filter((setting) => values[helpdeskName(setting)])
    .forEach((setting) => {
      settings[setting.name] = values[helpdeskName(setting)];
    });
  return settings;
}

// What a change says about the account: a field that was emptied is taken away.
function helpdeskChanges() {
  const emptied = {};
  const named = page.account.filter((field) => field.setting.name.startsWith("helpdesk_"));
  Object.keys(changed(named)).forEach((name) => {
    emptied[name.replace("helpdesk_", "")] = null;
  });
  return Object.assign(emptied, helpdeskValues());
}

async function call(template, context, body) {
  const { bridge_host: host, enrolment_key: key } = account();
  const request = { context: Object.assign({ host, key }, context) };
  if (body) {
    request.body = JSON.stringify(body);
  }
  const answer = await page.client.request.invokeTemplate(template, request);
  return JSON.parse(answer.response);
}

// What went wrong, in the words of whoever answered.
function explain(error) {
  const given = error.status ? `The answer was ${error.status}.` : error.message;
  return capital(bridgeMessage(error.response) || given || "There was no answer. Check the host.");
}

function bridgeMessage(response) {
  try {
    const answer = JSON.parse(response);
    return answer.error ? answer.error.message : answer.message;
  } catch (error) {
    return undefined;
  }
}

// Runs an action of a button, which cannot be pressed again meanwhile. Returns whether it succeeded.
async function act(button, node, action) {
  button.disabled = true;
  report(node, "One moment …");
  try {
    report(node, (await action()) || "", "good");
    return true;
  } catch (error) {
    report(node, explain(error), "bad");
    return false;
  } finally {
    button.disabled = false;
  }
}

function refuse(message) {
  if (message) {
    throw new Error(message);
  }
}

async function loadTopics() {
  const needed = page.account.filter((field) => ["helpdesk_api_url", "helpdesk_token"].includes(field.setting.name));
  refuse(complaint(needed));
  const values = account();
  const topics = [];
  let last = 1;
  for (let number = 1; number <= Math.min(last, TOPIC_PAGES); number += 1) {
    const context = { host: hostOf(values.helpdesk_api_url), key: values.helpdesk_token, page: String(number) };
    const answer = await call("topics", context);
    topics.push(...answer.channels);
    last = answer.pagination ? answer.pagination.total_pages : 1;
  }
  page.topics = topics;
  page.form.topic.fill();
  return `${topics.length} topics. Choose one below.`;
}

function tokenOf(view) {
  const [, token] = /\/helpdesks\/[^/]+\/([^/]+)$/.exec(view.helpdesk_webhook_url || "") || [];
  return token;
}

async function connect() {
  const { kind, topic, fields, behaviour } = page.form;
  refuse(complaint(page.account));
  refuse(topic.field.input.value ? undefined : "Please choose a topic.");
  refuse(complaint(fields));
  const helpdesk = Object.assign({ kind: FIELDS.helpdesk.kind }, helpdeskValues());
  helpdesk[topic.field.setting.name] = valueOf(topic.field);
  const body = { helpdesk, channel: Object.assign({ kind }, given(fields)), settings: behaviour.read() };
  const topicName = topic.name();
  const view = await call("connect", {}, body);
  const made = view.generated_secrets || {};
  // The same accounts are the same installation.
  page.channels.filter((channel) => channel.id === view.id).forEach(forget);
  add({ id: view.id, kind, topic: valueOf(topic.field), topicName, made, accountEdits: page.accountEdits }, view);
  showNewForm(kind);
  return `${readable(kind)} is connected. Save this page, so that the app forwards its events.`;
}

function add(channel, view) {
  channel.node = element("article", {});
  byId("channels").append(channel.node);
  page.channels.push(channel);
  byId("no-channels").hidden = true;
  show(channel, view);
}

function forget(channel) {
  channel.node.remove();
  page.channels = page.channels.filter((other) => other !== channel);
  byId("no-channels").hidden = page.channels.length > 0;
  page.form.topic.fill();
}

// Takes over what the bridge says about a channel.
function show(channel, view) {
  if (view) {
    channel.view = view;
    channel.token = tokenOf(view) || channel.token;
    channel.topic = view.helpdesk[topicSetting().name] || channel.topic;
    channel.isChanged = false;
    channel.form = makeChangeForm(channel, view);
  }
  render(channel);
}

function makeChangeForm(channel, view) {
  const fields = kindOf(channel.kind).settings.map((setting) => makeField(setting, view.channel[setting.name], true));
  const behaviour = makeOptions(view.settings);
  const mark = () => {
    channel.isChanged = true;
    channel.save.hidden = false;
  };
  const node = element("form", { novalidate: true, autocomplete: "off", input: mark }, ...fieldNodes(fields), ...behaviour.nodes);
  return { fields, behaviour, node };
}

function isHeard(view, side) {
  return Boolean(view.heard && view.heard[side] && view.heard[side].latest_at);
}

function standing(view) {
  if (view.problem) {
    return ["bad", "Needs attention"];
  }
  if (isHeard(view, "channel") && isHeard(view, "helpdesk")) {
    return ["good", "Working"];
  }
  return STATES[view.state] || ["wait", view.state];
}

// What is left to do until both sides were heard.
function left(view) {
  const steps = isHeard(view, "channel") ? [] : view.steps || [];
  const items = steps.map(stepItem);
  if (!isHeard(view, "channel")) {
    items.push(element("li", {}, "Write a message on the channel, from your own phone say."));
  }
  if (!isHeard(view, "helpdesk")) {
    items.push(element("li", {}, "Answer it in Freshchat."));
  }
  return view.state === "uninstalled" ? [] : items;
}

function stepItem(step) {
  // Backticks surround the names of settings.
  const pieces = step.text.split("`").map((piece, index) => (index % 2 === 0 ? piece : element("code", {}, piece)));
  const link = { href: step.docs_url, target: "_blank", rel: "noreferrer" };
  const docs = step.docs_url ? [" ", element("a", link, "Documentation")] : [];
  return element("li", {}, ...pieces, ...docs, ...(step.copy ? [copyLine(step.copy)] : []));
}

function copyLine(text) {
  const code = element("code", {}, text);
  const button = element("button", { type: "button", click: () => copy(text, code, button) }, "Copy");
  return element("div", { class: "copy" }, code, button);
}

// Inside the product's frame the clipboard may be closed to us; then the text is selected.
async function copy(text, code, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch (error) {
    window.getSelection().selectAllChildren(code);
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, COPIED_FOR_MS);
}

function secretsBox(made) {
  const names = Object.keys(made);
  if (names.length === 0) {
    return undefined;
  }
  const lines = names.map((name) => element("div", {}, readable(name), copyLine(made[name])));
  const title = element("strong", {}, "The bridge made these for you and shows them only now:");
  return element("div", { class: "secrets" }, title, ...lines);
}

function urls(view) {
  const lines = [
    ["The channel calls", view.channel_webhook_url],
    ["The app calls", view.helpdesk_webhook_url],
  ];
  const shown = lines.filter(([, url]) => url).map(([name, url]) => element("div", {}, name, copyLine(url)));
  const link = { href: view.settings_url, target: "_blank", rel: "noreferrer" };
  const more = view.settings_url ? [element("a", link, "Latest messages, on the bridge's own page")] : [];
  return element("details", {}, element("summary", {}, "URLs"), ...shown, ...more);
}

function actionsOf(channel, node) {
  const button = (text, action, className) => {
    const made = element("button", { type: "button", class: className, click: () => act(made, node, action) }, text);
    return made;
  };
  channel.save = button("Save the changes", () => save(channel), "primary");
  channel.save.hidden = !channel.isChanged;
  const again = button("Look again", () => refresh(channel));
  const check = button("Check both accounts", () => checkAccounts(channel));
  const remove = element("button", { type: "button", class: "danger", click: () => disconnect(channel, remove, node) }, "Disconnect");
  return element("div", { class: "actions" }, channel.save, again, check, remove);
}

// Renders a channel from the bridge's JSON, or what is known of it while the bridge cannot be asked.
function render(channel) {
  const { view } = channel;
  const [mark, word] = view ? standing(view) : ["wait", "Unknown"];
  const name = `${readable(channel.kind)} → ${channel.topicName || channel.topic}`;
  const title = element("div", { class: "title" }, element("h3", {}, name), element("span", { class: `state ${mark}` }, word));
  channel.report = element("p", { class: "report", role: "status" });
  const parts = view ? partsOf(channel, view) : [];
  channel.node.replaceChildren(title, ...parts, actionsOf(channel, channel.report), channel.report);
}

function partsOf(channel, view) {
  const problem = view.problem ? element("p", { class: "problem" }, view.problem.message) : undefined;
  const items = left(view);
  const title = items.length > 0 ? `Left to do (${items.length})` : "Nothing is left to do.";
  const list = items.length > 0 ? element("ol", {}, ...items) : undefined;
  const settings = element("details", {}, element("summary", {}, "Settings"), channel.form.node);
  const parts = [problem, secretsBox(channel.made || {}), element("h4", {}, title), list, urls(view), settings];
  return parts.filter((part) => part !== undefined);
}

async function refresh(channel) {
  const view = await call("show", { installation: channel.id });
  if (channel.isChanged) {
    // What was typed stays, and is sent with the next save.
    channel.view = view;
    channel.token = tokenOf(view) || channel.token;
    render(channel);
  } else {
    show(channel, view);
  }
  return undefined;
}

async function save(channel) {
  refuse(complaint(channel.form.fields));
  const body = { channel: changed(channel.form.fields), settings: channel.form.behaviour.read() };
  const { accountEdits } = page;
  if (channel.accountEdits < accountEdits) {
    body.helpdesk = helpdeskChanges();
  }
  const view = await call("change", { installation: channel.id }, body);
  channel.accountEdits = accountEdits;
  channel.made = Object.assign({}, channel.made, view.generated_secrets);
  show(channel, view);
  report(channel.report, "The bridge has the changes.", "good");
  return undefined;
}

async function checkAccounts(channel) {
  const result = await call("check", { installation: channel.id });
  const sides = ["channel", "helpdesk"].filter((side) => !result[side].ok).map((side) => `${side}: ${result[side].reason}`);
  // The steps, and that a side was never heard, stand on the card already.
  const shown = new Set(["never_heard", ...(channel.view.steps || []).map((step) => step.id)]);
  const findings = result.findings
    .filter((finding) => !shown.has(finding.code))
    .map((finding) => `${finding.cause}; ${finding.fix}.`);
  refuse(sides.join(" "));
  return ["Both accounts accept their credentials.", ...findings].join(" ");
}

// The first press asks, and after a failure a third one leaves the installation at the bridge.
async function disconnect(channel, button, node) {
  if (channel.isOrphan) {
    forget(channel);
    return;
  }
  if (!channel.isAsked) {
    channel.isAsked = true;
    button.textContent = "Really disconnect?";
    return;
  }
  const isDone = await act(button, node, () => call("disconnect", { installation: channel.id }).then(() => ""));
  if (isDone) {
    forget(channel);
    report(byId("page-report"), "Save this page, so that the app forgets the channel.");
  } else {
    channel.isOrphan = true;
    button.textContent = "Remove from this page only";
  }
}

function build() {
  const helpdesk = FIELDS.helpdesk.settings.filter((setting) => !isTopic(setting));
  const named = helpdesk.map((setting) => Object.assign({}, setting, { name: helpdeskName(setting) }));
  page.account = BRIDGE_FIELDS.concat(named).map((setting) => makeField(setting, "", false));
  byId("account").replaceChildren(...fieldNodes(page.account));
  byId("account").addEventListener("input", (event) => {
    page.accountEdits += event.target.name.startsWith("helpdesk_") ? 1 : 0;
  });
  byId("load-topics").addEventListener("click", (event) => act(event.target, byId("account-report"), loadTopics));
  byId("connect").addEventListener("click", (event) => act(event.target, byId("new-report"), connect));
  showNewForm(FIELDS.channels[0].kind);
}

async function start() {
  page.client = await app.initialized();
  const field = page.account.find((each) => each.setting.name === "helpdesk_api_url");
  try {
    const { currentHost } = await page.client.data.get("currentHost");
    const url = currentHost.endpoint_urls.freshchat;
    field.input.value = field.input.value || url.replace(/\/+$/, "") + "/v2";
  } catch (error) {
    // The person types the URL.
    field.input.placeholder = "https://acme.freshchat.com/v2";
  }
}

// Called by the platform: fills the page with the installation parameters, and asks the bridge about the channels.
async function getConfigs(configs) {
  page.account.forEach((field) => {
    field.input.value = configs[field.setting.name] || field.input.value;
    // The platform may keep secrets to itself; the app's stored ones are then given again.
    field.before = field.input.value;
  });
  const tokens = configs.tokens || {};
  (configs.channels || []).forEach((channel) => {
    const { id, kind, topic } = channel;
    add({ id, kind, topic, topicName: channel.topic_name, token: tokens[id], accountEdits: page.accountEdits }, undefined);
  });
  await page.ready;
  page.form.topic.fill();
  await Promise.all(page.channels.slice().map(look));
}

async function look(channel) {
  try {
    await refresh(channel);
  } catch (error) {
    report(channel.report, explain(error), "bad");
  }
}

// Called by the platform: what the app stores. Events carry these parameters.
function postConfigs() {
  const tokens = {};
  page.channels.forEach((channel) => {
    tokens[channel.id] = channel.token;
  });
  const channels = page.channels.map(({ id, kind, topic, topicName }) => ({ id, kind, topic, topic_name: topicName || topic }));
  return Object.assign({ __meta: { secure: ["enrolment_key", "helpdesk_token", "tokens"] } }, account(), { channels, tokens });
}

// Called by the platform before it stores the parameters: sends what was changed but not saved.
async function validate() {
  const node = byId("page-report");
  report(node, "");
  try {
    refuse(complaint(page.account.filter((field) => !field.setting.name.startsWith("helpdesk_"))));
    refuse(page.form.fields.some(isEdited) ? "Press Connect, or empty the new channel's fields." : "");
    refuse(page.channels.length === 0 ? "Connect a channel first." : "");
    refuse(page.channels.every((channel) => channel.token) ? "" : "Press Look again at each channel.");
    const isWaiting = (channel) => channel.isChanged || channel.accountEdits < page.accountEdits;
    await Promise.all(page.channels.filter(isWaiting).map(saveOrFetch));
    return true;
  } catch (error) {
    report(node, explain(error), "bad");
    return false;
  }
}

async function saveOrFetch(channel) {
  if (!channel.form) {
    await refresh(channel);
  }
  await save(channel);
}

build();
page.ready = start();
