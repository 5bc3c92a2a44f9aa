// Forwards what happens in Freshchat to the bridge. The settings page installs the channels; everything else is the
// bridge's business.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
// The longest message that renderData shows.
const LONGEST_MESSAGE = 60;
// An execution may take 20 seconds and a request 15. Only a request that failed fast leaves time for another one.
const FAST = 3 * SECOND;
// The schedule begins no request later than this.
const LAST_START = 12 * SECOND;

// Events that the bridge did not take are kept in the data store. Their keys are listed by the minutes in which they
// failed, because the store has no queries and a list is only read once nothing more is added to it.
const SLOT = 5 * MINUTE;
const CURSOR = "cursor";
const SCHEDULE = "send-kept-events";
const KEEP_FOR = 72 * HOUR;
const TTL_SECONDS = (KEEP_FOR + 24 * HOUR) / SECOND;
// A value may have 40 KB, and a character up to 3 bytes.
const PIECE = 12000;
// Each kept event costs a request and two calls of the data store, which both allow 50 a minute.
const MOST_AT_ONCE = 20;
// Slots without kept events cost a call each.
const MOST_SLOTS = 5;

// The bridge will never take what it answers with these.
const FINAL_STATUSES = [400, 410, 413, 422];

// Which events a channel's installation needs. The Marketplace allows 50 requests a minute and account.
const IS_WANTED = {
  onMessageCreate: (data, channel) => isForCustomers(data) && isOfTopic(data.message, data, channel),
  onConversationCreate: (data, channel) => isOfTopic(data.conversation, data, channel),
  onConversationUpdate: (data, channel) => hasNewStatus(data) && isOfTopic(data.conversation, data, channel),
  onUserUpdate: (data, channel) => isContact(data.user && data.user.reference_id, channel),
  onContactUpdate: (data, channel) => isContact(data.contact && data.contact.external_id, channel),
};

exports = {
  // onAppInstall and afterAppUpdate. The settings page has already connected the channels.
  install: async function (payload) {
    let message;
    try {
      await checkChannels(payload.iparams);
      await startSchedule();
    } catch (error) {
      message = explain(error);
      console.error("install failed: " + message);
    }
    if (message) {
      renderData({ message });
    } else {
      renderData();
    }
  },

  // An app whose onAppUninstall fails can never be removed, so that a bridge that is down does not stop it.
  uninstall: async function (payload) {
    const { channels } = settingsOf(payload);
    await Promise.all(channels.map(removeChannel));
    try {
      await $schedule.delete({ name: SCHEDULE });
    } catch (error) {
      console.error("the schedule ends with the app: " + explain(error));
    }
    renderData();
  },

  forward: async function (payload) {
    const { channels, tokens } = settingsOf(payload);
    const isWanted = IS_WANTED[payload.event];
    const data = payload.data || {};
    const body = JSON.stringify(withoutSettings(payload));
    const wanting = channels.filter((channel) => isWanted && isWanted(data, channel));
    await Promise.all(wanting.map((channel) => deliver(channel.id, tokens[channel.id], payload.event, body)));
  },

  // onScheduledEvent: sends kept events again, oldest first.
  sendKept: async function (payload) {
    const run = {
      tokens: settingsOf(payload).tokens,
      left: MOST_AT_ONCE,
      lastStart: Date.now() + LAST_START,
      failed: [],
    };
    // The slots before this one ended at least a minute ago.
    const end = slotAt(Date.now() - MINUTE);
    try {
      await sendSlots(end, run);
    } catch (error) {
      // The next run begins where this one did. The bridge knows what it has already.
      console.error("kept events wait for the next run: " + explain(error));
    }
  },
};

function settingsOf({ iparams }) {
  const { channels, tokens } = iparams || {};
  return { channels: channels || [], tokens: tokens || {} };
}

async function checkChannels(iparams) {
  const { channels, tokens } = settingsOf({ iparams });
  if (channels.length === 0) {
    throw new Error("Open the app's settings and connect a channel.");
  }
  // Without them every event would be refused.
  if (!channels.every((channel) => tokens[channel.id])) {
    throw new Error("A channel's token is missing; save the settings again.");
  }
  await Promise.all(channels.map((channel) => checkChannel(channel, iparams.bridge_host)));
}

