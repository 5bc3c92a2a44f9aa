const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const vm = require("node:vm");

const ROOT = path.join(__dirname, "..");
const SOURCE = fs.readFileSync(path.join(ROOT, "server/server.js"), "utf8");

const IPARAMS = {
  bridge_host: "bridge.example",
  admin_key: "admin-secret",
  helpdesk_token: "freshchat-secret",
  helpdesk_channel_id: "topic",
  helpdesk_api_url: "",
  channel_kind: "viber",
  channel_auth_token: "viber-secret",
  channel_sender_name: "Acme",
  channel_bot_token: "",
  channel_product: null,
};
const CURRENT_HOST = { endpoint_urls: { freshchat: "https://acme.freshchat.com" } };
const CREATED = { id: "i1", state: "active", helpdesk_webhook_url: "https://bridge.example/helpdesks/i1/t-0_k" };

// The app in a sandbox as the platform's: what it asked for is kept, and the bridge answers with `answer`.
function start({ answer = () => ({ status: 200, response: JSON.stringify(CREATED) }), stored } = {}) {
  const seen = { requests: [], rendered: [], logged: [], stored };
  const sandbox = {
    exports: {},
    console: { error: (line) => seen.logged.push(line) },
    renderData: (...args) => seen.rendered.push(plain(args)),
    $request: {
      invokeTemplate: async (name, { context, body }) => {
        seen.requests.push({ name, context: plain(context), body: body && JSON.parse(body) });
        return answer();
      },
    },
    $db: {
      set: async (key, value) => {
        seen.stored = plain(value);
      },
      get: async () => {
        if (!seen.stored) throw { status: 404, message: "Record not found" };
        return seen.stored;
      },
    },
  };
  vm.runInNewContext(SOURCE, sandbox);
  return { app: sandbox.exports, seen };
}

// Objects of another context are never deeply equal to ours.
function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

function refuse(status, body) {
  return () => {
    throw { status, response: body };
  };
}

function assertNoSecrets(lines) {
  for (const line of lines) {
    assert.doesNotMatch(line, /secret/);
  }
}

for (const event of ["onAppInstall", "afterAppUpdate"]) {
  test(`${event} installs at the bridge and remembers its URL`, async () => {
    const { app, seen } = start();
    await app.install({ event, iparams: IPARAMS, currentHost: CURRENT_HOST });
    assert.deepEqual(seen.requests, [
      {
        name: "install",
        context: {},
        body: {
          helpdesk_kind: "freshchat",
          helpdesk_api_url: "https://acme.freshchat.com/v2",
          helpdesk_token: "freshchat-secret",
          helpdesk_channel_id: "topic",
          channel_kind: "viber",
          channel_auth_token: "viber-secret",
          channel_sender_name: "Acme",
          marketplace: true,
        },
      },
    ]);
    assert.deepEqual(seen.stored, { id: "i1", token: "t-0_k" });
    assert.deepEqual(seen.rendered, [[]]);
  });
}

test("a given API URL comes before the account's own", async () => {
  const { app, seen } = start();
  const iparams = { ...IPARAMS, helpdesk_api_url: "https://api.eu.freshchat.com/v2" };
  await app.install({ iparams, currentHost: CURRENT_HOST });
  assert.equal(seen.requests[0].body.helpdesk_api_url, "https://api.eu.freshchat.com/v2");
});

test("an install that fails says why, shortly and without secrets", async () => {
  const long = "The Viber token is not valid; copy it again from the bot's page of the admin panel.";
  const cases = [
    [{ answer: refuse(422, JSON.stringify({ error: { code: "x", message: long } })) }, {}, long.slice(0, 60)],
    [{ answer: refuse(502, "<html>") }, {}, "The bridge answered 502."],
    [{ answer: refuse() }, {}, "The bridge did not answer."],
    [{}, { bridge_host: "other.example" }, "The bridge gives out URLs of another host."],
  ];
  for (const [bridge, iparams, message] of cases) {
    const { app, seen } = start(bridge);
    await app.install({ iparams: { ...IPARAMS, ...iparams }, currentHost: CURRENT_HOST });
    assert.deepEqual(seen.rendered, [[{ message }]]);
    assert.equal(seen.stored, undefined);
    assertNoSecrets(seen.logged);
  }
});

test("an install without the account's host asks for the API URL", async () => {
  const { app, seen } = start();
  await app.install({ iparams: IPARAMS });
  assert.deepEqual(seen.rendered, [[{ message: "Please give the Freshchat API URL." }]]);
});

test("an uninstall deletes the installation", async () => {
  const { app, seen } = start({ stored: { id: "i1", token: "t" } });
  await app.uninstall({ event: "onAppUninstall", iparams: IPARAMS });
  assert.deepEqual(seen.requests, [{ name: "uninstall", context: { installation: "i1" }, body: undefined }]);
  assert.deepEqual(seen.rendered, [[]]);
});

test("an uninstall always comes to its end", async () => {
  for (const bridge of [{ answer: refuse(503), stored: { id: "i1", token: "t" } }, {}]) {
    const { app, seen } = start(bridge);
    await app.uninstall({ iparams: IPARAMS });
    assert.deepEqual(seen.rendered, [[]]);
    assert.equal(seen.logged.length, 1);
  }
});

test("events go to the installation's URL, whole but for the settings", async () => {
  const { app, seen } = start({ stored: { id: "i1", token: "t" } });
  const event = { event: "onMessageCreate", currentHost: CURRENT_HOST, data: { actor: { type: "agent" }, message: {} } };
  await app.forward({ ...event, iparams: IPARAMS });
  assert.deepEqual(seen.requests, [{ name: "forward", context: { installation: "i1", token: "t" }, body: event }]);
});

test("messages of users are not forwarded, other events about users are", async () => {
  const { app, seen } = start({ stored: { id: "i1", token: "t" } });
  await app.forward({ event: "onMessageCreate", data: { actor: { type: "user" } } });
  assert.equal(seen.requests.length, 0);
  await app.forward({ event: "onUserUpdate", data: { actor: { type: "user" } } });
  await app.forward({ event: "onMessageCreate", data: {} });
  assert.equal(seen.requests.length, 2);
});

test("an event that cannot be forwarded is logged without its content", async () => {
  const { app, seen } = start({ answer: refuse(503, "{}"), stored: { id: "i1", token: "secret" } });
  await app.forward({ event: "onMessageCreate", iparams: IPARAMS, data: { text: "secret" } });
  assert.deepEqual(seen.logged, ["onMessageCreate is lost: The bridge answered 503."]);
});

test("manifest, handlers, request templates and parameters fit together", () => {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(ROOT, file), "utf8"));
  const { modules } = read("manifest.json");
  const { app } = start();
  for (const { events } of Object.values(modules)) {
    for (const { handler } of Object.values(events)) {
      assert.equal(typeof app[handler], "function", handler);
    }
  }
  const requests = read("config/requests.json");
  assert.deepEqual(Object.keys(requests).sort(), Object.keys(modules.common.requests).sort());
  const iparams = read("config/iparams.json");
  const named = [...JSON.stringify(requests).matchAll(/iparam\.(\w+)/g), ...SOURCE.matchAll(/iparams\.(\w+)/g)];
  const names = new Set(named.map(([, name]) => name));
  for (const name of names) {
    assert.ok(name in iparams, name);
  }
  // The settings of either side go to the bridge by their prefix.
  for (const name of Object.keys(iparams).filter((name) => !/^(helpdesk|channel)_/.test(name))) {
    assert.ok(names.has(name), name);
  }
});
