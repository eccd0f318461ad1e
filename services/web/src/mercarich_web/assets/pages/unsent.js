// A form that was not taken comes back to its page, filled in, with its button in view. Nothing is sent by itself: where
// the page has no such form any more, this page stays, with a button that sends what was entered.
"use strict";

const NOT_TYPED = new Set(["hidden", "password", "file", "submit", "button", "image", "reset", "fieldset", "output"]);

const kept = document.querySelector("form[data-page]");
const send = kept.querySelector("button");
send.disabled = true;
// What shows a preview again changes nothing.
if (kept.dataset.preview) HTMLFormElement.prototype.submit.call(kept);
else bringBack().then((done) => done || stay(), stay);

function stay() {
  send.disabled = false;
  send.focus();
}

async function bringBack() {
  const response = await fetch(kept.dataset.page);
  if (!response.ok || response.redirected) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const other of page.querySelectorAll("noscript")) other.remove();
  const fields = [...new FormData(kept)].filter(([name]) => name !== "form_token" && name !== "form_of");
  const button = buttonIn(page, pathOf(kept.getAttribute("action")), fields);
  if (!button) return false;
  const said = document.querySelector("template[data-said]").content.cloneNode(true);
  const changed = fill(button.form, fields);
  become(page);
  for (const control of changed) {
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  show(button, said);
  return true;
}

const pathOf = (address) => new URL(address, window.location.origin).pathname;

// Of rows with a form each, the one whose hidden fields are those that were sent. One with data-anew tells what its page
// shows, such as the revision, and is not of the form's identity.
function buttonIn(page, path, fields) {
  const sent = (name, value) => fields.some((field) => field[0] === name && field[1] === value);
  const isThere = (button) =>
    button.form?.getAttribute("method") === "post" &&
    pathOf(button.getAttribute("formaction") ?? button.form.getAttribute("action")) === path &&
    (!button.name || sent(button.name, button.value));
  const isSame = (form) =>
    [...form.elements].every(
      ({ type, name, value, dataset }) =>
        type !== "hidden" || name === "form_token" || name === "form_of" || "anew" in dataset || sent(name, value),
    );
  const buttons = [...page.querySelectorAll("button, input[type=submit]")].filter(
    (button) => button.type === "submit" && isThere(button),
  );
  const first = (those) => those.find((button) => button.name) ?? those[0];
  const same = first(buttons.filter((button) => isSame(button.form)));
  const isOnly = new Set(buttons.map((button) => button.form)).size === 1;
  return same ?? (isOnly && [...buttons[0].form.elements].some(isTyped) ? first(buttons) : null);
}

function isTyped(control) {
  return control.name !== "" && !NOT_TYPED.has(control.type);
}

// Fill in what was typed, and return the controls that it changes. Where something was typed, hidden fields come back,
// too: they tell what the person saw meanwhile, such as the revision. A form of a button alone tells what is shown now.
function fill(form, fields) {
  const controls = [...form.elements];
  const left = new Map();
  for (const [name, value] of fields) left.set(name, [...(left.get(name) ?? []), value]);
  const wasTyped = controls.some(isTyped);
  const changed = [];
  for (const control of controls) {
    const values = left.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") {
      const at = values.indexOf(control.value);
      if (control.checked !== at >= 0) changed.push(control);
      control.checked = at >= 0;
      if (at >= 0) values.splice(at, 1);
    } else if (control.type === "hidden" ? wasTyped && !("anew" in control.dataset) : isTyped(control)) {
      if (values.length === 0) continue;
      const before = control.value;
      control.value = values.shift();
      if (control.value !== before && control.type !== "hidden") changed.push(control);
    }
  }
  // What was chosen, and is on another page of the table by now, stays chosen.
  for (const name of new Set(controls.filter((one) => one.type === "checkbox").map((one) => one.name))) {
    for (const value of left.get(name) ?? []) {
      const field = form.ownerDocument.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
  }
  return changed.filter((control) => !("send" in control.dataset));
}

function become(page) {
  const has = new Set([...document.scripts].map((script) => script.src));
  window.history.replaceState(null, "", kept.dataset.page);
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  window.htmx.process(document.body);
  window.begin();
  for (const { src, type } of page.scripts) {
    if (has.has(src)) continue;
    document.head.append(Object.assign(document.createElement("script"), { src, type }));
  }
}

function show(button, said) {
  for (let around = button; around; around = around.parentElement) if (around.matches("details")) around.open = true;
  document.getElementById("toasts").append(said);
  button.classList.add("unsent");
  button.setAttribute("aria-describedby", "not-sent");
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target !== button.form) return;
    button.classList.remove("unsent");
    document.getElementById("not-sent")?.remove();
  });
  button.scrollIntoView({ block: "center" });
  button.focus({ preventScroll: true });
}