async function checkChannel({ id, kind }, host) {
  const answer = await $request.invokeTemplate("installed", { context: { installation: id } });
  const { helpdesk_webhook_url: url } = JSON.parse(answer.response);
  if (!url) {
    throw new Error(`Connect ${kind} again; it was removed.`);
  }
  // Request templates take a host, and events go to the same one.
  if (!url.startsWith(`https://${host}/helpdesks/`)) {
    throw new Error("The bridge gives out URLs of another host.");
  }
}

// After an update the schedule is there already.
async function startSchedule() {
  try {
    await $schedule.create({
      name: SCHEDULE,
      data: { purpose: SCHEDULE },
      schedule_at: new Date(Date.now() + SLOT + MINUTE).toISOString(),
      repeat: { time_unit: "minutes", frequency: SLOT / MINUTE },
    });
  } catch (error) {
    await $schedule.fetch({ name: SCHEDULE });
  }
}

async function removeChannel({ id, kind }) {
  try {
    await $request.invokeTemplate("uninstall", { context: { installation: id } });
  } catch (error) {
    console.error(`the bridge keeps ${kind}; delete it there: ${explain(error)}`);
  }
}

// Messages of customers come from the bridge itself or from Freshchat's own widgets.
function isForCustomers({ actor, message }) {
  const messages = (message && message.messages) || [];
  const isByUser = Boolean(actor) && actor.type === "user";
  return !isByUser && (messages.length === 0 || messages.some((each) => !isInternal(each)));
}

function isInternal(message) {
  return Boolean(message) && ["private", "system"].includes(message.message_type);
}

function isOfTopic(conversation, { associations }, channel) {
  const associated = associations && associations.channel && associations.channel.id;
  const topic = (conversation && conversation.channel_id) || associated;
  return !topic || topic === channel.topic;
}

// The bridge wants to know the status and who answers. An update that says nothing about changes may be one of these.
function hasNewStatus({ changes }) {
  const changed = changes && changes.model_changes;
  if (!changed) {
    return true;
  }
  return ["status", "assigned_agent_id"].some((field) => {
    const [before, now] = changed[field] || [];
    return before !== now;
  });
}

// The bridge names contacts `<channel kind>:<id on the channel>`.
function isContact(reference, channel) {
  return typeof reference === "string" && reference.startsWith(channel.kind + ":");
}

// The installation parameters hold secrets that the bridge already has.
function withoutSettings(payload) {
  return Object.assign({}, payload, { iparams: undefined });
}

async function deliver(id, token, event, body) {
  const started = Date.now();
  let failure = await send(id, token, body);
  if (failure && !failure.isFinal && Date.now() - started < FAST) {
    failure = await send(id, token, body);
  }
  if (!failure) {
    return;
  }
  if (failure.isFinal) {
    console.error(`the bridge refuses ${event}: ${failure.reason}`);
  } else {
    await keep(id, event, body, failure.reason);
  }
}

// Returns nothing once the bridge has the event.
async function send(id, token, body) {
  try {
    await $request.invokeTemplate("forward", { context: { installation: id, token }, body });
    return undefined;
  } catch (error) {
    return { isFinal: FINAL_STATUSES.includes(error.status), reason: explain(error) };
  }
}

async function keep(id, event, body, reason) {
  const key = Date.now().toString(36) + Math.random().toString(36).slice(2, 10);
  const pieces = Math.ceil(body.length / PIECE);
  try {
    for (let piece = 0; piece < pieces; piece += 1) {
      await $db.set(pieceKey(key, piece), { text: body.slice(piece * PIECE, (piece + 1) * PIECE) }, { ttl: TTL_SECONDS });
    }
    await list([{ key, pieces, id, at: Date.now() }]);
    console.error(`${event} is kept and sent again: ${reason}`);
  } catch (error) {
    console.error(`${event} is lost: ${reason} ${explain(error)}`);
  }
}

