"""An operator releases single listings of a hold."""

import re

import pytest
from sqlalchemy import update
from tests.integration.web.conftest import Deeds
from tests.integration.web.operating.conftest import Clock
from tests.integration.web.operating.test_holds_and_runs import ReadTable
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser

from mercarich_db import tables
from mercarich_reasons.holds import TooManyPrices
from mercarich_runs.domain.brake import HoldKind


@pytest.fixture
def hold(rows: Rows) -> int:
    """A hold that keeps three listings of Tom."""
    tom, hold = rows.user("tom"), rows.hold(rows.run(1))
    for number in range(1, 4):
        rows.listing(tom, rows.source(f"x{number}", state="sold"), f"TOM-{number}", hold_id=hold)
    return hold


def released(browser: Browser, hold: int, *listing_ids: int) -> str:
    answer = browser.post(f"/holds/{hold}/release-listings", listing=[str(one) for one in listing_ids])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/holds/{hold}")
    return browser.get(f"/holds/{hold}").text


def test_ticked_listings_are_released_and_audited_and_the_hold_waits_on(
    operator: Browser, hold: int, deeds: Deeds, table: ReadTable
) -> None:
    assert len(ticks(operator.get(f"/holds/{hold}").text)) == 3

    page = released(operator, hold, 1, 3)

    assert "2 listings are released; their changes are made within seconds." in page
    assert ticks(page) == ["2"]
    assert page.count(">released</span>") == 2
    assert [(row.hold_id, row.listing_id, row.released_by) for row in table(tables.hold_releases)] == [
        (hold, 1, "ohta"),
        (hold, 3, "ohta"),
    ]
    assert deeds() == [("hold_listings_released", "ohta", str(hold), "TOM-1, TOM-3")]
    assert [row.released_at for row in table(tables.holds)] == [None]
    assert f'action="/holds/{hold}/release"' in page


def test_what_was_released_before_or_does_not_wait_is_not_released(
    operator: Browser, rows: Rows, hold: int, deeds: Deeds, table: ReadTable
) -> None:
    other = rows.hold(rows.run(2))
    moved = rows.listing(1, rows.source("x9"), "ANN-9", hold_id=other)
    released(operator, hold, 1)

    page = released(operator, hold, 1, moved, 77)
    empty = released(operator, hold)

    assert (
        "Nothing was released. Not released, as they do not wait any more or were released before: TOM-1, ANN-9."
        in page
    )
    assert "Nothing was released: nothing was ticked" in empty
    assert len(deeds()) == 1
    assert [row.listing_id for row in table(tables.hold_releases)] == [1]


def test_what_left_the_hold_after_the_page_was_shown_is_named(operator: Browser, rows: Rows, hold: int) -> None:
    moved = [rows.listing(1, rows.source(f"y{number}"), f"売れ筋-{number:02}", hold_id=hold) for number in range(1, 13)]
    operator.get(f"/holds/{hold}")
    rows.change(update(tables.listings).where(tables.listings.c.id.in_(moved)).values(hold_id=None))

    page = released(operator, hold, 1, *moved)

    assert "1 listings are released; their changes are made within seconds." in page
    some = ", ".join(f"売れ筋-{number:02}" for number in range(1, 11))
    assert f"Not released, as they do not wait any more or were released before: {some} and 2 more." in page
    assert "Not released" not in operator.get(f"/holds/{hold}").text


def test_names_that_no_cookie_holds_are_counted(operator: Browser, rows: Rows, hold: int) -> None:
    moved = [rows.listing(1, rows.source(f"y{number}"), f"{number:02}{'品' * 62}") for number in range(1, 11)]
    operator.get(f"/holds/{hold}")

    page = released(operator, hold, *moved)

    assert f"{'品' * 62}, 02{'品' * 62}" in page
    assert re.search(r"品 and [1-9] more\.", page)


@pytest.mark.parametrize("closed", [{"released_at": ago(minutes=1)}, {"applied_at": ago(minutes=1)}])
def test_a_hold_that_is_released_or_closed_has_nothing_to_tick(
    operator: Browser, rows: Rows, hold: int, table: ReadTable, closed: dict[str, object]
) -> None:
    rows.change(update(tables.holds).values(closed))

    assert ticks(operator.get(f"/holds/{hold}").text) == []
    assert "Nothing was released" in released(operator, hold, 1)
    assert table(tables.hold_releases) == []


def test_it_asks_for_the_password_of_the_last_minutes(
    operator: Browser, hold: int, clock: Clock, table: ReadTable
) -> None:
    clock.move(minutes=16)
    page = operator.get(f"/holds/{hold}").text
    answer = operator.post(f"/holds/{hold}/release-listings", listing="1")

    assert (ticks(page), "Release some of them" in page) == ([], True)
    assert "/confirm" in answer.headers["location"]
    assert table(tables.hold_releases) == []


def test_a_hold_that_is_not_there_and_too_many_ticks_are_refused(operator: Browser, hold: int) -> None:
    operator.get(f"/holds/{hold}")
    missing = operator.post("/holds/77/release-listings", listing="1")
    many = operator.post(f"/holds/{hold}/release-listings", listing=[str(one) for one in range(1, 52)])

    assert (missing.status_code, many.status_code) == (404, 422)


