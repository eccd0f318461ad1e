"""A new password ends what the old one has opened: sessions, known browsers, API keys, and the webhook."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, select
from tests.integration.web.chat_vendors import SLACK
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_second_step import set_up

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

BETTER = "a better one, longer"
WEBHOOK = "https://ann.example/secret-path"
ALL_ENDED = {"sessions": 1, "keys": ["a program"], "webhook": WEBHOOK, "chats": ["slack"], "browsers": 0}


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows, clock: Clock, tmp_path: Path) -> Iterator[Served]:
    for name in ("ann", "bob"):
        let_sign_in(engine, rows.user(name), language="en")
    shared = SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


@pytest.fixture
def key(ann: Browser) -> str:
    """A key of Ann's, who has a webhook and a chat, too."""
    ann.post("/account/notices", webhook=WEBHOOK)
    ann.post("/account/notices/chats/slack", secret=SLACK)
    return made_by(ann)


def made_by(browser: Browser) -> str:
    page = browser.post("/account/keys", name="a program", scope="listings:read").text
    found = re.search(r"mk_[A-Za-z0-9_-]+", page)
    assert found is not None
    return found[0]


def call(site: Served, key: str) -> int:
    return httpx.get(f"{site.origin}/api/v1/listings", headers={"Authorization": f"Bearer {key}"}).status_code


def webhooks(engine: Engine) -> list[str | None]:
    with reading(engine) as connection:
        return list(connection.execute(select(tables.notice_ways.c.webhook_url)).scalars())


def salt(engine: Engine) -> str | None:
    """What the cookies of Ann's browsers are signed with."""
    logins = tables.logins.c
    with reading(engine) as connection:
        found: str | None = connection.execute(select(logins.devices_salt).where(logins.user_id == 1)).scalar_one()
    return found


def details(engine: Engine) -> list[tuple[str, str | None]]:
    log = tables.audit_log.c
    told = ("password_changed", "password_reset", "account_stolen")
    with reading(engine) as connection:
        query = select(log.action, log.detail).where(log.action.in_(told)).order_by(log.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_reset_ends_keys_and_webhook_with_the_sessions(
    site: Served, ann: Browser, key: str, mercarich: Mercarich, engine: Engine
) -> None:
    bob = site.browser()
    bob.sign_in("bob")
    others = made_by(bob)
    before = call(site, key)
    done = mercarich.json("user", "reset-password", "ann")
    path = "/join/" + done["link"].rpartition("/")[2]
    after = [call(site, key), ann.get("/account").status_code]
    joined = site.browser().post(path, password=BETTER).status_code

    assert (before, after, joined) == (200, [401, 303], 303)
    assert done["ended"] == ALL_ENDED
    assert (call(site, key), webhooks(engine), call(site, others)) == (401, [None], 200)
    assert details(engine) == [
        ("password_reset", "ended: sessions 1, key a program, webhook ann.example, notices at slack")
    ]


def test_a_reset_of_what_was_only_forgotten_can_leave_the_programs(
    site: Served, ann: Browser, key: str, mercarich: Mercarich, engine: Engine
) -> None:
    done = mercarich.json("user", "reset-password", "ann", "--keep-programs")

    assert done["ended"] == {"sessions": 1, "keys": [], "webhook": None, "chats": [], "browsers": 0}
    assert (call(site, key), ann.get("/account").status_code, webhooks(engine)) == (200, 303, [WEBHOOK])


def test_a_stolen_account_is_shut_at_once_and_says_what_it_ended(
    site: Served, ann: Browser, key: str, mercarich: Mercarich, engine: Engine
) -> None:
    older = mercarich.json("user", "reset-password", "ann", "--keep-programs")
    path = "/join/" + older["link"].rpartition("/")[2]
    site.browser().post(path, password=BETTER)
    thief = site.browser()
    thief.sign_in("ann", BETTER)
    page = mercarich.page("user", "stolen", "ann", "--by", "olga")
    ended = [thief.get("/account").status_code, call(site, key), site.browser().sign_in("ann", BETTER).status_code]

    assert ended == [303, 401, 401]
    assert webhooks(engine) == [None]
    assert "Nobody acts as ann any more." in page
    for told in ("a program", WEBHOOK, "mercarich user reset-password ann"):
        assert told in page
    assert site.browser().get(path).status_code == 404
    nothing = {"sessions": 0, "keys": [], "webhook": None, "chats": [], "browsers": 0}
    assert mercarich.json("user", "reset-password", "ann")["ended"] == nothing
    assert "no user 'nobody'" in mercarich("user", "stolen", "nobody").stderr


def test_an_open_link_is_void_when_the_account_is_shut(site: Served, ann: Browser, mercarich: Mercarich) -> None:
    link = mercarich.json("user", "reset-password", "ann")["link"]
    mercarich.json("user", "stolen", "ann")

    assert site.browser().get("/join/" + link.rpartition("/")[2]).status_code == 404


def test_a_shut_account_tells_of_a_second_step_that_may_be_the_thiefs(
    site: Served, ann: Browser, clock: Clock, mercarich: Mercarich
) -> None:
    set_up(ann, clock)

    assert "mercarich user reset-second-step ann" in mercarich.page("user", "stolen", "ann")
    assert mercarich.json("user", "stolen", "ann")["asks_for_code"] is True


@pytest.mark.parametrize(("ticked", "programs"), [({"programs": "true"}, (401, [None])), ({}, (200, [WEBHOOK]))])
def test_a_new_password_ends_the_programs_unless_the_box_is_not_ticked(
    site: Served, ann: Browser, key: str, engine: Engine, ticked: dict[str, str], programs: tuple[int, list[str | None]]
) -> None:
    form = ann.get("/account").text
    before = salt(engine)
    changed = ann.post("/account/password", old=PASSWORD, new=BETTER, **ticked)

    assert 'name="programs" value="true" checked' in form
    assert changed.status_code == 303
    assert (call(site, key), webhooks(engine)) == programs
    assert (salt(engine) == before) is not bool(ticked)
    assert ann.get("/account").status_code == 200


def test_a_new_password_gives_another_token(site: Served, ann: Browser) -> None:
    copy = site.browser()
    copy.client.cookies.set("mercarich", ann.client.cookies["mercarich"])
    ann.post("/account/password", old=PASSWORD, new=BETTER)

    assert copy.get("/account").status_code == 303


def test_browsers_that_were_known_are_strangers_after_a_theft(
    site: Served, ann: Browser, clock: Clock, mercarich: Mercarich
) -> None:
    """The thief's may be among them."""
    changing = site.browser()
    changing.sign_in("ann")
    changing.post("/account/password", old=PASSWORD, new=BETTER, programs="true")
    for n in range(6):
        site.browser().post("/sign-in", username="ann", password=f"guess number {n}")

    assert ann.post("/sign-in", username="ann", password=BETTER).status_code == 429
    assert changing.post("/sign-in", username="ann", password=BETTER).status_code == 303
