// A form that meets "Your password again", a new sign-in or "This form is too old" is not lost: its fields are kept in this
// tab, and are there again when its page comes back. Kept for the same user only; never passwords, codes, files or hidden fields.
"use strict";

const UNSENT = "unsent";
const LEFT_OUT = new Set(["hidden", "password", "file", "submit", "button", "reset"]);

// The form in which the visitor typed last, kept whatever takes the visitor elsewhere: the form itself, a link, a part of the page
// that finds the session over.
let touched = null;
for (const kind of ["input", "change", "submit"]) {
  document.addEventListener(kind, (event) => {
    touched = event.target.closest("form[method=post]") ?? touched;
  });
}
window.addEventListener("pagehide", () => {
  if (touched?.isConnected) keep(touched);
});

document.addEventListener("DOMContentLoaded", () => {
  const unsent = JSON.parse(sessionStorage.getItem(UNSENT) ?? "null");
  if (!unsent) return;
  if ("interrupts" in document.body.dataset) {
    sessionStorage.setItem(UNSENT, JSON.stringify({ ...unsent, interrupted: true }));
    return;
  }
  sessionStorage.removeItem(UNSENT);
  const isBack = unsent.page === location.pathname + location.search && unsent.user === document.body.dataset.user;
  if (!unsent.interrupted || !isBack) return;
  const form = formsTo(unsent.action)[unsent.position];
  if (form && fill(form, unsent.fields)) {
    say(document.body.dataset.unsent, "");
    form.querySelector("button:not([type=button])")?.focus();
  }
});

function keep(form) {
  const user = document.body.dataset.user;
  const fields = fieldsOf(form).map(valueOf);
  if (!user || "interrupts" in document.body.dataset || fields.length === 0) return;
  const action = form.getAttribute("action");
  const page = location.pathname + location.search;
  const position = formsTo(action).indexOf(form);
  sessionStorage.setItem(UNSENT, JSON.stringify({ user, page, action, position, fields }));
}

// Put the values back; return whether any differs from what the page shows.
function fill(form, values) {
  const fields = fieldsOf(form);
  if (fields.length !== values.length) return false;
  let differs = false;
  fields.forEach((field, position) => {
    const value = values[position];
    if (valueOf(field) === value) return;
    differs = true;
    if (isTicked(field)) field.checked = value;
    else field.value = value;
    for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (!("send" in field.dataset)) field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return differs;
}

function formsTo(action) {
  return [...document.querySelectorAll("form[method=post]")].filter((form) => form.getAttribute("action") === action);
}

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !LEFT_OUT.has(field.type) && field.autocomplete !== "one-time-code");
}

function isTicked(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function valueOf(field) {
  return isTicked(field) ? field.checked : field.value;
}
