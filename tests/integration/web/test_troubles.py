"""The worst day: each trouble alone is named on both roles' pages, in the API, by `mercarich status` and in notices."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import groupby
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, delete, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.measures import MeasuredSystem, all_is_well
from tests.integration.web.receivers import Receiver
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_api import key_of

from mercarich_contracts.market import Marketplace
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.clock import utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.holds import TooManyUnreadable
from mercarich_reasons.push import AmazonRefused, AmazonUnreachable, ComesBack
from mercarich_reasons.troubles import WithdrawalsBehind
from mercarich_web.bootstrap import build_pages
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.overview.day import KEPT_FOR, STEP, step_of
from mercarich_web.overview.measuring import KeepDay
from mercarich_web.overview.sql import SqlDay
from mercarich_web.settings import NoticesSettings, PagesSettings
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.troubles import EXPECTED, MEASURE_EVERY, Measure, Part, touches_sellers, troubles
from mercarich_web.workers.pools_kafka import KafkaPools

ANYWHERE = PagesSettings(webhooks_anywhere=True, codes_for_operators=False)
ACCOUNT = {"seller_id": "A1", "marketplace_id": "A1VC38T7YXB528", "refresh_token": "-", "token_verdict": "valid"}
WITHDRAWN = {"quantity": 0, "revision": 2}
Trip = Callable[[MeasuredSystem, Rows, int, Clock], None]


@pytest.fixture
def ann_id(engine: Engine, rows: Rows) -> int:
    """Ann offers a source of each marketplace, which the watch looks at."""
    ann = rows.user("ann")
    let_sign_in(engine, ann, language="en")
    rows.add(tables.amazon_accounts, user_id=ann, **ACCOUNT)
    for name in Marketplace:
        source = rows.source(f"x{name}", marketplace=name, look_class=1, checked_at=ago(seconds=20))
        rows.listing(ann, source, f"ANN-{name}", marketplace=name)
        for user_id in (0, ann):
            rows.coverage(20_548, 20_000, marketplace=name, user_id=user_id)
    return ann


@pytest.fixture
def olga_id(engine: Engine, rows: Rows) -> int:
    staff = {"plan": 2, "active": True, "is_staff": True, "created_at": ago(days=9)}
    olga = rows.add(tables.users, username="olga", **staff)
    let_sign_in(engine, olga, language="en")
    return olga


@pytest.fixture
def site(shared: SharedSettings, clock: Clock, ann_id: int, olga_id: int) -> Iterator[Served]:
    with served(build_pages(shared, ANYWHERE, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


@pytest.fixture
def olga(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("olga")
    return one


@pytest.fixture
def system(engine: Engine, clock: Clock, rows: Rows, ann_id: int) -> MeasuredSystem:
    """All is well, and was measured."""
    heard(rows, clock)
    one = MeasuredSystem(engine, clock)
    one.measure()
    return one


@pytest.fixture
def receivers(rows: Rows, ann_id: int, olga_id: int) -> Iterator[dict[str, Receiver]]:
    """Of webhooks: Ann's and Olga's."""
    with Receiver() as of_ann, Receiver() as of_olga:
        for user_id, one in ((ann_id, of_ann), (olga_id, of_olga)):
            kinds = {"kinds_by_mail": "", "kinds_by_webhook": ""}
            rows.add(tables.notice_ways, user_id=user_id, webhook_url=one.url, webhook_salt="ab", **kinds)
        yield {"ann": of_ann, "olga": of_olga}


@pytest.fixture
def worker(shared: SharedSettings, site: Served, clock: Clock) -> Iterator[NoticeWorker]:
    one = build_notices(shared, ANYWHERE, NoticesSettings(), clock)
    yield one
    one.close()


def heard(rows: Rows, clock: Clock) -> None:
    """The operator gives a sign."""
    numbers = dict.fromkeys(("wanted_min", "wanted_max", "min", "max", "current", "desired", "ready", "backlog"), 1)
    row = {"settings_key": "FEED_WORKER", "mode": "auto", "reasons": "", "lag": 0, "revision": 1} | numbers
    rows.change(delete(tables.pool_status))
    rows.add(tables.pool_status, pool="feed", **row, seen_at=clock())


def run_held(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    rows.run(1, marketplace="mercari", outcome="running", phase="held", note=TooManyUnreadable())


def blocked(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    system.proxies.phases["mercari"] = "open"


def probing(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    system.proxies.phases["mercari"] = "half_open"


def no_proxy(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    system.proxies.phases["mercari"] = None


def paused(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    rows.add(tables.settings, key="MARKETPLACE_MERCARI", value="paused", updated_at=clock(), updated_by="olga")


def unseen(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    run = rows.run(1, marketplace="mercari", outcome="running", phase="checking", started_at=ago(hours=1))
    mercari = tables.source_items.c.marketplace == "mercari"
    rows.change(update(tables.source_items).where(mercari).values(check_run=run, checked_at=ago(minutes=40)))


def behind(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    rows.listing(ann, rows.source("x9", state="sold"), "LATE", **WITHDRAWN, changed_at=ago(minutes=40))


def no_broker(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    system.kafka.is_away = True


def slow(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    system.seconds.each = 2.5


def silent(system: MeasuredSystem, rows: Rows, ann: int, clock: Clock) -> None:
    rows.change(update(tables.pool_status).values(seen_at=clock() - timedelta(seconds=50)))


TRIPS: dict[str, tuple[Trip, str]] = {
    "run_held": (run_held, "Checks of Mercari are held: what it shows cannot be believed at present"),
    "calls_stopped": (blocked, "Mercari cannot be checked: it blocks our calls or does not serve them"),
    "proxy_silent": (no_proxy, "Mercari cannot be checked: its proxy does not respond"),
    "checks_paused": (paused, "Checks of Mercari are paused by an operator"),
    "looks_overdue": (unseen, "No source at Mercari was seen for too long"),
    "withdrawals_behind": (behind, "Withdrawals reach Amazon too late (1 are waiting)"),
    "broker_unreachable": (no_broker, "The message broker cannot be reached: no work gets to the workers"),
    "database_slow": (slow, "The database is slow: 2.5 s for a short query"),
    "operator_silent": (silent, "Nobody looks after the worker pools"),
}
OF_SELLERS = {"withdrawals_behind": "Withdrawals reach Amazon too late"}
"""What sellers are told where it is not what operators are told."""
CALM = {"ann": "Nothing needs you. Everything runs automatically.", "olga": "Everything was measured and works"}


def test_when_all_is_well_both_home_pages_and_the_badge_say_so(
    system: MeasuredSystem, ann: Browser, olga: Browser
) -> None:
    pages = {"ann": ann.get("/").text, "olga": olga.get("/").text}

    assert [name for name, page in pages.items() if CALM[name] not in page or "data-trouble" in page] == []
    assert "data-trouble" not in ann.get("/troubles").text
    assert CALM["olga"] in olga.get("/troubles").text
    assert olga.get("/markets").text.count(">runs<") == 2


@pytest.mark.parametrize("code", TRIPS)
def test_each_trouble_alone_is_on_both_home_pages_within_a_minute(
    system: MeasuredSystem, rows: Rows, ann: Browser, olga: Browser, ann_id: int, clock: Clock, code: str
) -> None:
    trip, text = TRIPS[code]
    trip(system, rows, ann_id, clock)
    clock.move(seconds=MEASURE_EVERY.total_seconds())
    system.measure()

    for browser, calm, told in ((ann, CALM["ann"], OF_SELLERS.get(code, text)), (olga, CALM["olga"], text)):
        for path in ("/", "/troubles"):
            page = browser.get(path).text
            assert page.count("data-trouble=") == page.count(f'data-trouble="{code}"') == 1, path
            assert told in page
            assert calm not in page
    badge = olga.get("/markets/mercari/state").text
    assert (">runs<" in badge) == (
        code in {"withdrawals_behind", "broker_unreachable", "database_slow", "operator_silent"}
    )
    assert ">runs<" in olga.get("/markets/yahoo/state").text


@pytest.mark.parametrize("code", TRIPS)
def test_each_trouble_alone_is_in_the_api_and_in_the_status_as_on_the_pages(
    system: MeasuredSystem,
    rows: Rows,
    site: Served,
    ann: Browser,
    ann_id: int,
    clock: Clock,
    mercarich: Mercarich,
    code: str,
) -> None:
    trip, text = TRIPS[code]
    trip(system, rows, ann_id, clock)
    system.measure()
    program = site.browser()
    program.client.headers["Authorization"] = f"Bearer {key_of(ann, 'listings:read')}"
    told = program.get("/api/v1/status").json()
    status = mercarich.json("status")["troubles"]

    assert not told["is_calm"]
    assert [(one["reason_code"], one["text"]) for one in told["troubles"]] == [(code, OF_SELLERS.get(code, text))]
    assert [one["reason_code"] for one in status] == [code]
    assert text in " ".join(mercarich.page("status").split())


@pytest.mark.parametrize("code", TRIPS)
def test_each_trouble_alone_is_told_to_who_is_away_within_two_minutes_and_that_it_is_over(
    system: MeasuredSystem,
    rows: Rows,
    ann_id: int,
    clock: Clock,
    worker: NoticeWorker,
    receivers: dict[str, Receiver],
    engine: Engine,
    code: str,
) -> None:
    trip, text = TRIPS[code]
    began = clock()
    trip(system, rows, ann_id, clock)
    while not receivers["olga"].calls and clock() - began < timedelta(minutes=3):
        clock.move(seconds=10)
        if code != "operator_silent":
            heard(rows, clock)
        system.measure()
        _tell(worker)
    took = clock() - began
    [trouble] = troubles(SqlMeasures(engine).last(), clock())

    told = {name: [call.json["notice"]["text"] for call in one.calls] for name, one in receivers.items()}
    assert took <= timedelta(minutes=2)
    assert told == {"olga": [text], "ann": [OF_SELLERS.get(code, text)] if touches_sellers(trouble) else []}


def test_what_is_over_is_told_once_and_what_comes_back_soon_is_not(
    system: MeasuredSystem, rows: Rows, clock: Clock, worker: NoticeWorker, receivers: dict[str, Receiver]
) -> None:
    for phase in ("open", "half_open", "closed", "open", "closed"):
        system.proxies.phases["mercari"] = phase
        for _ in range(5):
            clock.move(seconds=10)
            heard(rows, clock)
            system.measure()
            _tell(worker)

    for one in receivers.values():
        told = [(call.json["event"], call.json["notice"]["reason_code"]) for call in one.calls]
        assert told == [("notice.opened", "calls_stopped"), ("notice.closed", "calls_stopped")]


def test_the_breaker_of_a_proxy_that_probes_is_open_since_it_opened(
    system: MeasuredSystem, rows: Rows, ann: Browser, engine: Engine, clock: Clock, ann_id: int
) -> None:
    blocked(system, rows, ann_id, clock)
    clock.move(seconds=10)
    began = clock()
    system.measure()
    probing(system, rows, ann_id, clock)
    clock.move(seconds=20)
    system.measure()
    [found] = troubles(SqlMeasures(engine).last(), clock())

    assert found.since == began
    assert "for 20 s" in ann.get("/").text


def test_what_nobody_measures_is_not_calm_and_a_trouble_stays_one(
    system: MeasuredSystem,
    rows: Rows,
    ann: Browser,
    olga: Browser,
    ann_id: int,
    clock: Clock,
    worker: NoticeWorker,
    receivers: dict[str, Receiver],
) -> None:
    blocked(system, rows, ann_id, clock)
    system.measure()
    clock.move(minutes=1)
    _tell(worker)
    page = olga.get("/").text

    for code in ("calls_stopped", "state_unknown"):
        assert f'data-trouble="{code}"' in page
        assert f'data-trouble="{code}"' in ann.get("/").text
    assert ">not known<" in olga.get("/markets/yahoo/state").text
    codes = [[call.json["notice"]["reason_code"] for call in receivers[name].calls] for name in ("ann", "olga")]
    assert codes == [["calls_stopped"], ["calls_stopped", "state_unknown"]]


def test_a_seller_without_sources_there_is_not_told_of_a_marketplace(
    system: MeasuredSystem,
    rows: Rows,
    ann_id: int,
    clock: Clock,
    worker: NoticeWorker,
    receivers: dict[str, Receiver],
) -> None:
    of_ann = (tables.coverages.c.user_id == ann_id, tables.coverages.c.marketplace == "mercari")
    rows.change(delete(tables.coverages).where(*of_ann))
    blocked(system, rows, ann_id, clock)
    for _ in range(5):
        clock.move(seconds=10)
        heard(rows, clock)
        system.measure()
        _tell(worker)

    assert [[call.json["notice"]["text"] for call in receivers[name].calls] for name in ("ann", "olga")] == [
        [],
        [TRIPS["calls_stopped"][1]],
    ]


def test_withdrawals_of_who_is_refused_by_amazon_are_not_behind(
    system: MeasuredSystem, rows: Rows, ann_id: int, clock: Clock, engine: Engine
) -> None:
    """Amazon takes none of them, and the seller is told so."""
    behind(system, rows, ann_id, clock)
    rows.change(update(tables.amazon_accounts).values(token_verdict="invalid"))
    system.measure()

    assert troubles(SqlMeasures(engine).last(), clock()) == []


def test_how_many_withdrawals_of_all_sellers_wait_is_told_to_operators_alone(
    system: MeasuredSystem,
    rows: Rows,
    ann: Browser,
    olga: Browser,
    ann_id: int,
    clock: Clock,
    worker: NoticeWorker,
    engine: Engine,
) -> None:
    """While the number changes, the notices of the sellers stay as they are."""
    source, stored = rows.source("x9", state="sold"), []
    for number in range(2):
        rows.listing(ann_id, source, f"LATE-{number}", **WITHDRAWN, changed_at=ago(minutes=40))
        system.measure()
        worker.keep_outages()
        with reading(engine) as connection:
            stored.append({row.user_id: row.reason for row in connection.execute(select(tables.notices))})
    pages = {browser: [browser.get(path).text for path in ("/", "/troubles", "/notices")] for browser in (ann, olga)}

    assert [found.pop(ann_id) for found in stored] == [WithdrawalsBehind()] * 2
    assert [list(found.values()) for found in stored] == [[WithdrawalsBehind(1)], [WithdrawalsBehind(2)]]
    assert ["Withdrawals reach Amazon too late" in page for page in pages[ann]] == [True] * 3
    assert ["are waiting" in page for page in pages[ann]] == [False] * 3
    assert ["(2 are waiting)" in page for page in pages[olga]] == [True] * 3


REFUSED = {"push_problem": AmazonRefused("無効", "8541"), "push_failed_revision": 2}
COMES_BACK = {"push_problem": ComesBack(1), "push_failed_revision": 2, "differs_since": ago(minutes=40)}
OF_BEFORE = {"push_problem": AmazonRefused("無効", "8541"), "push_failed_revision": 1}
UNREACHABLE = {"push_problem": AmazonUnreachable("HTTP 503"), "push_failed_revision": 2}


@pytest.mark.parametrize(
    ("problem", "codes"),
    [(REFUSED, []), (COMES_BACK, []), (OF_BEFORE, ["withdrawals_behind"]), (UNREACHABLE, ["withdrawals_behind"])],
    ids=["refused", "comes_back", "refused_before", "unreachable"],
)
def test_one_sku_that_amazon_refuses_or_a_program_raises_again_is_no_trouble_of_the_system(
    system: MeasuredSystem, rows: Rows, clock: Clock, engine: Engine, problem: dict[str, object], codes: list[str]
) -> None:
    bob = rows.user("bob")
    rows.add(tables.amazon_accounts, user_id=bob, **{**ACCOUNT, "seller_id": "B1"})
    rows.listing(bob, rows.source("x9", state="sold"), "BOB", **WITHDRAWN, **problem, changed_at=ago(minutes=40))
    system.measure()

    assert [one.code for one in troubles(SqlMeasures(engine).last(), clock())] == codes


def test_the_page_says_when_sources_in_trouble_were_last_seen_and_that_nothing_is_guessed(
    system: MeasuredSystem, rows: Rows, ann: Browser, olga: Browser, ann_id: int, clock: Clock
) -> None:
    blocked(system, rows, ann_id, clock)
    system.measure()

    for browser in (ann, olga):
        page = browser.get("/troubles").text
        assert "Sources on sale: 20,548." in page
        assert "Half of the sources were seen within 2.5 h, 95% within 9.0 h, the oldest 20.0 h ago." in page
        assert "Nothing is taken down on a guess: offers stay as they are." in page
        assert "checks go on by themselves when one succeeds" in page
        assert "Yahoo! Auctions</b>" not in page


def test_an_operator_reads_notices_on_their_page(
    system: MeasuredSystem, rows: Rows, olga: Browser, ann_id: int, clock: Clock, worker: NoticeWorker, engine: Engine
) -> None:
    blocked(system, rows, ann_id, clock)
    system.measure()
    clock.move(seconds=40)
    _tell(worker)
    shown = olga.get("/notices").text
    olga.post("/notices/read")
    with reading(engine) as connection:
        unread = connection.execute(select(tables.notices).where(tables.notices.c.read_at.is_(None))).all()

    assert "Mercari cannot be checked: it blocks our calls" in shown
    assert {row.user_id for row in unread} == {ann_id}


def _tell(worker: NoticeWorker) -> None:
    worker.keep_outages()
    while worker.send():
        pass


def test_a_source_that_nobody_ever_looks_at_is_a_trouble_in_the_end(
    system: MeasuredSystem, rows: Rows, clock: Clock, engine: Engine
) -> None:
    rows.change(update(tables.source_items).values(checked_at=None))
    found = []
    for hours in (14, 2):
        heard(rows, clock)
        system.measure()
        clock.move(hours=hours)
        heard(rows, clock)
        system.measure()
        found.append([one.code for one in troubles(SqlMeasures(engine).last(), clock())])

    assert found == [[], ["looks_overdue", "looks_overdue"]]


def test_a_sample_is_kept_for_each_step_whoever_measures_and_old_ones_go(
    system: MeasuredSystem, rows: Rows, ann_id: int, olga: Browser, clock: Clock, engine: Engine
) -> None:
    rows.change(update(tables.source_items).values(checked_at=ago(hours=2)))
    clock.at = step_of(clock()) + timedelta(seconds=1)
    seen = clock() - timedelta(minutes=2)
    for number in range(20):
        rows.source(f"y{number}", checked_at=seen if number < 15 else seen - STEP)
    rows.add(tables.system_samples, at=clock() - KEPT_FOR - STEP, marketplace="yahoo", looks=1, push_seconds=0)
    behind(system, rows, ann_id, clock)
    for replica in (KeepDay(SqlDay(engine), KafkaPools("127.0.0.1:9"), clock) for _ in range(2)):
        replica(system.measure())
    of_yahoo = [one for one in SqlDay(engine).since(clock() - 2 * KEPT_FOR) if one.marketplace == "yahoo"]
    page = olga.get("/overview/day").text

    assert [(one.at, one.looks, one.lag) for one in of_yahoo] == [(step_of(clock()), 15, None)]
    assert 2_400 - STEP.total_seconds() <= of_yahoo[0].push_seconds <= 2_400
    assert of_yahoo[0].oldest_seconds is not None
    assert page.count("<polyline") == 2 + 2 + 2 + 1, "no line where nothing is known: the broker is away"
    assert "The last 24 hours" in page


def test_a_measure_that_comes_late_does_not_replace_a_newer_one(
    system: MeasuredSystem, rows: Rows, ann_id: int, clock: Clock, engine: Engine
) -> None:
    """One replica of the pages has read that the breaker is closed, and stores it only after another one."""
    early = Measure(Part.BREAKER, "mercari", "closed", clock(), clock())
    clock.move(seconds=10)
    began = clock()
    blocked(system, rows, ann_id, clock)
    system.measure()
    SqlMeasures(engine).keep([early])
    clock.move(seconds=10)
    system.measure()
    [found] = troubles(SqlMeasures(engine).last(), clock())

    assert (found.code, found.since) == ("calls_stopped", began)


def test_a_measure_by_a_clock_that_was_wrong_is_replaced(system: MeasuredSystem, clock: Clock, engine: Engine) -> None:
    all_is_well(engine, clock() + timedelta(days=2))
    before = [one.code for one in troubles(SqlMeasures(engine).last(), clock())]
    MeasuredSystem(engine, clock).measure()

    assert before == ["state_unknown"]
    assert troubles(SqlMeasures(engine).last(), clock()) == []


def test_two_replicas_of_the_pages_that_see_different_things_do_not_contradict_each_other(
    system: MeasuredSystem, rows: Rows, clock: Clock, engine: Engine
) -> None:
    """The other one does not reach a proxy. It measures only when the one that does is gone."""
    other = MeasuredSystem(engine, clock)
    other.proxies.phases["mercari"] = None
    found = []
    for is_there in [True] * 6 + [False] * 6:
        clock.move(seconds=5)
        heard(rows, clock)
        other.measure()
        clock.move(seconds=5)
        if is_there:
            system.measure()
        found.append([one.code for one in troubles(SqlMeasures(engine).last(), clock())])
    clock.move(seconds=5)
    system.measure()
    last = [one.code for one in troubles(SqlMeasures(engine).last(), clock())]

    assert found[:6] == [[]] * 6
    assert [codes for codes, _ in groupby(found)] == [[], ["proxy_silent"]], "never unknown"
    assert last == ["proxy_silent"]


def test_the_process_of_the_pages_measures_by_itself(shared: SharedSettings, engine: Engine) -> None:
    """Nothing is there: no proxy, no broker, no operator."""
    nowhere = "http://127.0.0.1:9"
    own = ANYWHERE.model_copy(update={"proxy_urls": dict.fromkeys(Marketplace, nowhere)})
    app = build_pages(shared, own, passwords=PASSWORDS)
    app.state.measuring.start()
    until = monotonic() + 30
    while len(SqlMeasures(engine).last()) < len(EXPECTED) and monotonic() < until:
        sleep(0.05)
    app.state.measuring.stop()
    found = {one.code for one in troubles(SqlMeasures(engine).last(), utc_now())}

    assert found == {"proxy_silent", "broker_unreachable", "operator_silent"}
