"""A seller who is signed in to real pages, and how to find the seller's listings."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select
from tests.integration.web.site import PASSWORDS, Browser, let_sign_in, served

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_db.types import AnyRow
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

NO_BROKER = "127.0.0.1:9"


@contextmanager
def signed_in(
    database_url: str,
    engine: Engine,
    user_id: int,
    username: str = "ann",
    kafka_bootstrap: str = NO_BROKER,
    *,
    language: str | None = "en",
) -> Iterator[Browser]:
    let_sign_in(engine, user_id, language=language)
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": kafka_bootstrap})
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        browser = site.browser()
        browser.sign_in(username)
        yield browser


def by_sku(engine: Engine) -> dict[str, AnyRow]:
    with reading(engine) as connection:
        return {row.sku: row for row in connection.execute(select(tables.listings))}


def events(engine: Engine) -> list[AnyRow]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.listing_events).order_by(tables.listing_events.c.id)))
