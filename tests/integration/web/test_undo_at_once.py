"""What was taken down by mistake a moment ago is put back at once, and a page follows it to Amazon."""

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import by_sku, events, signed_in
from tests.integration.web.site import Browser
from tests.integration.web.test_killed_pages import until

from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.watch_sql import SqlWatched
from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import ListingsChanged
from mercarich_contracts.topics import LISTINGS_CHANGED, TOPICS
from mercarich_db.engine import reading
from mercarich_db.tables import listing_events, listings, source_items
from mercarich_platform.clock import utc_now
from mercarich_platform.kafka import ensure_topics, read_topics
from mercarich_reasons.push import AmazonRefused, OrderedAtAmazon
from mercarich_reasons.stock import ByHand, PutBack
from mercarich_runs.ports import Operation, Request
from mercarich_web.listings.pages.progress import MANY, PATH
from mercarich_web.listings.progress import Progress
from mercarich_web.listings.sql.progress import SqlProgress

_offers, _sources = listings.c, source_items.c


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows, kafka_bootstrap: str, ann_id: int) -> Iterator[Browser]:
    """Her offers are up; their sources were last seen an hour ago, but those of NOW, OLD and NEVER."""
    ensure_topics(kafka_bootstrap, TOPICS)
    seen = {"NOW": ago(minutes=2), "HOUR": ago(hours=1), "OLD": ago(hours=16), "NEVER": None}
    for name, at in seen.items():
        source = rows.source(f"x{name}", observed_at=at, checked_at=at, look_class=7)
        rows.listing(ann_id, source, name)
    with signed_in(database_url, engine, ann_id, "ann", kafka_bootstrap) as browser:
        yield browser


def taken_down(ann: Browser, engine: Engine, **choice: object) -> datetime:
    """Withdraw by hand, and return the time of the action."""
    assert ann.post("/listings/apply", action="withdraw", **(choice or {"everything": "true"})).status_code == 303
    at: datetime = next(one for one in reversed(events(engine)) if one.kind == "withdrawn").at
    return at


def undo(ann: Browser, at: datetime, back: str = "/listings") -> httpx.Response:
    return ann.post("/listings/undo", at=at.isoformat(), back=back)


def look_classes(engine: Engine) -> dict[str, int | None]:
    with reading(engine) as connection:
        rows = connection.execute(select(_sources.item_id, _sources.look_class))
        return {row.item_id.removeprefix("x"): row.look_class for row in rows}


def test_what_was_seen_lately_goes_up_at_once(ann: Browser, engine: Engine) -> None:
    at = taken_down(ann, engine)
    undo(ann, at)
    after = by_sku(engine)

    assert {name: (row.quantity, row.revision) for name, row in after.items()} == dict.fromkeys(after, (1, 3))
    assert {name for name, row in after.items() if row.restored_at is None} == {"NOW", "HOUR"}
    assert set(look_classes(engine).values()) == {7}, "each keeps its turn"
    told = {one.listing_id: one.reason for one in events(engine) if one.kind == "restored"}
    assert told == {row.id: (ByHand if name in ("OLD", "NEVER") else PutBack)("ann") for name, row in after.items()}


def test_after_a_quarter_of_an_hour_each_source_is_looked_at_first(ann: Browser, engine: Engine, rows: Rows) -> None:
    taken_down(ann, engine)
    then = utc_now() - timedelta(minutes=16)
    rows.change(update(listing_events).values(at=then))
    rows.change(update(listings).values(withdrawn_at=then, changed_at=then))
    undo(ann, then)

    assert {row.quantity for row in by_sku(engine).values()} == {1}
    assert None not in {row.restored_at for row in by_sku(engine).values()}


def test_the_watch_looks_at_what_it_has_left_in_between(ann: Browser, engine: Engine) -> None:
    at = taken_down(ann, engine)
    of_yahoo = Request(Marketplace.YAHOO, plans=(), dual_boot=True)
    window = SqlRuns(engine, Operation.WATCH).start(of_yahoo, "w", utc_now())
    SqlWatched(engine).take(window, 30, (), utc_now())
    left = look_classes(engine)
    undo(ann, at)

    assert set(left.values()) == {None}
    assert {name: look_classes(engine)[name] for name in ("NOW", "HOUR")} == dict.fromkeys(("NOW", "HOUR"), FIRST_LOOK)


