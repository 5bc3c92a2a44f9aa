import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import app from "../server/server.js";

const ROOT = join(__dirname, "..");
const MINUTE = 60_000;
const SLOT = 5 * MINUTE;
const NOW = 1_795_167_000_000;
const TOPIC = "808a2713-3875-4003-bc7f-6923baec92a4";

const IPARAMS = {
  bridge_host: "bridge.example",
  enrolment_key: "key-secret",
  helpdesk_token: "freshchat-secret",
  channels: [
    { id: "i1", kind: "viber", topic: TOPIC, topic_name: "Viber" },
    { id: "i2", kind: "line", topic: "t2", topic_name: "LINE" },
  ],
  tokens: { i1: "token1-secret", i2: "token2-secret" },
};

let seen;
// What the bridge answers to a request: an object, or an error that is thrown.
let bridge;

function installed({ context }) {
  return { id: context.installation, helpdesk_webhook_url: `https://bridge.example/helpdesks/${context.installation}/t` };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  seen = { requests: [], rendered: [], logged: [], stored: new Map(), schedules: new Map(), operations: 0 };
  bridge = (name, options) => (name === "installed" ? installed(options) : {});
  vi.spyOn(console, "error").mockImplementation((line) => seen.logged.push(line));
  vi.stubGlobal("renderData", (...args) => seen.rendered.push(args));
  vi.stubGlobal("$request", {
    invokeTemplate: async (name, options) => {
      const { context, body } = options;
      seen.requests.push({ name, ...context, body: body && JSON.parse(body) });
      return { status: 200, response: JSON.stringify(await bridge(name, options)) };
    },
  });
  vi.stubGlobal("$db", dataStore());
  vi.stubGlobal("$schedule", {
    create: async (schedule) => {
      if (seen.schedules.has(schedule.name)) throw { status: 400, message: "taken" };
      seen.schedules.set(schedule.name, schedule);
    },
    fetch: async ({ name }) => {
      if (!seen.schedules.has(name)) throw { status: 404, message: "no schedule" };
      return seen.schedules.get(name);
    },
    delete: async ({ name }) => {
      if (!seen.schedules.delete(name)) throw { status: 404, message: "no schedule" };
    },
  });
});