def prices(rows: Rows) -> int:
    """A hold of two prices of Tom: the first would be 300 yen, and the second asks for no change."""
    tom = rows.user("tom")
    for key, value in {"REPRICING": "follow", "CREATE_PROFIT_PERCENT": "20", "REVIVAL_FEE_PERCENT": "10"}.items():
        rows.add(tables.seller_settings, user_id=tom, key=key, value=value, updated_at=ago(days=1), updated_by="tom")
    hold = rows.hold(rows.run(1), user_id=tom, kind=HoldKind.PRICES, reason=TooManyPrices(2, 40))
    bounds = {"offer_price_jpy": 5000, "least_price_jpy": 100, "most_price_jpy": 9000, "hold_id": hold}
    for number, price in ((1, 210), (2, None)):
        source = rows.source(f"x{number}", price_jpy=price, postage_jpy=0)
        rows.listing(tom, source, f"TOM-{number}", held_at=ago(minutes=5), **bounds)
    return hold


def shown(table: ReadTable) -> list[tuple[int, int | None]]:
    return sorted((row.listing_id, row.shown_jpy) for row in table(tables.hold_releases))


def test_the_price_that_the_page_showed_is_released(operator: Browser, rows: Rows, table: ReadTable) -> None:
    hold = prices(rows)
    ticked = ticks(operator.get(f"/holds/{hold}").text)
    assert ticked == ["1:300", "2:5000"]
    rows.change(update(tables.source_items).values(price_jpy=700))

    operator.post(f"/holds/{hold}/release-listings", listing=ticked)

    assert shown(table) == [(1, 300), (2, 5000)]


def test_a_whole_hold_releases_the_prices_of_its_moment_and_keeps_those_that_were_shown_before(
    operator: Browser, rows: Rows, table: ReadTable
) -> None:
    hold = prices(rows)
    operator.get(f"/holds/{hold}")
    operator.post(f"/holds/{hold}/release-listings", listing="2:5000")
    rows.change(update(tables.source_items).values(price_jpy=700))

    operator.post(f"/holds/{hold}/release")

    assert shown(table) == [(1, 1000), (2, 5000)]
    assert [row.released_by for row in table(tables.holds)] == ["ohta"]


def test_what_joined_a_hold_after_the_page_was_shown_waits_on(
    operator: Browser, rows: Rows, deeds: Deeds, table: ReadTable
) -> None:
    tom, hold = rows.user("tom"), rows.hold(rows.run(1))
    for number, minutes in ((1, 9), (2, 5), (3, 1)):
        source = rows.source(f"x{number}", state="sold")
        rows.listing(tom, source, f"TOM-{number}", hold_id=hold, held_at=ago(minutes=minutes))
    rows.change(update(tables.listings).where(tables.listings.c.id == 3).values(hold_id=None))
    [newest] = re.findall(r'name="newest" value="([^"]+)"', operator.get(f"/holds/{hold}").text)
    rows.change(update(tables.listings).where(tables.listings.c.id == 3).values(hold_id=hold))

    operator.post(f"/holds/{hold}/release", newest=newest)

    assert [(row.listing_id, row.released_by) for row in table(tables.hold_releases)] == [(1, "ohta"), (2, "ohta")]
    assert [row.released_at for row in table(tables.holds)] == [None]
    assert deeds() == [("hold_listings_released", "ohta", str(hold), "2 of 3")]
    page = operator.get(f"/holds/{hold}").text
    assert "1 more had joined the hold since then: they wait on." in page
    assert ticks(page) == ["3"]
    [newest] = re.findall(r'name="newest" value="([^"]+)"', page)
    operator.post(f"/holds/{hold}/release", newest=newest)
    assert [row.released_by for row in table(tables.holds)] == ["ohta"]


def test_a_price_that_was_another_by_then_is_told_and_can_be_released_again(
    operator: Browser, rows: Rows, table: ReadTable
) -> None:
    hold = prices(rows)
    operator.get(f"/holds/{hold}")
    operator.post(f"/holds/{hold}/release-listings", listing="1:240")
    rows.change(update(tables.hold_releases).values(differs_at=ago(minutes=1)))

    page = operator.get(f"/holds/{hold}").text

    assert "¥240 was released, but it was another price by then." in page
    assert ticks(page) == ["1:300", "2:5000"]
    operator.post(f"/holds/{hold}/release-listings", listing="1:300")
    assert [(row.shown_jpy, row.differs_at) for row in table(tables.hold_releases)] == [(300, None)]
    assert "another price by then" not in operator.get(f"/holds/{hold}").text


def test_a_release_from_a_page_of_the_release_before_goes_by_the_price_of_its_moment(
    operator: Browser, rows: Rows, table: ReadTable
) -> None:
    hold = prices(rows)
    operator.get(f"/holds/{hold}")
    operator.post(f"/holds/{hold}/release-listings", listing="1")
    wrong = operator.post(f"/holds/{hold}/release-listings", listing="1:much")

    assert (shown(table), wrong.status_code) == ([(1, 300)], 422)


def test_prices_are_ticked_too_and_the_question_says_what_happens(operator: Browser, rows: Rows) -> None:
    tom = rows.user("tom")
    hold = rows.hold(rows.run(1), user_id=tom, kind=HoldKind.PRICES, reason=TooManyPrices(1, 9))
    rows.listing(tom, rows.source("x1"), "TOM-1", hold_id=hold)
    page = operator.get(f"/holds/{hold}").text

    assert ticks(page) == ["1:0"]
    assert "The prices of the ticked listings will change; the others wait on. Release them?" in page


def ticks(page: str) -> list[str]:
    return re.findall(r'<input type="checkbox" name="listing" value="(\d+(?::\d+)?)"', page)
