"""The operator's first page: what needs attention, and where its links lead."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from tests.integration.web.measures import all_is_well
from tests.integration.web.operating.conftest import Clock
from tests.integration.web.operating.test_sellers_and_tokens import link_amazon
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser

from mercarich_db import tables


@pytest.fixture(autouse=True)
def _measured(engine: Engine, operator: Browser, clock: Clock) -> None:
    """Whatever the tests change: who measures it again is in test_troubles."""
    all_is_well(engine, clock())


def test_with_nothing_to_do_it_says_so(operator: Browser) -> None:
    assert "nothing is held, overdue or paused." in operator.get("/").text


@pytest.mark.parametrize(
    ("cause", "leads_to"),
    [
        ("hold", "/holds/1"),
        ("schedule", "/schedule"),
        ("token", "/tokens?verdict=invalid"),
        ("capacity", "/markets"),
        ("coverage", "/runs"),
        ("count", "/pools"),
    ],
)
def test_what_needs_somebody_is_there_and_leads_on(operator: Browser, rows: Rows, cause: str, leads_to: str) -> None:
    if cause == "hold":
        rows.listing(rows.user("tom"), rows.source("x1", state="sold"), "TOM-1", hold_id=rows.hold(rows.run(1)))
    elif cause == "schedule":
        rows.add(tables.schedule_pauses, name="env-update", paused_at=ago(hours=1), paused_by="taro")
    elif cause == "token":
        link_amazon(rows, rows.user("tom"), "invalid")
    elif cause == "capacity":
        rows.capacity()
    elif cause == "coverage":
        rows.coverage(1_000, 949)
    else:
        rows.coverage(1_000, 1_000, counted_at=ago(hours=1.1))
    page = operator.get("/").text

    assert f'class="todo" href="{leads_to}"' in page
    assert "nothing is held" not in page


def test_a_hold_for_which_nothing_waits_needs_nobody(operator: Browser, rows: Rows) -> None:
    rows.hold(rows.run(1))

    assert "nothing is held, overdue or paused." in operator.get("/").text


def test_what_waits_for_amazon_comes_after_the_page(operator: Browser, rows: Rows) -> None:
    source = rows.source("x1", state="sold")
    rows.listing(rows.user("tom"), source, "TOM-1", quantity=0, revision=2, pushed_revision=1)
    part = operator.get("/overview/pushes").text

    assert 'class="value bad">1<' in part


def test_a_budget_that_is_enough_is_told_and_needs_nobody(operator: Browser, rows: Rows) -> None:
    rows.capacity(10_000)
    page = operator.get("/").text

    assert "10,000 sources of Yahoo! Auctions need 0.231 calls a second, there are 0.5: a pass takes 5.56 h" in page
    assert "nothing is held, overdue or paused." in page


def test_coverage_that_is_enough_needs_nobody(operator: Browser, rows: Rows) -> None:
    rows.coverage(1_000, 950)

    assert "nothing is held, overdue or paused." in operator.get("/").text


def test_a_run_that_goes_on_says_when_it_ends(operator: Browser, rows: Rows) -> None:
    rows.capacity()
    run = rows.run(1, outcome="running", phase="checking", heartbeat_at=datetime.now(UTC), planned=400)
    rows.change(
        tables.run_heads.update()
        .where(tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "yahoo")
        .values(generation=1, run_id=run)
    )

    assert "until about" in operator.get("/runs").text
    assert "ends about" in operator.get("/runs/heads").text
    assert "Ends about" in operator.get(f"/runs/{run}").text


def test_the_page_of_marketplaces_tells_what_each_needs_and_has(operator: Browser, rows: Rows) -> None:
    rows.capacity()
    page = operator.get("/markets").text

    assert "43,000 sources of Yahoo! Auctions need 0.996 calls a second, there are 0.5: a pass takes 23.9 h" in page
    assert "More workers do not raise it." in page
    assert "A checker counts the sources and asks the proxy within a minute of its start." in page


@pytest.mark.parametrize(
    ("page", "part"), [("/overview/pushes", "/overview/pushes"), ("/pools", "/pools/queues"), ("/runs", "/runs/heads")]
)
def test_an_open_page_asks_for_what_changes(operator: Browser, page: str, part: str) -> None:
    """Also the page of runs that was opened before the first run."""
    asked = re.findall(rf'hx-get="{part}" hx-trigger="([^"]*)"', operator.get(page).text)
    assert [trigger.rpartition("every ")[2] for trigger in asked] == ["15s"]
    assert operator.get(part).status_code == 200
