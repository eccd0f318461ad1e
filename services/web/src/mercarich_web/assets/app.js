// The little that pages cannot do without script: notices that go, keys, streams of progress, confirmations.
"use strict";

const MESSAGE_SECONDS = 6;
const AGAIN_SECONDS = 5;
const REFRESH_SECONDS = 30;

document.addEventListener("DOMContentLoaded", begin);

// Also for a page that comes in the place of another one.
function begin() {
  for (const toast of document.querySelectorAll(".toast")) leaveLater(toast);
  for (const place of document.querySelectorAll("[data-stream]")) follow(place);
}

// htmx asks with the form token of the page.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=form-token]");
  if (token) event.detail.headers["X-Form-Token"] = token.content;
});

// Who sends a form after the session is over signs in on a page of its own, and the form with it. What a page asks by
// itself takes nobody away from what was typed: the form asks for the session when it is sent.
let toldOver = false;
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.getResponseHeader("X-Send-Plainly")) {
    event.preventDefault();
    sendPlainly(requestConfig.path, requestConfig.formData);
  } else if (xhr.getResponseHeader("HX-Redirect") && requestConfig.verb === "get" && isSomethingTyped()) {
    event.preventDefault();
    if (!toldOver) say(document.body.dataset.over, true);
    toldOver = true;
  }
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => say(document.body.dataset.failed));
}

// A request that was refused for a reason says it, as its page would; and what the page shows is no longer so.
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const why = page.querySelector("[data-why]")?.textContent.trim();
  say(why || document.body.dataset.failed);
  const picks = document.getElementById("picks");
  if (why && picks) window.htmx.ajax("GET", window.location.href, { target: picks, select: "#picks", swap: "outerHTML" });
});

// A table with data-refresh is as it is now, unless somebody works in it, or does not see it.
setInterval(() => {
  const table = document.querySelector("[data-refresh]");
  if (!table || document.hidden || isInUse(table)) return;
  const headers = { "X-By-Itself": "true" };
  window.htmx.ajax("GET", window.location.href, { target: table, select: `#${table.id}`, swap: "outerHTML", headers });
}, REFRESH_SECONDS * 1000);

function isInUse(table) {
  const chosen = window.getSelection();
  return (
    table.contains(document.activeElement) ||
    table.querySelector("input:checked, .unsent") !== null ||
    document.querySelector(".htmx-request") !== null ||
    (!chosen.isCollapsed && table.contains(chosen.anchorNode))
  );
}

// The card that one is in, by its place: what comes in its stead gets the next key.
let place = -1;
document.addEventListener("htmx:beforeSwap", () => {
  place = [...document.querySelectorAll(".pick")].indexOf(document.activeElement?.closest(".pick") ?? null);
});

// What htmx brings may hold a new notice.
document.addEventListener("htmx:afterSettle", () => {
  for (const toast of document.querySelectorAll(".toast")) leaveLater(toast);
  const cards = document.querySelectorAll(".pick");
  if (place >= 0) cards[Math.min(place, cards.length - 1)]?.querySelector(".row-link")?.focus();
  place = -1;
});

// "/" goes to the search field, j and k to the next and the previous row, as in other tools of this kind; another key
// presses its button in the card where one is, or in the first card.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.repeat && event.key !== "j" && event.key !== "k") return;
  if (event.key === "/") {
    const field = document.querySelector("[data-key='/']");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  } else if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
  } else {
    const key = `[data-key='${CSS.escape(event.key)}']`;
    const target = document.activeElement?.closest(".pick")?.querySelector(key) ?? document.querySelector(key);
    if (target) {
      event.preventDefault();
      target.click();
    }
  }
});

// A form with data-sure asks before it is sent.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.sure ?? event.target.dataset.sure;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A form is sent once, however often one clicks: the answer to the first request may be what the second one lacks, such
// as the session's new cookie. After a while, and on a page that comes back from the history, it may be sent again: the
// first request may have been broken off.
const sent = new Set();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
  setTimeout(() => sent.delete(event.target), 10_000);
});
window.addEventListener("pageshow", () => sent.clear());

// A select with data-send sends its form at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});

// The box in a table's head ticks every row's, and the bar of actions is there while any is ticked.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form.bulk");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=listing]")];
  if ("tickAll" in event.target.dataset) for (const box of boxes) box.checked = event.target.checked;
  const everything = form.querySelector("input[name=everything]")?.checked;
  form.classList.toggle("has-ticked", everything || boxes.some((box) => box.checked));
});

// A button with data-copy copies the text of the field with that id, and says so. Where the browser
// allows no clipboard, as without https, the text is selected, to be copied by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return;
  }
  button.querySelector("span").textContent = button.dataset.copied;
});

// A button with data-print prints the page, or saves it as PDF, as the browser offers.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

function isTyping(element) {
  return element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

function step(by) {
  const links = [...document.querySelectorAll(".row-link")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
  if (next) next.focus();
}

function sendPlainly(path, fields) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: path, hidden: true });
  for (const [name, value] of fields) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}

function isSomethingTyped() {
  const isOther = (control) => {
    if (control.options) {
      const chosen = [...control.options].findIndex((option) => option.defaultSelected);
      return control.selectedIndex !== Math.max(chosen, 0);
    }
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    return control.type !== "hidden" && control.value !== control.defaultValue;
  };
  return [...document.querySelectorAll("form[method=post] :is(input, select, textarea)")].some(isOther);
}

function say(text, stays = false) {
  const toast = document.createElement("div");
  toast.className = "toast bad";
  toast.setAttribute("role", "alert");
  toast.textContent = text;
  if (stays) toast.dataset.stays = "";
  document.querySelector(".toasts").append(toast);
  leaveLater(toast);
}

// One that offers something stays until the next page, and so does one that tells what is still to be done.
function leaveLater(toast) {
  if (!toast.querySelector("form") && !("stays" in toast.dataset)) setTimeout(() => toast.remove(), MESSAGE_SECONDS * 1000);
}

// Each message is the place's new content; "end" closes the stream, and loads the page again where it says so. After an
// answer that is no stream, such as that of a server that starts, a browser does not ask again by itself.
function follow(place) {
  const source = new EventSource(place.dataset.stream);
  source.addEventListener("message", (event) => {
    place.innerHTML = event.data;
  });
  source.addEventListener("end", () => {
    source.close();
    if ("reload" in place.dataset) window.location.reload();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(place), AGAIN_SECONDS * 1000);
  });
}
