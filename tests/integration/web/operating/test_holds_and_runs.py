"""The operator's pages of holds and runs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table, update
from tests.integration.web.conftest import Deeds
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser

from mercarich_contracts.market import RouteName
from mercarich_db import tables
from mercarich_db.types import AnyRow
from mercarich_reasons.holds import NoCanaryVouches, TooManyAbsent, TooManyFalls, TooManyPrices
from mercarich_reasons.runs import ItemsSetAside, LeftToWatch, SecondLookWaits
from mercarich_runs.domain.brake import BY_PRICE, HoldKind
from mercarich_web.runs.holds import KINDS_BY_PRICE
from mercarich_web.words import WORDS

ReadTable = Callable[[Table], list[AnyRow]]


@pytest.fixture
def hold(rows: Rows) -> int:
    """A hold that keeps up one listing of Tom."""
    source = rows.source("x1", state="sold")
    hold = rows.hold(
        rows.run(1, outcome="running", phase="held"), reason="30 of 60 checked listings would be withdrawn at once"
    )
    rows.listing(rows.user("tom"), source, "TOM-1", title="A camera", hold_id=hold)
    return hold


def test_an_open_hold_shows_what_waits_for_it(operator: Browser, hold: int) -> None:
    assert "1 listing of many sellers" in operator.get("/holds").text
    page = operator.get(f"/holds/{hold}").text

    assert "A camera" in page
    assert "30 of 60" in page


def test_a_hold_shows_five_sources_at_random_with_their_evidence(operator: Browser, rows: Rows) -> None:
    hold, seller = rows.hold(rows.run(1), kind=HoldKind.ABSENCES, reason=TooManyAbsent(40, 200)), rows.user("tom")
    for number in range(40):
        source = rows.source(f"x12000000{number:02}", state="gone", reason="not_found")
        found = rows.evidence(source, state="gone", reason="not_found", http_status=404, extract=f"missing-{number:02}")
        rows.change(update(tables.source_items).where(tables.source_items.c.id == source).values(evidence_id=found))
        rows.listing(seller, source, f"TOM-{number}", hold_id=hold)
    pages = [operator.get(f"/holds/{hold}").text for _ in range(6)]
    drawn = [frozenset(re.findall(r"missing-\d\d", page)) for page in pages]

    assert {len(five) for five in drawn} == {5}
    assert len(set(drawn)) > 1
    assert "40 of 200 checked sources would be missing at once" in pages[0]
    assert pages[0].count("HTTP 404 · https://auctions.example/x1") == 5
    link = r'href="https://auctions.yahoo.co.jp/jp/auction/x12000000\d\d" rel="noreferrer">'
    assert len(re.findall(f"{link}Item", pages[0])) == 5
    assert len(re.findall(f"{link}x12000000", pages[0])) == 40


@pytest.mark.parametrize(
    ("language", "where", "why"),
    [
        ("en", "Mercari (Mercari Shops)", "no canary shows that the answers for Mercari Shops can be trusted"),
        ("ja", "メルカリ (メルカリShops)", "メルカリShopsの応答を信頼できることを示す、動作確認用の商品がありません"),
    ],
)
def test_the_hold_of_a_route_names_it_in_either_language(
    operator: Browser, rows: Rows, language: str, where: str, why: str
) -> None:
    route = RouteName.MERCARI_SHOPS
    hold = rows.hold(
        rows.run(1), marketplace="mercari", kind=HoldKind.UNVOUCHED, route=route, reason=NoCanaryVouches(route)
    )
    rows.change(update(tables.logins).values(language=language))

    pages = [operator.get("/holds").text, operator.get(f"/holds/{hold}").text]

    assert where in pages[0]
    assert all(why in page for page in pages)


def test_a_run_tells_which_routes_it_does_not_believe(operator: Browser, rows: Rows) -> None:
    run = rows.run(1, marketplace="mercari", doubts='{"mercari-shops": "wrong", "mercari-seller": "unvouched"}')

    page = operator.get(f"/runs/{run}").text

    for route, doubt in (("Mercari Shops", "canaries are wrong"), ("sellers&#39; lists", "no canary on sale")):
        assert f"<dt>{route}</dt><dd>{doubt}</dd>" in page


def test_each_kind_of_hold_says_how_it_ends() -> None:
    assert set(WORDS.HOLD_ENDS) == set(HoldKind), "write it into runs.words.HOLD_ENDS"


def test_a_hold_is_released_once_and_audited(operator: Browser, hold: int, deeds: Deeds, table: ReadTable) -> None:
    operator.get("/holds")
    answers = [operator.post(f"/holds/{hold}/release") for _ in range(2)]

    assert [answer.headers["location"] for answer in answers] == [f"/holds/{hold}"] * 2
    assert [row.released_by for row in table(tables.holds)] == ["ohta"]
    assert deeds() == [("hold_released", "ohta", str(hold), None)]


@pytest.mark.parametrize("path", ["/holds/77", "/runs/77", "/runs/77/progress"])
def test_what_is_not_there_is_not_found(operator: Browser, path: str) -> None:
    assert operator.get(path).status_code == 404


def test_closed_holds_come_by_pages(operator: Browser, rows: Rows) -> None:
    run = rows.run(1)
    for _ in range(31):
        rows.hold(run, released_at=ago(minutes=2), applied_at=ago(minutes=1))
    first = operator.get("/holds").text
    second = operator.get("/holds?below=2").text

    assert first.count("row-link") == 30
    assert 'href="/holds?below=2"' in first
    assert second.count("row-link") == 1


def test_runs_come_by_pages_and_by_kind(operator: Browser, rows: Rows) -> None:
    for number in range(33):
        rows.run(number, operation="update" if number % 3 == 0 else "check")
    first = operator.get("/runs").text

    assert first.count("row-link") == 30
    assert 'href="/runs?below=4"' in first
    assert operator.get("/runs?below=4").text.count("row-link") == 3
    assert operator.get("/runs?operation=update&market=yahoo").text.count("row-link") == 11
    assert operator.get("/runs?market=mercari").text.count("row-link") == 0
    assert operator.get("/runs?market=nowhere").status_code == 422


def test_the_newest_run_of_each_kind_is_asked_for_again_while_it_runs(operator: Browser, rows: Rows) -> None:
    run = rows.run(5, outcome="running", phase="checking", planned=200, checked=50)
    head = update(tables.run_heads).where(tables.run_heads.c.operation == "check")
    rows.change(head.where(tables.run_heads.c.marketplace == "yahoo").values(generation=5, run_id=run))
    running = operator.get("/runs/heads").text
    rows.change(update(tables.runs).values(outcome="finished"))
    ended = operator.get("/runs/heads").text

    assert 'value="25"' in running
    assert "every 3s" in running
    assert "every 3s" not in ended


def test_a_run_whose_planner_is_silent_is_told_on_each_page(operator: Browser, rows: Rows) -> None:
    at_work = {"outcome": "running", "phase": "checking", "ended_at": None}
    silent = rows.run(1, **at_work, heartbeat_at=ago(minutes=2), request_key="check/yahoo/a-start")
    newest = tables.run_heads.update().where(tables.run_heads.c.operation == "check")
    rows.change(newest.where(tables.run_heads.c.marketplace == "yahoo").values(run_id=silent))
    paths = ("/runs", "/runs/heads", f"/runs/{silent}")
    for path in paths:
        assert "no sign of life" in operator.get(path).text, path
    assert "goes on with it within two minutes" in operator.get(paths[-1]).text

    rows.change(tables.runs.update().values(heartbeat_at=ago(seconds=60)))

    for path in paths:
        assert "no sign of life" not in operator.get(path).text, path


def test_a_run_is_shown_in_full(operator: Browser, rows: Rows) -> None:
    run = rows.run(5, planned=200, checked=199, fallen=12, withdrawn=7, note="the proxy was away", outcome="failed")
    rows.add(tables.run_sellers, run_id=run, user_id=rows.user("tom"), planned=20, seen=20, checked=20, fallen=12)
    page = operator.get(f"/runs/{run}").text

    assert "the proxy was away" in page
    assert "60.0 %" in page
    assert "max_workers" in page


@pytest.mark.parametrize(("outcome", "tone"), [("finished", "info"), ("superseded", "warn"), ("failed", "bad")])
def test_what_a_finished_run_left_to_the_watch_is_no_warning(
    operator: Browser, rows: Rows, outcome: str, tone: str
) -> None:
    run = rows.run(5, note=LeftToWatch(), outcome=outcome)

    assert f'class="note {tone}"' in operator.get(f"/runs/{run}").text


def test_a_run_that_ended_without_some_items_says_so(operator: Browser, rows: Rows) -> None:
    run = rows.run(5, note=ItemsSetAside(3), set_aside=3)
    told = operator.get(f"/runs/{run}").text

    assert 'class="note warn"' in told
    assert "set aside: 3" in told


@pytest.mark.parametrize(("language", "name"), [("en", "Looks all day, beside the runs"), ("ja", "常時確認")])
def test_windows_of_the_watch_have_a_list_of_their_own(operator: Browser, rows: Rows, language: str, name: str) -> None:
    check = rows.run(1)
    window = rows.run(0, operation="watch", outcome="running", phase="checking", planned=40, checked=7)
    operator.client.cookies.set("language", language)
    of_runs, of_the_watch = operator.get("/runs").text, operator.get("/runs?operation=watch").text

    assert (f"#{check} " in of_runs, f"#{window} " in of_runs) == (True, False)
    assert (f"#{check} " in of_the_watch, f"#{window} {name}" in of_the_watch) == (False, True)
    assert "7" in operator.get(f"/runs/{window}").text


def test_all_that_waits_for_a_hold_comes_by_pages_each_with_a_link_to_its_source(
    operator: Browser, rows: Rows, hold: int
) -> None:
    tim = rows.add(tables.users, username="tim", plan=2, active=True, is_staff=False, created_at=ago(days=9))
    for number in range(70):
        rows.listing(tim, rows.source(f"x3000000{number:02}", state="sold"), f"TIM-{number:02}", hold_id=hold)
    path, seen, pages = f"/holds/{hold}", [], 0
    while path:
        page = operator.get(path.partition("#")[0]).text
        seen += re.findall(r'href="https://auctions.yahoo.co.jp/jp/auction/(x3000000\d\d)" rel="noreferrer">x3', page)
        following = re.search(r'href="(/holds/\d+\?above=\d+#waits)"', page)
        path, pages = (following[1] if following else ""), pages + 1

    assert seen == [f"x3000000{number:02}" for number in range(70)]
    assert pages == 2


def test_a_hold_tells_how_its_run_stands_now_and_when_the_second_look_comes(operator: Browser, rows: Rows) -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    tokyo = at.astimezone(ZoneInfo("Asia/Tokyo"))
    run = rows.run(1, outcome="running", phase="confirming", note=SecondLookWaits(12, at))
    tom, tim = (
        rows.user("tom"),
        rows.add(tables.users, username="tim", plan=2, active=True, is_staff=False, created_at=ago(days=9)),
    )
    for user_id, checked, fallen in ((tom, 1_200, 400), (tim, 800, 3)):
        counts = {"planned": 0, "checked": checked, "fallen": fallen}
        rows.add(tables.run_sellers, run_id=run, user_id=user_id, **counts)
    of_tom, of_all = rows.hold(run, user_id=tom, reason=TooManyFalls(47, 140)), rows.hold(run)
    rows.listing(tom, rows.source("x1", state="sold"), "TOM-1", hold_id=of_tom)
    operator.client.cookies.set("language", "ja")
    pages = [operator.get(f"/holds/{hold}").text for hold in (of_tom, of_all)]

    assert "確認済み1,200件のうち400件が取り下げ対象" in pages[0]
    assert "1件が待機中" in pages[0]
    assert "確認済み2,000件のうち403件が取り下げ対象" in pages[1]
    assert f"再確認：{tokyo.month}/{tokyo.day} {tokyo:%H:%M}" in pages[0]


def test_the_kinds_by_price_are_those_of_the_brake() -> None:
    assert set(KINDS_BY_PRICE) == BY_PRICE


def test_a_hold_for_prices_tells_each_new_price_with_its_figures_and_promises_no_second_look(
    operator: Browser, rows: Rows
) -> None:
    tom = rows.user("tom")
    for key, value in {"REPRICING": "follow", "CREATE_PROFIT_PERCENT": "20", "REVIVAL_FEE_PERCENT": "10"}.items():
        rows.add(tables.seller_settings, user_id=tom, key=key, value=value, updated_at=ago(days=1), updated_by="tom")
    hold = rows.hold(rows.run(1), user_id=tom, kind=HoldKind.PRICES, reason=TooManyPrices(2, 40))
    bounds = {"offer_price_jpy": 5000, "least_price_jpy": 100, "most_price_jpy": 9000, "hold_id": hold}
    rows.listing(tom, rows.source("x1", price_jpy=210, postage_jpy=0), "CHEAP-1", held_at=ago(minutes=5), **bounds)
    rows.listing(tom, rows.source("x2", price_jpy=None, postage_jpy=0), "UNKNOWN-1", held_at=ago(minutes=5), **bounds)

    listed, page = operator.get("/holds").text, " ".join(operator.get(f"/holds/{hold}").text.split())

    for told in (listed, page):
        assert f"2 prices will change. Release hold {hold}?" in told
        assert "withdrawn. Release" not in told
    assert "<dt>Second look</dt><dd>none: a person decides</dd>" in page
    cheap, unknown = page.split(">CHEAP-1</span> ·")[1].split(">UNKNOWN-1</span> ·")
    assert ">¥5,000</td>" in cheap
    assert '<b>¥300</b> <span class="sub">-94 %</span>' in cheap
    assert "from 5,000 yen to 300 yen, the profit that you want: source 210 yen + postage 0 yen" in cheap
    assert "its price stays as it is" in unknown.split("</tr>")[0]
