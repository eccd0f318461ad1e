"""Linking an account over real servers: our pages, the simulator's consent page, feed's callback."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import Engine, Row, select, update
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORDS, Browser, Served, served
from tests.services.process import free_port

from mercarich_contracts.linking import CALLBACK_PATH
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_feed.adapters.token_cipher import new_key
from mercarich_feed.bootstrap_callback import build_callback
from mercarich_feed.settings import FeedSettings
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

KEY = new_key()
LINK, PAGE = "/amazon/link", "/amazon"


@dataclass(frozen=True)
class Way:
    """Everything needed to link an account, and what the database contains of it."""

    site: Served
    engine: Engine
    amazon: str
    feed_log: Path
    seed: dict[str, Any]

    def signed_in(self, username: str = "ann") -> Browser:
        browser = self.site.browser()
        browser.sign_in(username)
        browser.get(PAGE)
        return browser

    def to_consent(self, browser: Browser) -> dict[str, str]:
        """Press the button. Return the query of the consent page's address."""
        answer = browser.post(LINK)
        assert answer.status_code == 200
        address = answer.headers["refresh"].removeprefix("0; url=")
        assert escape(address) in answer.text, "who is not led on can go there"
        assert address.startswith(f"{self.amazon}/sellercentral/apps/authorize/consent?")
        assert httpx.get(address, trust_env=False).status_code == 200
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    def decide(self, asked: dict[str, str], answer: str = "confirm", seller: int = 0) -> str:
        """Consent. Return the address to which the consent page redirects."""
        form = {"state": asked["state"], "redirect_uri": asked["redirect_uri"], "answer": answer}
        form["seller_id"] = self.seed["sellers"][seller]["seller_id"]
        url = f"{self.amazon}/sellercentral/apps/authorize/confirm"
        return httpx.post(url, data=form, trust_env=False).headers["location"]

    def back(self, browser: Browser, address: str) -> str:
        """Follow the redirect. Return the outcome that the page then shows."""
        answer = browser.client.get(address)
        assert (answer.status_code, answer.headers["referrer-policy"]) == (303, "no-referrer")
        onward = urlsplit(answer.headers["location"])
        assert (f"{onward.scheme}://{onward.netloc}", onward.path) == (self.site.origin, PAGE)
        assert browser.get(f"{onward.path}?{onward.query}").status_code == 200
        return parse_qs(onward.query)["outcome"][0]

    def account(self, user_id: int) -> Row[Any] | None:
        account = tables.amazon_accounts
        with reading(self.engine) as connection:
            return connection.execute(select(account).where(account.c.user_id == user_id)).one_or_none()

    def change(self, table: Any, **values: Any) -> None:
        Rows(self.engine).change(update(table).values(values))


@contextmanager
def amazon_at(log: Path) -> Iterator[str]:
    """The simulator's address: three sellers; nothing happens unless a test asks for it."""
    port = free_port()
    command = [sys.executable, "-m", "mercarich_simulator", "serve", "--port", str(port), "--churn-per-hour", "0"]
    process = _up([*command, "--sellers", "3", "--listings", "30"], f"http://127.0.0.1:{port}", log)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@contextmanager
def way_to(amazon: str, database_url: str, engine: Engine, log: Path, *, apart: bool = False) -> Iterator[Way]:
    """`apart`: feed in a process of its own, which takes seconds to start; otherwise in this one."""
    seed = httpx.get(f"{amazon}/_sim/seed", trust_env=False).json()
    port = free_port()
    callback = f"http://127.0.0.1:{port}{CALLBACK_PATH}"
    own = PagesSettings(
        amazon_consent_url=f"{amazon}/sellercentral/apps/authorize/consent",
        amazon_application_id="amzn1.sp.solution.test",
        amazon_redirect_uri=callback,
    )
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    with served(build_pages(shared, own, passwords=PASSWORDS)) as site:
        of_feed = {
            "pages_url": site.origin,
            "redirect_uri": callback,
            "lwa_url": f"{amazon}/lwa/auth/o2/token",
            "lwa_client_id": seed["lwa"]["client_id"],
            "lwa_client_secret": seed["lwa"]["client_secret"],
            "encryption_key": KEY,
        }
        with _process(port, log, database_url, of_feed) if apart else _thread(port, shared, of_feed):
            yield Way(site, engine, amazon, log, seed)


@contextmanager
def _process(port: int, log: Path, database_url: str, of_feed: dict[str, str]) -> Iterator[None]:
    environment = {f"FEED_{name.upper()}": value for name, value in of_feed.items()}
    environment |= {"MERCARICH_DATABASE_URL": database_url, "MERCARICH_LOG_LEVEL": "DEBUG"}
    command = [sys.executable, "-m", "mercarich_feed", "oauth", "--port", str(port)]
    process = _up(command, f"http://127.0.0.1:{port}", log, **environment)
    yield
    process.terminate()
    assert process.wait(20) == 0


@contextmanager
def _thread(port: int, shared: SharedSettings, of_feed: dict[str, str]) -> Iterator[None]:
    app, http = build_callback(shared, FeedSettings.model_validate(of_feed))
    with served(app, port):
        yield
    http.close()


def _up(command: list[str], url: str, log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Run a process that serves /healthz."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=out, stderr=out)
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{url}/healthz", trust_env=False).raise_for_status()
            return process
        except httpx.HTTPError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
