"""A seller at the pages: signs in, makes a key, and decides on orders by the API, as a person's own program does."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from mercarich_local.demo_stage import Problem

TIMEOUT_SECONDS = 60.0
SCOPES = ("listings:read", "listings:write")
_FORM_TOKEN = re.compile(r'name="form-token" content="([^"]+)"')
_NEW_KEY = re.compile(r'<code class="once">(mk_[^<]+)</code>')

Row = Mapping[str, Any]


class Visitor:
    """A context manager. Every call raises `httpx.HTTPError`, or `Problem` for a page that is not as expected."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False, headers={"Origin": url})

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def sign_in(self, username: str, logins: Path) -> None:
        """Sign in with the password that the file of logins has, and make a key for the later calls."""
        passwords = dict(line.split(maxsplit=1) for line in logins.read_text(encoding="utf-8").splitlines())
        self._http.post("/sign-in", data={"username": username, "password": passwords[username]})
        token = _only(_FORM_TOKEN, self._http.get("/account/keys"))
        made = self._http.post("/account/keys", data={"form_token": token, "name": "demo", "scope": SCOPES})
        self._http.headers["Authorization"] = f"Bearer {_only(_NEW_KEY, made)}"

    def orders(self, *, decided: bool = False) -> Sequence[Row]:
        """Return the seller's ordered items: what is to be bought, or what is decided."""
        answer = self._http.get("/api/v1/orders", params={"decided": decided}).raise_for_status()
        found: Sequence[Row] = answer.json()["orders"]
        return found

    def decide(self, item: int, wish: Row) -> None:
        self._http.post(f"/api/v1/orders/{item}/decision", json=wish).raise_for_status()


def _only(pattern: re.Pattern[str], answer: httpx.Response) -> str:
    found = pattern.search(answer.text)
    if found is None:
        raise Problem(f"the page {answer.url.path} is not as expected (HTTP {answer.status_code})")
    return found[1]