@pytest.mark.parametrize(("seen_since", "looked_at_first"), [(False, True), (True, False)])
def test_a_look_that_the_offer_waited_for_is_still_owed(
    ann: Browser, engine: Engine, rows: Rows, seen_since: bool, looked_at_first: bool
) -> None:
    """It went up by hand an hour after its source was last seen, and came down again before a look."""
    offer = by_sku(engine)["HOUR"].id
    rows.change(update(listings).where(_offers.id == offer).values(quantity=0, withdrawn_at=ago(hours=2)))
    ann.post("/listings/apply", action="put_up", listing=[offer])
    if seen_since:
        rows.change(update(source_items).where(_sources.item_id == "xHOUR").values(observed_at=utc_now()))
    undo(ann, taken_down(ann, engine, listing=[offer]))

    assert (by_sku(engine)["HOUR"].restored_at is not None) is looked_at_first


def test_what_a_buyer_has_ordered_since_stays_down(ann: Browser, engine: Engine, rows: Rows, ann_id: int) -> None:
    at = taken_down(ann, engine)
    reason = OrderedAtAmazon("503-1234567-1234567", 1)
    rows.event(by_sku(engine)["NOW"].id, "ordered", user_id=ann_id, at=utc_now(), reason=reason)
    undo(ann, at)

    assert {name for name, row in by_sku(engine).items() if not row.quantity} == {"NOW"}


def test_an_auction_that_has_ended_meanwhile_is_looked_at_first(ann: Browser, engine: Engine, rows: Rows) -> None:
    rows.change(update(source_items).where(_sources.item_id == "xNOW").values(end_at=ago(seconds=10)))
    rows.change(update(source_items).where(_sources.item_id == "xHOUR").values(end_at=ago(hours=-1)))
    undo(ann, taken_down(ann, engine))

    assert {name for name, row in by_sku(engine).items() if row.restored_at is None} == {"HOUR"}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_beyond_all_actions_is_refused(ann: Browser, at: str) -> None:
    asked = [ann.get(f"{PATH}?at={at}"), ann.get(f"{PATH}/part?at={at}")]
    asked.append(ann.post("/listings/undo", at=at.replace("%2B", "+")))

    assert [one.status_code for one in asked] == [422] * 3


def test_feed_is_told_at_once(ann: Browser, engine: Engine, ann_id: int, kafka_bootstrap: str) -> None:
    wanted = ListingsChanged(user_id=ann_id, restores=True)

    def told() -> int:
        """Other tests put garbage on the topic, too."""
        return [record.value for record in read_topics(kafka_bootstrap, [LISTINGS_CHANGED.name])].count(wanted.encode())

    at, before = taken_down(ann, engine), told()
    undo(ann, at)

    until(lambda: told() == before + 1)


@pytest.mark.parametrize("few", [True, False])
def test_many_changes_are_followed_on_a_page_of_their_own(
    ann: Browser, engine: Engine, rows: Rows, ann_id: int, few: bool
) -> None:
    source = rows.source("xmany")
    for number in range(MANY - (5 if few else 4)):
        rows.listing(ann_id, source, f"M-{number}")
    down = ann.post("/listings/apply", action="withdraw", everything="true", back="/listings?view=all")
    at = events(engine)[-1].at
    up = undo(ann, at, down.headers["location"])

    led = [answer.headers["location"].partition("?")[0] for answer in (down, up)]
    assert led == ["/listings" if few else PATH] * 2
    page = ann.get(up.headers["location"]).text
    if not few:
        assert f"0 of {MANY}" in page
        assert 'href="/listings?view=all"' in page
        assert f'hx-get="{PATH}/part?' in page


