// Shows the notices that the push service brings, and opens their page. It keeps nothing, and answers no request.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = read(event.data);
  const shown = { body: told.body, lang: told.lang, tag: told.tag, renotify: Boolean(told.tag), data: { path: told.path } };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path));
});

// A browser takes the permission away from who shows nothing for a push.
function read(data) {
  try {
    const { title, body, path, lang, tag } = data.json();
    return { title: String(title), body: String(body), path: String(path), lang: String(lang), tag: String(tag) };
  } catch {
    return { title: "Mercarich", body: "", path: "/notices", lang: "", tag: "" };
  }
}

// A page of ours that is open is brought to the front; nothing leads elsewhere.
async function open(path) {
  const home = self.location.origin;
  let page = new URL("/notices", home);
  try {
    const asked = new URL(path ?? page, home);
    if (asked.origin === home) page = asked;
  } catch {
    // The page of notices it is.
  }
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === page.href);
  return there ? there.focus() : self.clients.openWindow(page.href);
}
