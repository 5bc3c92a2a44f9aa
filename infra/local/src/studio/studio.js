"use strict";
// Everything works without this script; it sends forms in place and shows what happens when it happens.
const localize = (root) => {
  for (const time of root.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.valueOf())) {
      time.title = time.dateTime;
      time.textContent = date.toLocaleTimeString();
    }
  }
};
const count = () => {
  for (const next of document.querySelectorAll("[data-due]")) {
    const left = Math.ceil((Number(next.dataset.due) - Date.now()) / 1000);
    const text = `attempt ${next.dataset.attempt} ${left > 0 ? `in ${left} s` : "begins"}`;
    if (next.textContent !== text) next.textContent = text;
  }
};
const toEnd = (log) => { log.scrollTop = log.scrollHeight; };

// Names something that can have the focus, in a part of the page that is renewed.
const nameOf = (it) => it.id || it.getAttribute("href") ||
  [it.tagName, it.closest("[data-key]")?.dataset.key, it.getAttribute("aria-label")].join(" ");

// Puts a part of the page in the place of the former one; what was open stays open, and the focus stays where it was.
const put = (part, html) => {
  const open = new Set([...part.querySelectorAll("details[open]")].map((it) => it.dataset.key));
  const focused = part !== document.activeElement && part.contains(document.activeElement) && nameOf(document.activeElement);
  const wasAtEnd = part.scrollTop + part.clientHeight >= part.scrollHeight - 40;
  part.innerHTML = html;
  localize(part);
  count();
  for (const details of part.querySelectorAll("details")) if (open.has(details.dataset.key)) details.open = true;
  if (focused) [...part.querySelectorAll("a, button, summary, pre")].find((it) => nameOf(it) === focused)?.focus();
  if (part.classList.contains("log") && wasAtEnd) toEnd(part);
};

localize(document);
count();
for (const log of document.querySelectorAll(".log")) toEnd(log);
const live = document.querySelector("[data-live]");
if (live) {
  const source = new EventSource(live.dataset.live);
  for (const id of ["phone", "inbox", "hops", "notice", "trouble-channel", "trouble-helpdesk"]) {
    source.addEventListener(id, (event) => put(document.getElementById(id), event.data));
  }
  // A page that comes back from the browser's memory has lost its connection.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  setInterval(count, 250);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id === "event") {
    const field = form.elements.json;
    try { JSON.parse(field.value); } catch (error) {
      event.preventDefault();
      field.setAttribute("aria-invalid", "true");
      document.getElementById("json-help").textContent = `This is no JSON: ${error.message}`;
      field.focus();
    }
    return;
  }
  const button = event.submitter;
  if (!("stay" in form.dataset)) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, button));
  const text = form.elements.text;
  if (text && !("keep" in text.dataset)) text.value = "";
  const action = button?.hasAttribute("formaction") ? button.formAction : form.action;
  let problem = "";
  try {
    const answer = await fetch(action, { method: "POST", body, redirect: "manual" });
    // The answer to a form leads back to this page.
    if (!answer.ok && answer.type !== "opaqueredirect") problem = `That did not work: ${await answer.text()}`;
  } catch {
    problem = "The bridge does not answer. Is it still running?";
  }
  document.querySelector("#notice .unsent")?.remove();
  if (!problem) return;
  if (text && !text.value) text.value = body.get("text");
  const note = document.createElement("p");
  note.className = "note unsent";
  note.textContent = problem;
  document.getElementById("notice").replaceChildren(note);
});
document.getElementById("sample")?.addEventListener("change", (event) => event.target.form.requestSubmit());
document.getElementById("outcome")?.focus();
