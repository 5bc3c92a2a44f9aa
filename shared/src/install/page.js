"use strict";
const key = new URLSearchParams(location.search).get("key");
const base = `${location.pathname.replace(/\/settings$/, "")}`;
const report = document.getElementById("report");

const call = async (action) => {
  const answer = await fetch(`${base}/${action}`, { method: "POST", headers: { authorization: `Bearer ${key}` } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.message ?? `The bridge answered ${answer.status}.`);
  return body;
};
const side = (name, result) => `${name}: ${result.ok ? "works" : result.reason}`;
const tell = {
  check: (body) => [
    `${side("Channel", body.channel)}. ${side("Helpdesk", body.helpdesk)}.`,
    ...body.findings.map((finding) => `${finding.cause}: ${finding.fix}.`),
  ].join(" "),
  register: (body) => body.problem?.message ?? "The channel now calls this bridge.",
};

for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    report.textContent = "One moment…";
    try {
      report.textContent = tell[button.dataset.action](await call(button.dataset.action));
    } catch (error) {
      report.textContent = error.message;
    }
    button.disabled = false;
  });
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
for (const time of document.querySelectorAll("time")) {
  const date = new Date(time.dateTime);
  if (!Number.isNaN(date.valueOf())) time.textContent = date.toLocaleString();
}

// Refreshes the state and the latest messages while the page is visible.
const refresh = async () => {
  if (document.hidden || document.querySelector("button:disabled")) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of [".standing", "section:last-of-type"]) {
    const [now, next] = [document.querySelector(part), fresh.querySelector(part)];
    if (!now || !next) continue;
    for (const time of next.querySelectorAll("time")) {
      const date = new Date(time.dateTime);
      if (!Number.isNaN(date.valueOf())) time.textContent = date.toLocaleString();
    }
    if (now.outerHTML !== next.outerHTML) now.replaceWith(document.importNode(next, true));
  }
};
setInterval(() => refresh().catch(() => {}), 5000);