def test_each_change_is_counted_where_it_is(ann: Browser, engine: Engine, rows: Rows, ann_id: int) -> None:
    at = taken_down(ann, engine)
    undo(ann, at)
    [undone_at] = {one.at for one in events(engine) if one.kind == "restored"}
    progress, now = SqlProgress(engine), utc_now()
    before = progress.of(ann_id, undone_at, now)
    rows.change(update(listings).where(_offers.sku == "NOW").values(pushed_revision=3, pushed_quantity=1))
    refused = {"push_problem": AmazonRefused("no", "8541"), "push_failed_revision": 3}
    rows.change(update(listings).where(_offers.sku == "HOUR").values(**refused))
    rows.change(update(listings).where(_offers.sku == "OLD").values(revision=4))

    assert before == Progress(undone_at, arrived=0, waiting=2, unseen=2, refused=0, overtaken=0)
    assert progress.of(ann_id, undone_at, now) == Progress(undone_at, 1, 0, unseen=1, refused=1, overtaken=1)
    assert progress.of(ann_id, at, now) == Progress(at, 0, 0, 0, 0, overtaken=4), "what was never sent is not there"
    assert progress.of(ann_id + 1, undone_at, now).changed == 0
    assert progress.of(ann_id, undone_at - timedelta(seconds=1), now).changed == 0


def test_the_page_says_when_the_last_one_is_sent_and_asks_no_more_then(
    ann: Browser, engine: Engine, rows: Rows, ann_id: int
) -> None:
    source = rows.source("xmany")
    for number in range(26):
        rows.listing(ann_id, source, f"M-{number}")
    at = taken_down(ann, engine)
    address = f"{PATH}/part?at={at.isoformat().replace('+', '%2B')}"
    rows.change(update(listings).where(_offers.sku.startswith("M-1")).values(pushed_revision=2))
    some = ann.get(address).text
    rows.change(update(listings).values(pushed_revision=2))
    all_of_them = ann.get(address).text

    assert "11 of 30 changes" in some
    assert "at its pace so far" in some
    assert "hx-trigger" in some
    assert "30 of 30 changes" in all_of_them
    assert "hx-trigger" not in all_of_them
    assert "Nothing has to be sent to Amazon" in ann.get(f"{PATH}?at=2026-11-25T10:00:00%2B00:00").text


@pytest.mark.parametrize(
    ("counts", "hours", "seconds"),
    [((5, 1, 0, 0, 0), 0, 3), ((5, 0, 1, 0, 0), 0, 30), ((5, 0, 0, 1, 2), 23, 30), ((5, 1, 0, 0, 0), 25, None)],
)
def test_an_open_page_asks_as_often_as_something_can_move(
    counts: tuple[int, int, int, int, int], hours: int, seconds: int | None
) -> None:
    now = utc_now()

    assert Progress(now - timedelta(hours=hours), *counts).asks_again(now) == seconds


@pytest.mark.parametrize("length", [10, 160, 200])
def test_an_undo_is_possible_wherever_the_action_was_begun(
    ann: Browser, engine: Engine, rows: Rows, ann_id: int, length: int
) -> None:
    source = rows.source("xmany")
    for number in range(MANY):
        rows.listing(ann_id, source, f"M-{number}", title="カ" * 200)
    back = f"/listings?{urlencode({'q': 'カ' * length})}"
    down = ann.post("/listings/apply", action="withdraw", everything="true", back=back)
    page = ann.get(down.headers["location"]).text
    [undone_to] = re.findall(r'action="/listings/undo".*?name="back" value="([^"]*)"', page, re.DOTALL)
    up = undo(ann, events(engine)[-1].at, html.unescape(undone_to))

    assert up.status_code == 303
    assert up.headers["location"].startswith(PATH)


@pytest.mark.parametrize(
    ("arrived", "waiting", "minutes", "expected"),
    [(100, 50, 10, 5), (9, 50, 10, None), (100, 0, 10, None), (10, 20, 1, 2)],
)
def test_the_end_is_told_by_the_pace_so_far(arrived: int, waiting: int, minutes: int, expected: int | None) -> None:
    now = utc_now()
    progress = Progress(now - timedelta(minutes=minutes), arrived, waiting, unseen=3, refused=1, overtaken=2)

    assert progress.ends_at(now) == (None if expected is None else now + timedelta(minutes=expected))