afterEach(() => {
  for (const line of seen.logged) {
    expect(line).not.toMatch(/secret/);
  }
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

// The key-value store with the platform's limits.
function dataStore() {
  const counted = (key) => {
    seen.operations += 1;
    expect(key.length).toBeLessThanOrEqual(30);
  };
  const put = (key, value) => {
    const text = JSON.stringify(value);
    expect(Buffer.byteLength(key + text)).toBeLessThanOrEqual(40 * 1024);
    seen.stored.set(key, JSON.parse(text));
  };
  return {
    get: async (key) => {
      counted(key);
      if (!seen.stored.has(key)) throw { status: 404, message: "Record not found" };
      return structuredClone(seen.stored.get(key));
    },
    set: async (key, value, options = {}) => {
      counted(key);
      if (options.setIf === "not_exist" && seen.stored.has(key)) throw { status: 400, message: "exists" };
      put(key, value);
    },
    update: async (key, action, { events }) => {
      counted(key);
      expect(action).toBe("append");
      if (!seen.stored.has(key)) throw { status: 404, message: "Record not found" };
      put(key, { events: seen.stored.get(key).events.concat(events) });
    },
    delete: async (key) => {
      counted(key);
      seen.stored.delete(key);
    },
  };
}

function fail(status, response) {
  return () => {
    throw { status, response };
  };
}

function read(path) {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

function sample(module, event) {
  return { ...read(`server/test_data/${module}/${event}.json`), iparams: IPARAMS };
}

function message(change) {
  const event = sample("chat_conversation", "onMessageCreate");
  change(event.data);
  return event;
}

function forwarded() {
  return seen.requests.filter(({ name }) => name === "forward").map(({ installation }) => installation);
}

function keptEvents() {
  return [...seen.stored.keys()].filter((key) => key.startsWith("event-"));
}

describe("installing", () => {
  test("checks every channel at the bridge and starts the schedule", async () => {
    await app.install(sample("common", "onAppInstall"));
    expect(seen.requests.map(({ name, installation }) => [name, installation])).toEqual([
      ["installed", "i1"],
      ["installed", "i2"],
    ]);
    const [schedule] = seen.schedules.values();
    expect(schedule.repeat).toEqual({ time_unit: "minutes", frequency: 5 });
    expect(Date.parse(schedule.schedule_at) - NOW).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(seen.rendered).toEqual([[]]);
  });

  test("an update finds the schedule there", async () => {
    await app.install(sample("common", "onAppInstall"));
    await app.install(sample("common", "afterAppUpdate"));
    expect(seen.rendered).toEqual([[], []]);
    expect(seen.schedules.size).toBe(1);
  });

  test("says why it fails, shortly and without secrets", async () => {
    const long = "The key is wrong; use the admin key, an enrolment key or this installation's settings key.";
    const cases = [
      [fail(401, JSON.stringify({ error: { code: "x", message: long } })), {}, long.slice(0, 60)],
      [fail(502, "<html>"), {}, "The bridge answered 502."],
      [fail(undefined, undefined), {}, "The bridge did not answer."],
      [undefined, { bridge_host: "other.example" }, "The bridge gives out URLs of another host."],
      [() => ({ id: "i1", state: "uninstalled" }), {}, "Connect viber again; it was removed."],
      [undefined, { tokens: { i1: "t" } }, "A channel's token is missing; save the settings again."],
      [undefined, { channels: [] }, "Open the app's settings and connect a channel."],
      // The parameters of the app's first version.
      [undefined, { channels: undefined, tokens: undefined, channel_kind: "viber" }, "Open the app's settings and connect a channel."],
    ];
    for (const [answer, change, expected] of cases) {
      seen.rendered.length = 0;
      bridge = answer || ((name, options) => installed(options));
      await app.install({ ...sample("common", "onAppInstall"), iparams: { ...IPARAMS, ...change } });
      expect(seen.rendered).toEqual([[{ message: expected }]]);
    }
  });

  test("without a schedule there is no install", async () => {
    vi.stubGlobal("$schedule", { create: fail(500), fetch: fail(404) });
    await app.install(sample("common", "onAppInstall"));
    expect(seen.rendered).toEqual([[{ message: "The bridge answered 404." }]]);
  });
});

describe("uninstalling", () => {
  test("removes every channel from the bridge", async () => {
    await app.install(sample("common", "onAppInstall"));
    seen.requests.length = 0;
    await app.uninstall(sample("common", "onAppUninstall"));
    expect(seen.requests.map(({ name, installation }) => [name, installation])).toEqual([
      ["uninstall", "i1"],
      ["uninstall", "i2"],
    ]);
    expect(seen.schedules.size).toBe(0);
    expect(seen.rendered).toEqual([[], []]);
  });

  test("always comes to its end", async () => {
    bridge = fail(503, "{}");
    await app.uninstall(sample("common", "onAppUninstall"));
    await app.uninstall({ event: "onAppUninstall" });
    expect(seen.rendered).toEqual([[], []]);
    expect(seen.logged).toHaveLength(4);
  });
});

describe("forwarding", () => {
  test("an event goes to the channel of its topic, whole but for the settings", async () => {
    const event = sample("chat_conversation", "onMessageCreate");
    await app.forward(event);
    const { iparams, ...rest } = event;
    expect(iparams).toBe(IPARAMS);
    expect(seen.requests).toEqual([{ name: "forward", installation: "i1", token: "token1-secret", body: rest }]);
    expect(seen.operations).toBe(0);
  });

  test("the samples of all product events are forwarded", async () => {
    const { modules } = read("manifest.json");
    for (const [module, { events }] of Object.entries(modules).filter(([name]) => name !== "common")) {
      for (const event of Object.keys(events)) {
        seen.requests.length = 0;
        await app.forward(sample(module, event));
        expect(forwarded(), event).toEqual(["i1"]);
      }
    }
  });

  test("nothing that the bridge would drop costs a request", async () => {
    const all = (type) => (data) => data.message.messages.forEach((each) => (each.message_type = type));
    const dropped = [
      message((data) => (data.actor.type = "user")),
      message((data) => (data.message.channel_id = "other")),
      message(all("private")),
      message(all("system")),
      { ...sample("chat_user", "onUserUpdate"), data: { user: { reference_id: "shop-4471" } } },
      { ...sample("chat_user", "onUserUpdate"), data: { user: { reference_id: "telegram:7" } } },
      { ...sample("chat_user", "onUserUpdate"), data: {} },
      { ...sample("contact", "onContactUpdate"), data: { contact: { external_id: null } } },
      { ...sample("contact", "onContactUpdate"), data: {} },
      { event: "onUserCreate", iparams: IPARAMS },
      { event: "onMessageCreate", data: {} },
    ];
    const update = sample("chat_conversation", "onConversationUpdate");
    for (const changes of [{ assigned_group_id: [null, "g"] }, { status: ["assigned", "assigned"] }]) {
      dropped.push({ ...update, data: { ...update.data, changes: { model_changes: changes } } });
    }
    for (const event of dropped) {
      await app.forward(event);
      expect(seen.requests, JSON.stringify(event)).toEqual([]);
    }
  });

  test("what may be for the customer is forwarded", async () => {
    const update = sample("chat_conversation", "onConversationUpdate");
    const wanted = [
      // One of two messages is for the customer.
      [message((data) => data.message.messages.unshift({ message_type: "private" })), ["i1"]],
      [message((data) => delete data.message.messages), ["i1"]],
      [message((data) => delete data.message.messages[0].message_type), ["i1"]],
      [message((data) => delete data.actor), ["i1"]],
      [{ ...update, data: { ...update.data, changes: undefined } }, ["i1"]],
      [{ ...update, data: { ...update.data, changes: { model_changes: { assigned_agent_id: [null, "a"] } } } }, ["i1"]],
      [message((data) => (data.message.channel_id = "t2")), ["i2"]],
      // The topic of the associations counts where the conversation names none, and an unknown one may be any.
      [message((data) => ((data.message.channel_id = null), (data.associations.channel.id = "t2"))), ["i2"]],
      [message((data) => ((data.message.channel_id = null), (data.associations = null))), ["i1", "i2"]],
    ];
    for (const [event, ids] of wanted) {
      seen.requests.length = 0;
      await app.forward(event);
      expect(forwarded()).toEqual(ids);
    }
  });

  test("a request that fails at once is made again", async () => {
    let calls = 0;
    bridge = () => {
      calls += 1;
      if (calls === 1) throw { status: 503 };
      return {};
    };
    await app.forward(sample("chat_conversation", "onMessageCreate"));
    expect(forwarded()).toEqual(["i1", "i1"]);
    expect(seen.operations).toBe(0);
  });

  test("a request that hangs is not repeated within the platform's 20 seconds", async () => {
    bridge = () => {
      vi.setSystemTime(Date.now() + 15_000);
      throw { message: "timeout" };
    };
    await app.forward(sample("chat_conversation", "onMessageCreate"));
    expect(forwarded()).toEqual(["i1"]);
    expect(keptEvents()).toHaveLength(1);
    expect(seen.logged).toEqual(["onMessageCreate is kept and sent again: timeout"]);
  });

  test("what the bridge refuses for good is logged and not kept", async () => {
    for (const status of [400, 410, 413, 422]) {
      bridge = fail(status, "{}");
      await app.forward(sample("chat_conversation", "onMessageCreate"));
    }
    expect(seen.requests).toHaveLength(4);
    expect(seen.stored.size).toBe(0);
    expect(seen.logged[0]).toBe("the bridge refuses onMessageCreate: The bridge answered 400.");
  });

  test("an event that cannot even be kept is logged as lost", async () => {
    bridge = fail(503);
    vi.stubGlobal("$db", { set: fail(429), update: fail(429) });
    await app.forward(sample("chat_conversation", "onMessageCreate"));
    expect(seen.logged[0]).toMatch(/^onMessageCreate is lost: /);
  });
});

describe("kept events", () => {
  // Lets events of the conversation fail, and returns their bodies.
  async function outage(count, change = () => undefined) {
    const healthy = bridge;
    bridge = fail(503);
    for (let number = 0; number < count; number += 1) {
      await app.forward(
        message((data) => {
          data.message.messages[0].id = `m${number}`;
          change(data);
        }),
      );
    }
    bridge = healthy;
    seen.requests.length = 0;
  }

  async function run(afterMinutes = 7) {
    vi.setSystemTime(Date.now() + afterMinutes * MINUTE);
    seen.operations = 0;
    await app.sendKept(sample("common", "onScheduledEvent"));
  }

  function sentIds() {
    return seen.requests.map(({ body }) => body.data.message.messages[0].id);
  }

  test("are sent again in their order, once, and forgotten", async () => {
    await outage(3);
    expect(keptEvents()).toHaveLength(3);
    await run();
    expect(sentIds()).toEqual(["m0", "m1", "m2"]);
    expect([...seen.stored.keys()]).toEqual(["cursor"]);
    await run(5);
    expect(sentIds()).toHaveLength(3);
  });

  test("are taken only from slots to which nothing is added any more", async () => {
    vi.setSystemTime(Math.ceil(NOW / SLOT) * SLOT - 1);
    await outage(1);
    await run(0.5);
    expect(sentIds()).toEqual([]);
    await run(5);
    expect(sentIds()).toEqual(["m0"]);
  });

  test("of any length and script fit into the store", async () => {
    const text = "長".repeat(30_000);
    await outage(1, (data) => (data.message.messages[0].message_parts[0].text.content = text));
    expect(keptEvents().length).toBeGreaterThan(2);
    await run();
    expect(seen.requests[0].body.data.message.messages[0].message_parts[0].text.content).toBe(text);
    expect(keptEvents()).toEqual([]);
  });

  test("go to the URL that the settings name now", async () => {
    await outage(1);
    vi.setSystemTime(Date.now() + 7 * MINUTE);
    await app.sendKept({ iparams: { ...IPARAMS, tokens: { i1: "renewed" } } });
    expect(seen.requests[0].token).toBe("renewed");
  });

  test("wait while the bridge is down, and a run makes no more requests than it may", async () => {
    await outage(25);
    bridge = fail(503);
    await run();
    expect(seen.requests).toHaveLength(1);
    bridge = () => ({});
    seen.requests.length = 0;
    for (let runs = 0; runs < 5; runs += 1) {
      const before = seen.requests.length;
      await run(5);
      expect(seen.requests.length - before).toBeLessThanOrEqual(20);
      expect(seen.operations).toBeLessThanOrEqual(50);
    }
    expect(sentIds()).toEqual([...Array(25).keys()].map((number) => `m${number}`));
    expect(keptEvents()).toEqual([]);
  });

  test("of a channel in trouble do not hold up another channel's", async () => {
    await outage(2);
    await outage(1, (data) => (data.message.channel_id = "t2"));
    bridge = (name, { context }) => {
      if (context.installation === "i1") throw { status: 404 };
      return {};
    };
    await run();
    expect(forwarded()).toEqual(["i1", "i2"]);
    expect(keptEvents()).toHaveLength(2);
    bridge = () => ({});
    seen.requests.length = 0;
    await run(5);
    await run(5);
    expect(sentIds()).toEqual(["m0", "m1"]);
  });

  test("are given up after three days, or when the bridge refuses them", async () => {
    await outage(1);
    bridge = fail(503);
    for (let runs = 0; runs < 72 * 12 - 2; runs += 1) await run(5);
    expect(keptEvents()).toHaveLength(1);
    for (let runs = 0; runs < 6; runs += 1) await run(5);
    expect(keptEvents()).toEqual([]);
    await outage(1);
    bridge = fail(422, "{}");
    await run();
    expect(keptEvents()).toEqual([]);
    expect(seen.logged.filter((line) => line.startsWith("a kept event is given up: "))).toEqual([
      "a kept event is given up: too old",
      "a kept event is given up: The bridge answered 422.",
    ]);
  });

  test("survive a schedule that does not run for hours", async () => {
    await outage(1);
    vi.setSystemTime(Date.now() + 10 * 60 * MINUTE);
    for (let runs = 0; runs < 3; runs += 1) await run(5);
    expect(sentIds()).toEqual(["m0"]);
    await outage(1);
    for (let runs = 0; runs < 40 && keptEvents().length > 0; runs += 1) await run(5);
    expect(keptEvents()).toEqual([]);
  });

  test("of a channel that was disconnected since are given up", async () => {
    await outage(1);
    vi.setSystemTime(Date.now() + 7 * MINUTE);
    await app.sendKept({ iparams: { ...IPARAMS, channels: [], tokens: {} } });
    expect(seen.requests).toEqual([]);
    expect(keptEvents()).toEqual([]);
    expect(seen.logged.at(-1)).toBe("a kept event is given up: its channel was disconnected");
  });

  test("with a missing piece are given up", async () => {
    await outage(1);
    seen.stored.delete(keptEvents()[0]);
    await run();
    expect(seen.requests).toEqual([]);
    expect(seen.logged.at(-1)).toBe("a kept event is given up: a piece is missing");
  });

  test("stay where they are when the store fails", async () => {
    await outage(1);
    const store = $db;
    vi.stubGlobal("$db", { ...store, get: fail(429) });
    await run();
    expect(seen.logged.at(-1)).toMatch(/^kept events wait for the next run: /);
    vi.stubGlobal("$db", store);
    await run(1);
    expect(sentIds()).toEqual(["m0"]);
  });

  test("of many events at once are all listed", async () => {
    bridge = fail(503);
    const event = sample("chat_conversation", "onMessageCreate");
    await Promise.all([app.forward(event), app.forward(event), app.forward(event)]);
    const [listed] = [...seen.stored].filter(([key]) => key.startsWith("slot-")).map(([, value]) => value);
    expect(listed.events).toHaveLength(3);
  });

  test("are not begun late in an execution", async () => {
    await outage(3);
    bridge = () => {
      vi.setSystemTime(Date.now() + 7_000);
      return {};
    };
    await run();
    expect(sentIds()).toEqual(["m0", "m1"]);
    bridge = () => ({});
    await run(5);
    expect(sentIds()).toEqual(["m0", "m1", "m2"]);
  });
});

describe("the files of the app fit together", () => {
  const { modules, scripts } = read("manifest.json");

  test("every handler exists and every event has a sample", () => {
    for (const [module, { events }] of Object.entries(modules)) {
      for (const [event, { handler }] of Object.entries(events)) {
        expect(typeof app[handler], handler).toBe("function");
        expect(read(`server/test_data/${module}/${event}.json`).event).toBe(event);
      }
      expect(readdirSync(join(ROOT, "server/test_data", module)).sort()).toEqual(
        Object.keys(events)
          .map((event) => `${event}.json`)
          .sort(),
      );
    }
  });

  test("every request template is declared, used and given what it asks for", () => {
    const requests = read("config/requests.json");
    expect(Object.keys(requests).sort()).toEqual(Object.keys(modules.common.requests).sort());
    const page = readFileSync(join(ROOT, "config/assets/iparams.js"), "utf8");
    const server = readFileSync(join(ROOT, "server/server.js"), "utf8");
    for (const [name, template] of Object.entries(requests)) {
      const isServers = server.includes(`invokeTemplate("${name}"`);
      expect(isServers || page.includes(`call("${name}"`), name).toBe(true);
      const text = JSON.stringify(template);
      // While the settings page is filled in, the platform has no parameters yet.
      expect(text.includes("iparam."), name).toBe(isServers);
      const named = [...text.matchAll(/(?:iparam|context)\.(\w+)/g)].map(([, variable]) => variable);
      const known = ["bridge_host", "enrolment_key", "host", "installation", "key", "page", "token"];
      expect(named.filter((variable) => !known.includes(variable))).toEqual([]);
    }
  });

  test("the page brings all that it loads, except the platform's client", () => {
    const html = readFileSync(join(ROOT, "config/iparams.html"), "utf8");
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(loaded.shift()).toBe("./assets/iparams.css");
    expect(loaded).toEqual(["{{{appclient}}}", "./assets/fields.js", "./assets/iparams.js"]);
  });

  test("pack finds the command of the unit tests", () => {
    expect(scripts["fdk-unit-test"]).toBe(read("package.json").scripts["fdk-unit-test"]);
  });
});
