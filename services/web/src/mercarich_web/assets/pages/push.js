// Notices of this browser: asks for permission, subscribes, and sends the subscription in the form with data-push.
"use strict";

const form = document.querySelector("form[data-push]");
if (form) begin(form);

async function begin(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turnOn(form);
  });
  const hindrance = hindered();
  if (hindrance) return tell(form, hindrance);
  const subscribed = await subscription();
  const isOn = form.dataset.on === "yes";
  // What the server knows nothing of any more is of somebody else, or was removed.
  if (subscribed && !isOn) await subscribed.unsubscribe();
  tell(form, isOn && subscribed ? "on" : isOn ? "lost" : "off");
}

async function turnOn(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return tell(form, permission === "denied" ? "denied" : "dismissed");
    await navigator.serviceWorker.register("/push-worker.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    await (await pushManager.getSubscription())?.unsubscribe();
    const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
    const { endpoint, keys } = (await pushManager.subscribe(options)).toJSON();
    form.elements.endpoint.value = endpoint;
    form.elements.p256dh.value = keys.p256dh;
    form.elements.auth.value = keys.auth;
    form.submit();
  } catch (error) {
    tell(form, error.name === "NotAllowedError" ? "denied" : "failed");
  }
}

// Why this browser cannot show notices, if it cannot.
function hindered() {
  if (!window.isSecureContext) return "insecure";
  const isApple = /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return isApple ? "iphone" : "unsupported";
  }
  return Notification.permission === "denied" ? "denied" : null;
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return registration?.pushManager.getSubscription();
}

// The form has a sentence for each state; the button is there where it can be of use.
function tell(form, state) {
  for (const one of form.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
  const button = form.querySelector("button");
  button.hidden = !["off", "lost", "dismissed", "failed"].includes(state);
  button.disabled = false;
  form.dataset.shown = state;
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}
