// Forwards what happens in Freshchat to the bridge. Everything else is the bridge's business.

// The key under which the installation's id and its URL's token are kept.
const STORED = "installation";
// What renderData shows at most.
const LONGEST_MESSAGE = 60;

exports = {
  // onAppInstall and afterAppUpdate: installing again updates the installation and keeps its URLs.
  install: async function (payload) {
    let message;
    try {
      const answer = await $request.invokeTemplate("install", {
        context: {},
        body: JSON.stringify(installRequest(payload)),
      });
      await $db.set(STORED, storedOf(JSON.parse(answer.response), payload.iparams.bridge_host));
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
  uninstall: async function () {
    try {
      const { id } = await $db.get(STORED);
      await $request.invokeTemplate("uninstall", { context: { installation: id } });
    } catch (error) {
      console.error("the bridge keeps the installation; delete it there: " + explain(error));
    }
    renderData();
  },

  forward: async function (payload) {
    if (isEcho(payload)) {
      return;
    }
    try {
      const { id, token } = await $db.get(STORED);
      await $request.invokeTemplate("forward", {
        context: { installation: id, token },
        body: JSON.stringify(withoutSettings(payload)),
      });
    } catch (error) {
      console.error(payload.event + " is lost: " + explain(error));
    }
  },
};

// The bridge takes the form's fields as they are; those that were left empty belong to other kinds.
function installRequest({ iparams, currentHost }) {
  const isGiven = ([name, value]) => /^(helpdesk|channel)_/.test(name) && Boolean(value);
  return {
    helpdesk_kind: "freshchat",
    helpdesk_api_url: iparams.helpdesk_api_url || accountUrl(currentHost),
    ...Object.fromEntries(Object.entries(iparams).filter(isGiven)),
    // Marketplace events carry no signature; the token in the URL admits them.
    marketplace: true,
  };
}

function accountUrl(currentHost) {
  const url = currentHost && currentHost.endpoint_urls && currentHost.endpoint_urls.freshchat;
  if (!url) {
    throw new Error("Please give the Freshchat API URL.");
  }
  return url.replace(/\/+$/, "") + "/v2";
}

// The request template takes the id and the token apart, since a whole path might be escaped.
function storedOf(installation, host) {
  const [, urlHost, id, token] =
    /^https:\/\/([^/]+)\/helpdesks\/([^/]+)\/([^/]+)$/.exec(installation.helpdesk_webhook_url) || [];
  if (urlHost !== host) {
    throw new Error("The bridge gives out URLs of another host.");
  }
  return { id, token };
}

// Messages of users come from the bridge itself or from Freshchat's own widgets, and go nowhere. The Marketplace allows
// 50 requests a minute, too few to spend on them.
function isEcho({ event, data }) {
  return event === "onMessageCreate" && Boolean(data && data.actor && data.actor.type === "user");
}

// The installation parameters hold secrets that the bridge already has.
function withoutSettings({ iparams, ...event }) {
  return event;
}

// What went wrong, in the bridge's own words where it answered. Never the request, which holds secrets.
function explain(error) {
  let message = error.status ? `The bridge answered ${error.status}.` : error.message;
  try {
    message = JSON.parse(error.response).error.message || message;
  } catch {
    // The answer did not come from the bridge.
  }
  return String(message || "The bridge did not answer.").slice(0, LONGEST_MESSAGE);
}
