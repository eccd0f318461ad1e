// Passkeys: a form with data-passkey asks the browser to make or to use one, and sends its response.
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}

async function ask(form) {
  const button = form.querySelector("button");
  tell(form, null);
  button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(await credentialOf(form));
    form.submit();
  } catch (error) {
    tell(form, error.name);
    button.disabled = false;
    button.focus();
  }
}

// parse…FromJSON is missing in browsers from before 2025, and where the pages are not opened safely.
async function credentialOf(form) {
  const known = window.PublicKeyCredential;
  if (!known?.parseCreationOptionsFromJSON) throw new DOMException("", "NotSupportedError");
  const token = document.querySelector("meta[name=form-token]");
  const headers = token ? { "X-Form-Token": token.content } : {};
  const response = await fetch(form.dataset.options, { method: "POST", headers });
  if (response.redirected) window.location.assign(form.action); // The session is over, or the password is asked for again.
  if (response.redirected || !response.ok) throw new Error();
  const options = await response.json();
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(options) });
  return credential.toJSON();
}

// The form has a sentence for each kind of error that people can do something about, and one for all others.
function tell(form, kind) {
  const sentences = [...form.querySelectorAll("[data-error]")];
  const fits = sentences.find((one) => one.dataset.error === kind) ?? sentences.find((one) => one.dataset.error === "");
  for (const one of sentences) one.hidden = kind === null || one !== fits;
}
