"""Run in the visitor's pod: `get` or `post` once, or `click` until the standard input ends. Prints JSON.

Requests are made as browsers make them: with an Origin, the session's cookie and the form token of a page.
"""

import json
import re
import sys
import threading
import time
from collections.abc import Callable

import httpx

TOKEN = re.compile(r'name="form-token" content="([^"]+)"')
COOKIE = "mercarich"
PAUSE_SECONDS = 0.1
WAIT_SECONDS = 30
PAGES = ("/", "/listings", "/notices", "/account")


def main(words: list[str]) -> None:
    doing, base, *rest = words
    if doing == "click":
        _say(click(base, *rest))
        return
    path, cookie, fields = (*rest, "{}")[:3]
    with _browser(base, cookie) as browser:
        answer = browser.get(path) if doing == "get" else _post(browser, path, cookie, json.loads(fields))
    told = {"status": answer.status_code, "location": answer.headers.get("location", ""), "text": answer.text}
    _say({**told, "cookie": answer.cookies.get(COOKIE, "")})


def click(base: str, cookie: str) -> dict[str, object]:
    """Two visitors. One opens a connection for each page, as through an ingress controller that keeps none. The other
    keeps connections, as a browser does, and retries when a kept one was closed before any response."""
    people = [_Person(base, cookie, keeps=keeps) for keeps in (False, True)]
    stop = threading.Event()
    threads = [threading.Thread(target=person.click, args=[stop]) for person in people]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join(2 * WAIT_SECONDS)
    took = sorted(second for person in people for second in person.seconds)
    return {
        "clicks": [len(person.seconds) for person in people],
        "forms": sum(person.forms for person in people),
        "failed": [told for person in people for told in person.failed],
        "asked_again": sum(person.again for person in people),
        "median_seconds": took[len(took) // 2] if took else None,
        "slowest_seconds": took[-1] if took else None,
    }


class _Person:
    def __init__(self, base: str, cookie: str, *, keeps: bool) -> None:
        self._base, self._cookie, self._keeps = base, cookie, keeps
        self._browser = _browser(base, cookie)
        self.seconds: list[float] = []
        self.failed: list[str] = []
        self.forms = self.again = 0

    def click(self, stop: threading.Event) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            started = time.monotonic()
            try:
                self._one(number)
            except httpx.HTTPError as error:
                self.failed.append(f"{time.time():.1f} {type(error).__name__} {error}")
            self.seconds.append(round(time.monotonic() - started, 3))
            stop.wait(PAUSE_SECONDS)

    def _one(self, number: int) -> None:
        path = PAGES[number % len(PAGES)]
        page = self._asked(lambda browser: browser.get(path))
        if page.status_code != 200:
            self.failed.append(f"{time.time():.1f} GET {path} {page.status_code} {page.headers.get('location', '')}")
        elif number % 5 == 0:
            form = {"form_token": _token(page), "theme": "light"}
            answer = self._asked(lambda browser: browser.post("/look", data=form))
            self.forms += 1
            if answer.status_code != 303:
                self.failed.append(f"{time.time():.1f} POST /look {answer.status_code}")

    def _asked(self, ask: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        if not self._keeps:
            with _browser(self._base, self._cookie) as browser:
                return ask(browser)
        try:
            return ask(self._browser)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            self.again += 1
            return ask(self._browser)


def _post(browser: httpx.Client, path: str, cookie: str, fields: dict[str, str]) -> httpx.Response:
    token = _token(_account(browser)) if cookie else ""
    return browser.post(path, data={"form_token": token, **fields})


def _account(browser: httpx.Client) -> httpx.Response:
    """Return the page of the account, or the one to which an operator without a second step is sent."""
    page = browser.get("/account")
    # httpx leaves a given Cookie header out where it follows redirects by itself.
    return browser.get(page.headers["location"]) if page.has_redirect_location else page


def _say(told: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(told))


def _token(page: httpx.Response) -> str:
    found = TOKEN.search(page.text)
    return found[1] if found else ""


def _browser(base: str, cookie: str) -> httpx.Client:
    headers = {"Origin": base, **({"Cookie": f"{COOKIE}={cookie}"} if cookie else {})}
    return httpx.Client(base_url=base, headers=headers, timeout=WAIT_SECONDS, trust_env=False)


if __name__ == "__main__":
    main(sys.argv[1:])
