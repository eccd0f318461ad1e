"""The pages as a browser sees them: the real application on a port of this machine."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, insert

from mercarich_db import tables
from mercarich_db.engine import run_tx
from mercarich_platform.clock import utc_now
from mercarich_platform.http_server import configuration
from mercarich_web.identity.passwords import Argon2Passwords

PASSWORD = "correct horse battery"
PASSWORDS = Argon2Passwords(memory_kib=64)
"""Password hashes like the real ones, but quick to compute."""
TOKEN = re.compile(r'name="form-token" content="([^"]+)"')


def let_sign_in(engine: Engine, user_id: int, language: str | None = None) -> None:
    """Set a user's password to `PASSWORD`."""
    row = {
        "user_id": user_id,
        "password_hash": PASSWORDS.hash(PASSWORD),
        "password_at": utc_now(),
        "language": language,
    }
    run_tx(engine, lambda connection: connection.execute(insert(tables.logins).values(row)))


class Browser:
    """One browser: cookies, its own Origin, the form token of the last page. Redirects are returned, not followed."""

    def __init__(self, origin: str, address: str | None = None) -> None:
        """`address`: its own, of this machine's loopback network."""
        self.origin = origin
        self.client = httpx.Client(transport=httpx.HTTPTransport(local_address=address), base_url=origin, timeout=20)
        self.token = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        found = TOKEN.search(answer.text) if "html" in answer.headers.get("content-type", "") else None
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, **fields: object) -> httpx.Response:
        """Post with Origin and form token, as a form of a page does."""
        data = {"form_token": self.token, **fields}
        return self.client.post(path, data=data, headers={"Origin": self.origin})

    def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.post("/sign-in", username=username, password=password)
        self.get("/account")
        return answer


class Served:
    """A running application; `browser` opens another browser on it."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._browsers: list[Browser] = []

    def browser(self, address: str | None = None) -> Browser:
        self._browsers.append(Browser(self.origin, address))
        return self._browsers[-1]

    def close(self) -> None:
        for browser in self._browsers:
            browser.client.close()


@contextmanager
def served(app: FastAPI, port: int = 0, **limits: Any) -> Iterator[Served]:
    """`limits`: of `configuration`."""
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(configuration(app, grace_seconds=1, **limits))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    site = Served(f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        yield site
    finally:
        site.close()
        server.should_exit = True
        thread.join(20)
