"use strict";
// Everything works without this script; it only makes reading easier.
const localize = (root) => {
  for (const time of root.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.valueOf())) {
      time.title = time.dateTime;
      time.textContent = date.toLocaleString();
    }
  }
  if (navigator.clipboard) for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
};
localize(document);

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const before = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "✓";
  setTimeout(() => { button.textContent = before; }, 1500);
});

// A button that was pressed waits for the answer.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) button.disabled = true;
});
// A page that comes back from the browser's memory can be sent again.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});
document.getElementById("mistakes")?.focus();

// Refreshes the live parts while the page is visible and nobody is using them.
const refresh = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.pathname + location.search);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const now of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${now.dataset.live}"]`);
    if (!next || now.contains(document.activeElement) || now.querySelector("details[open]")) continue;
    const copy = document.importNode(next, true);
    localize(copy);
    if (now.innerHTML !== copy.innerHTML) now.replaceWith(copy);
  }
};
if (document.querySelector("[data-live]")) setInterval(() => refresh().catch(() => {}), 5000);
