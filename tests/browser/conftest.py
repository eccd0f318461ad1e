"""A real Chromium on the pages of a shop with data; skipped, with the reason, when no Chromium is installed."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr
from sqlalchemy import select, update
from tests.browser.shop import furnish, photograph
from tests.browser.visitor import Visitor, chromium_here
from tests.integration.web.site import PASSWORDS, served

from mercarich_db import schema, tables
from mercarich_db.engine import create, reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

PUSH_KEY = base64.b64encode(bytes(range(1, 33))).decode()


class Shop(NamedTuple):
    origin: str
    story: int
    """The listing with the longest history."""
    draft: int
    database: str

    def forget_confirmations(self) -> None:
        """Everybody gave the password a day ago."""
        engine = create(self.database)
        with engine.begin() as connection:
            connection.execute(update(tables.sessions).values(confirmed_at=datetime.now(UTC) - timedelta(days=1)))
        engine.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with chromium_here() as browser:
        yield browser


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    url = f"sqlite:///{tmp_path / 'mercarich.db'}"
    engine = create(url)
    schema.upgrade(engine)
    story = furnish(engine)
    photograph(engine, tmp_path / "pictures", story)
    with reading(engine) as connection:
        of_seller = select(tables.listings.c.user_id).where(tables.listings.c.id == story).scalar_subquery()
        drafts = select(tables.listings.c.id).where(~tables.listings.c.listed, tables.listings.c.user_id == of_seller)
        draft = connection.execute(drafts.limit(1)).scalar_one()
    engine.dispose()
    shared = SharedSettings.model_validate(
        {"database_url": url, "kafka_bootstrap": "127.0.0.1:9", "data_dir": tmp_path}
    )
    own = PagesSettings(
        amazon_consent_url="https://amazon.example/consent",
        amazon_application_id="amzn1.sp.x",
        codes_for_operators=False,
        push_key=SecretStr(PUSH_KEY),
    )
    with served(build_pages(shared, own, passwords=PASSWORDS)) as site:
        yield Shop(site.origin, story, draft, url)


@pytest.fixture
def stranger(chromium: Browser, shop: Shop) -> Iterator[Callable[..., Visitor]]:
    """Open a browser without a session; at the end, no browser may have reported an error."""
    visitors: list[Visitor] = []

    def open_browser(width: int = 1440) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 900 if width > 500 else 812})
        visitors.append(Visitor(context.new_page(), shop.origin))
        visitors[-1].look("ja", "light")
        return visitors[-1]

    yield open_browser
    wrong = [text for visitor in visitors for text in visitor.wrong]
    for visitor in visitors:
        visitor.page.context.close()
    assert wrong == []


@pytest.fixture
def visit(stranger: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """The same with a session."""

    def visit(username: str, width: int = 1440) -> Visitor:
        visitor = stranger(width)
        visitor.sign_in(username)
        return visitor

    return visit
