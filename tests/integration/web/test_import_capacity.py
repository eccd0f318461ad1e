"""An import says before it is accepted whether the budgets of calls are still enough, and waits where they are not."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser
from tests.integration.web.workshop import Workshop

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import users
from mercarich_reasons.capacity import CapacityUnknown, ImportBeyondCapacity, ImportWithinCapacity
from mercarich_reasons.jobs import ImportNotAccepted, ImportStopped, RowsImported
from mercarich_web.jobs.jobs import Job, Kind, Phase
from mercarich_web.jobs.sql.imports import SqlImports

BARELY = {"sources": 21_590, "calls": 21_590}
"""Ten sources below what half a call a second is enough for."""


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    rows.user("jiro")
    return Workshop(engine)


def offers(count: int, **more: object) -> list[Mapping[str, object]]:
    return [
        {"sku": f"S-{n}", "marketplace": "yahoo", "source_id": f"x{100000000 + n}", "listed": "yes", **more}
        for n in range(count)
    ]


def waiting(shop: Workshop, rows: Rows) -> Job:
    rows.capacity(**BARELY)
    return shop.import_rows("hanako", offers(20))


def test_new_sources_within_the_budget_are_told_and_taken_over_at_once(shop: Workshop, rows: Rows) -> None:
    rows.capacity(1_000)
    job = shop.import_rows("hanako", offers(80))

    assert (job.state, job.message) == ("finished", RowsImported(80, 80, 0, 0))
    assert job.capacity == [ImportWithinCapacity(Marketplace.YAHOO, 1_080, 0.025, 0.5, 0.6, 12.0, 80)]


def test_new_sources_beyond_the_budget_wait_until_their_seller_accepts_them(shop: Workshop, rows: Rows) -> None:
    job = waiting(shop, rows)

    told = ImportBeyondCapacity(Marketplace.YAHOO, 21_610, 0.501, 0.5, 12.1, 12.0, 20)
    assert (job.state, job.phase, job.message, job.progress) == ("running", "confirming", told, 90)
    assert (job.claim, job.not_before) == (None, shop.now() + timedelta(days=7))
    assert (shop.skus(1), shop.staged()) == ([], 20)
    assert shop.outcomes[-1] == "put_off"
    assert not shop.slice(Kind.IMPORT)

    accepted = shop.accept(job.id, "hanako")
    assert accepted.changed
    assert shop.hints.told[-1] == (Kind.IMPORT, job.id)
    shop.work(Kind.IMPORT)

    ended = shop.job(job.id)
    assert (ended.state, ended.message) == ("finished", RowsImported(20, 20, 0, 0))
    assert len(shop.skus(1)) == 20
    assert ended.capacity == [told]
    assert not shop.accept(job.id).changed


def test_what_was_accepted_is_not_asked_again_when_listings_change_meanwhile(shop: Workshop, rows: Rows) -> None:
    job = waiting(shop, rows)
    shop.accept(job.id)
    claim = shop.claim(Kind.IMPORT)
    assert claim is not None
    shop.desk.release(SqlImports(shop.desk).enter(claim, Phase.COMPARING, 20))  # as when applying raises `Changed`
    shop.work(Kind.IMPORT)

    assert shop.job(job.id).state == "finished"


def test_an_import_that_waits_can_be_stopped_and_has_taken_nothing(shop: Workshop, rows: Rows) -> None:
    job = waiting(shop, rows)
    shop.stop(job.id, "hanako")

    assert (shop.job(job.id).message, shop.skus(1), shop.staged()) == (ImportStopped("hanako"), [], 0)
    assert not shop.accept(job.id).changed


def test_an_import_that_waits_is_not_frozen_and_is_closed_after_a_week(shop: Workshop, rows: Rows) -> None:
    job = waiting(shop, rows)
    shop.now.go(days=6, hours=23)
    assert (shop.watch().taken_over, shop.watch().closed) == ([], [])

    shop.now.go(hours=2)
    assert shop.watch().closed == [job.id]
    assert (shop.job(job.id).state, shop.job(job.id).message) == ("stopped", ImportNotAccepted(7))
    assert shop.staged() == 0


def test_what_is_looked_at_already_adds_nothing(shop: Workshop, rows: Rows) -> None:
    rows.capacity(43_000)
    rows.listing(2, rows.source("x100000000"), "OTHER")
    rows.listing(1, rows.source("x100000001"), "S-1", quantity=0)
    draft = {"sku": "DRAFT", "marketplace": "yahoo", "source_id": "x900000001", "listed": "no"}

    job = shop.import_rows("hanako", [*offers(2), draft])

    assert (job.state, job.capacity) == ("finished", [])


def test_a_source_that_is_only_down_elsewhere_is_new(shop: Workshop, rows: Rows) -> None:
    rows.capacity(10)
    rows.listing(2, rows.source("x100000000"), "OTHER", quantity=0)
    rows.listing(2, rows.source("x100000001"), "ANOTHER", searching=True)

    [told] = shop.import_rows("hanako", offers(3)).capacity

    assert isinstance(told, ImportWithinCapacity)
    assert told.new_sources == 3


def test_a_seller_with_four_checks_a_day_takes_twice_as_much(shop: Workshop, rows: Rows) -> None:
    rows.capacity(0)
    rows.change(users.update().where(users.c.username == "jiro").values(plan=4))

    [told] = shop.import_rows("jiro", offers(864)).capacity

    assert told == ImportWithinCapacity(Marketplace.YAHOO, 864, 0.04, 0.5, 0.48, 6.0, 864)


def test_where_nothing_was_counted_or_heard_nobody_is_kept_waiting(shop: Workshop, rows: Rows) -> None:
    assert shop.import_rows("hanako", offers(3)).capacity == []

    rows.capacity(21_600, allowed_per_second=None, in_force_per_second=None, heard_at=None)
    job = shop.import_rows(
        "jiro", [one | {"source_id": f"y{one['sku']}".replace("S-", "1234567")} for one in offers(3)]
    )
    assert (job.state, job.capacity) == ("finished", [CapacityUnknown(Marketplace.YAHOO, 21_603, 0.5)])


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    user_id = rows.user("ann")
    with signed_in(database_url, engine, user_id, language="en") as browser:
        yield browser


def test_the_page_asks_and_a_click_accepts(ann: Browser, engine: Engine, rows: Rows) -> None:
    rows.capacity(**BARELY, counted_at=ago(minutes=1))
    shop = Workshop(engine)
    job = shop.import_rows("ann", offers(20))

    page = ann.get(f"/jobs/{job.id}").text
    assert "With the 20 new sources of this file, 21,610 sources of Yahoo! Auctions need 0.501 calls a second" in page
    assert f'action="/jobs/{job.id}/accept"' in page
    assert "waits until you accept it" in page

    assert ann.post(f"/jobs/{job.id}/accept").status_code == 303
    shop.work(Kind.IMPORT)
    assert f'action="/jobs/{job.id}/accept"' not in ann.get(f"/jobs/{job.id}").text
    assert shop.job(job.id).state == "finished"


def test_the_command_shows_and_accepts(mercarich: Mercarich, shop: Workshop, rows: Rows) -> None:
    job = waiting(shop, rows)

    assert "a pass takes 12.1 h; the plan says 12" in " ".join(mercarich.page("job", "show", str(job.id)).split())
    assert f"job {job.id} goes on" in mercarich.page("job", "accept", str(job.id))
    assert mercarich.json("job", "accept", str(job.id))["changed"] is False