function pieceKey(key, piece) {
  return `event-${key}-${piece}`;
}

function slotAt(time) {
  return Math.floor(time / SLOT);
}

function slotKey(slot) {
  return `slot-${slot}`;
}

// Adds events to the list of the current slot. Others do so at the same time.
async function list(events) {
  const slot = slotAt(Date.now());
  try {
    await $db.update(slotKey(slot), "append", { events });
  } catch (error) {
    if (await isTaken(slotKey(slot), { events }, { setIf: "not_exist", ttl: TTL_SECONDS })) {
      await $db.update(slotKey(slot), "append", { events });
    }
    // The first event that is ever kept tells the schedule where to begin.
    await isTaken(CURSOR, { slot }, { setIf: "not_exist" });
  }
}

// Stores a value unless the key has one, and returns whether it has.
async function isTaken(key, value, options) {
  try {
    await $db.set(key, value, options);
    return false;
  } catch (error) {
    return true;
  }
}

async function sendSlots(end, run) {
  const cursor = await stored(CURSOR);
  if (!cursor) {
    return;
  }
  const first = cursor.slot;
  let slot = first;
  while (slot < end && slot < first + MOST_SLOTS && (await isEmptied(slot, run))) {
    slot += 1;
  }
  await $db.set(CURSOR, { slot });
}

async function stored(key) {
  try {
    return await $db.get(key);
  } catch (error) {
    if (error.status === 404) {
      return undefined;
    }
    throw error;
  }
}

// Sends the events of a slot. Those that cannot be sent move to the current slot, so that a channel in trouble does not
// hold up the others. Returns whether nothing is left.
async function isEmptied(slot, run) {
  const listed = await stored(slotKey(slot));
  if (!listed) {
    return true;
  }
  const events = listed.events.slice();
  const failed = [];
  while (events.length > 0 && run.left > 0 && Date.now() < run.lastStart) {
    const event = events.shift();
    if (!(await isSent(event, run))) {
      failed.push(event);
    }
  }
  await relist(slot, events, failed);
  return events.length === 0;
}

async function relist(slot, events, failed) {
  if (failed.length > 0) {
    await list(failed);
  }
  if (events.length > 0) {
    await $db.set(slotKey(slot), { events }, { ttl: TTL_SECONDS });
  } else {
    await $db.delete(slotKey(slot));
  }
}

// Returns whether an event is done with: sent, refused for good, or too old.
async function isSent(event, run) {
  const isOld = Date.now() - event.at > KEEP_FOR;
  if (!isOld && run.failed.includes(event.id)) {
    return false;
  }
  run.left -= 1;
  const failure = isOld ? { isFinal: true, reason: "too old" } : await sendKeptEvent(event, run);
  if (failure && !failure.isFinal) {
    run.failed.push(event.id);
    return false;
  }
  if (failure) {
    console.error("a kept event is given up: " + failure.reason);
  }
  await forget(event);
  return true;
}

async function sendKeptEvent({ id, key, pieces }, run) {
  if (!run.tokens[id]) {
    return { isFinal: true, reason: "its channel was disconnected" };
  }
  let body = "";
  for (let piece = 0; piece < pieces; piece += 1) {
    const found = await stored(pieceKey(key, piece));
    if (!found) {
      return { isFinal: true, reason: "a piece is missing" };
    }
    body += found.text;
  }
  return send(id, run.tokens[id], body);
}

async function forget({ key, pieces }) {
  for (let piece = 0; piece < pieces; piece += 1) {
    await $db.delete(pieceKey(key, piece));
  }
}

// What went wrong, in the bridge's own words where it answered. Never the request, which holds secrets.
function explain(error) {
  const given = error.status ? `The bridge answered ${error.status}.` : error.message;
  const message = bridgeMessage(error.response) || given || "The bridge did not answer.";
  return String(message).slice(0, LONGEST_MESSAGE);
}

function bridgeMessage(response) {
  try {
    return JSON.parse(response).error.message;
  } catch (error) {
    // The answer did not come from the bridge.
    return undefined;
  }
}
