"""Inviting by mail and joining, as people do it: the operator's page, the page of joining, and what goes there then."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select
from tests.browser.shop import furnish
from tests.browser.visitor import Visitor, keep_picture
from tests.integration.web.receivers import Mailbox
from tests.integration.web.site import PASSWORDS, served

from mercarich_db import schema, tables
from mercarich_db.engine import create, reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.settings import NoticesSettings, PagesSettings


class Stage(NamedTuple):
    origin: str
    mailbox: Mailbox
    worker: NoticeWorker
    engine: Engine


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The pages of a shop with a mail server."""
    url = f"sqlite:///{tmp_path / 'mercarich.db'}"
    engine = create(url)
    schema.upgrade(engine)
    furnish(engine)
    told = {"database_url": url, "kafka_bootstrap": "127.0.0.1:9", "data_dir": tmp_path}
    shared, own = SharedSettings.model_validate(told), PagesSettings(codes_for_operators=False)
    with Mailbox() as mailbox, served(build_pages(shared, own, mails=True, passwords=PASSWORDS)) as site:
        server = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none"}
        mail = NoticesSettings.model_validate({**server, "mail_from": "mercarich@shop.example"})
        worker = build_notices(shared, own.model_copy(update={"public_url": site.origin}), mail)
        yield Stage(site.origin, mailbox, worker, engine)
        worker.close()
    engine.dispose()


def shoot(one: Visitor, name: str) -> None:
    assert one.fits(), name
    keep_picture(one.page, f"{name}.png", full_page=True)


def invite(operator: Visitor, stage: Stage, language: str, suffix: str) -> str:
    """Invite eve by mail. Return the path of the link in it."""
    operator.sign_in("operator")
    operator.open("/sellers/invite")
    page = operator.page
    page.locator("#f-username").fill("eve")
    page.locator("#f-mail").fill("eve@shop.example")
    page.locator("#f-language").select_option(language)
    shoot(operator, f"inviting-{suffix}")
    page.locator("form[action='/sellers/invite'] button").click()
    expect(page.locator("input[readonly]")).to_have_value(re.compile(r"/join/"))
    shoot(operator, f"invited-{suffix}")
    assert stage.worker.invite is not None
    while stage.worker.invite():
        pass
    operator.open("/sellers/invite")
    shoot(operator, f"open-invitations-{suffix}")
    [letter] = stage.mailbox.letters()
    found = re.search(rf"{re.escape(stage.origin)}(/join/\w+)", letter.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "ja"), (390, "en")])
def test_an_operator_invites_by_mail_and_the_person_joins_by_it(
    chromium: Browser, stage: Stage, width: int, language: str
) -> None:
    size = {"width": width, "height": 900 if width > 500 else 812}
    operator, eve = (
        Visitor(chromium.new_context(viewport=size).new_page(), stage.origin)  # type: ignore[arg-type]
        for _ in range(2)
    )
    for one in (operator, eve):
        one.look(language, "light")
    eve.open(invite(operator, stage, language, f"{language}-{width}"))
    page = eve.page
    expect(page.locator("[name=mail]")).to_have_value("eve@shop.example")
    page.locator("summary").click()
    page.locator("[name=by_mail][value=held]").uncheck()
    page.locator("[name=by_mail][value=job_failed]").check()
    shoot(eve, f"joining-{language}-{width}")
    page.locator("[name=password]").fill("longer than twelve")
    page.locator("form[action^='/join/'] button").click()
    page.wait_for_url(f"{stage.origin}/")
    eve.open("/account/notices")
    on = {kind: page.locator(f"[name=by_mail][value={kind}]").is_checked() for kind in ("job_failed", "held", "token")}
    with reading(stage.engine) as connection:
        ways = tables.notice_ways.c
        proven = select(ways.mail_proven_at).where(ways.mail_address == "eve@shop.example")
        at = connection.execute(proven).scalar_one()

    assert on == {"job_failed": True, "held": False, "token": True}
    assert at is not None
    assert operator.wrong + eve.wrong == []
