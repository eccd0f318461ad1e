"""The pages, with a signed-in operator and a signed-in seller."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, Table, select
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served

from mercarich_contracts.market import Marketplace
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_db.types import AnyRow
from mercarich_platform.clock import utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

NOWHERE = "http://127.0.0.1:9"
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = utc_now()

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Served]:
    """Nothing listens at the addresses of the broker and the proxies."""
    let_sign_in(engine, rows.user("ann"))
    staff = {"plan": 2, "active": True, "is_staff": True, "created_at": ago(days=9)}
    let_sign_in(engine, rows.add(tables.users, username="ohta", **staff), language="en")
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    own = PagesSettings.model_validate({"key": KEY, "proxy_urls": dict.fromkeys(Marketplace, NOWHERE)})
    with served(build_pages(shared, own, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def operator(site: Served) -> Browser:
    browser = site.browser()
    browser.sign_in("ohta")
    return browser


@pytest.fixture
def seller(site: Served) -> Browser:
    browser = site.browser()
    browser.sign_in("ann")
    return browser


@pytest.fixture
def table(engine: Engine) -> Callable[[Table], list[AnyRow]]:
    """Return all rows of a table."""

    def read(table: Table) -> list[AnyRow]:
        with reading(engine) as connection:
            return list(connection.execute(select(table)))

    return read
