"""A row of every reason in every column that holds one: no page in Japanese has English, and every page shows each
reason."""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine, update
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser, Served, let_sign_in, served
from tests.integration.web.test_api import ALL, build, key_of
from tests.unit.reasons.examples import examples

from mercarich_contracts.events import EventKind
from mercarich_db import tables
from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import coded
from mercarich_reasons.telling import Language, tell
from mercarich_reasons.words import en
from mercarich_web.console.output import sentence
from mercarich_web.site.telling import told

SLICE = 30
"""Reasons in one test, as many as a page shows rows."""
ALL_REASONS = examples()
SLICES = [ALL_REASONS[at : at + SLICE] for at in range(0, len(ALL_REASONS), SLICE)]
FRAGMENT = re.compile(r"[A-Za-z]{2,} [A-Za-z ,]{4,}")
"""Words of a sentence in English."""
NO_NUMBERS = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)


@pytest.fixture(params=range(len(SLICES)))
def reasons(request: pytest.FixtureRequest) -> Sequence[Reason]:
    return SLICES[request.param]


@pytest.fixture
def site(database_url: str, engine: Engine, rows: Rows) -> Iterator[Served]:
    let_sign_in(engine, rows.user("ann"), language="ja")
    staff = {"plan": 2, "active": True, "is_staff": True, "created_at": ago(days=9)}
    let_sign_in(engine, rows.add(tables.users, username="ohta", **staff), language="ja")
    with served(build(database_url)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


@pytest.fixture
def ohta(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ohta")
    return one


def test_a_listings_page_tells_its_history_and_its_candidates(
    ann: Browser, rows: Rows, reasons: Sequence[Reason]
) -> None:
    listing = _with_history(rows, reasons)
    for number, reason in enumerate(reasons):
        seen = {"marketplace": "yahoo", "url": "https://auctions.example/x9", "refused_by": "price"}
        rows.add(
            tables.revival_candidates,
            **seen,
            listing_id=listing,
            item_id=f"x9{number}",
            searched_at=ago(hours=1),
            reason=reason,
        )

    page = _page(ann, f"/listings/{listing}")

    assert _missing(page, reasons) == []
    assert all(page.count(told(reason, "ja")) >= 2 for reason in reasons), "of the event and of the candidate"
    assert _english(page) == set()


def test_a_problem_of_a_push_is_told_where_it_is_asked_for(ann: Browser, rows: Rows, reasons: Sequence[Reason]) -> None:
    feed = {"user_id": 1, "lane": "feed", "state": "done", "items": 1, "accepted": 0, "rejected": 1}
    for number, reason in enumerate(reasons[:10]):
        feed_id = rows.add(tables.submissions, **feed, problem=reason, created_at=ago(hours=1), ended_at=ago(hours=1))
        pending = {"revision": 2, "push_problem": reason, "push_failed_revision": 2, "push_attempts": 1}
        listing = rows.listing(
            1, rows.source(f"x8{number}"), f"P-{number}", **pending, push_not_before=ago(hours=-1), pushed_revision=1
        )
        sent = {"submission_id": feed_id, "listing_id": listing}
        rows.add(tables.submission_items, **sent, revision=2, quantity=1, result="pending", issue=reason)
        page = _page(ann, f"/listings/{listing}")
        assert page.count(told(reason, "ja")) >= 2, "beside the offer and beside the feed"
        assert _english(page) == set()

    page = _page(ann, "/amazon")

    assert _missing(page, reasons[:10]) == []
    assert _english(page) == set()


def test_why_there_is_no_estimate_of_a_fee_is_told_on_the_listings_page(
    ann: Browser, rows: Rows, reasons: Sequence[Reason]
) -> None:
    listing = rows.listing(1, rows.source("x6"), "F-1", offer_price_jpy=1000)
    turn = {"listing_id": listing, "next_at": ago(hours=-1), "failures": 1, "alone": False}
    rows.add(tables.listing_fees, **turn, problem=reasons[0])
    for reason in reasons[:10]:
        rows.change(update(tables.listing_fees).values(problem=reason))
        page = _page(ann, f"/listings/{listing}")
        assert _missing(page, [reason]) == []
        assert _english(page) == set()


def test_jobs_and_notices_of_them(ann: Browser, rows: Rows, reasons: Sequence[Reason]) -> None:
    words = {"kind": "import", "state": "failed", "phase": "ended", "cursor": "{}", "created_by": "ann"}
    times = {"created_at": ago(hours=1), "heartbeat_at": ago(hours=1), "ended_at": ago(minutes=9)}
    jobs = [
        rows.add(tables.jobs, user_id=1, arguments="{}", **NO_NUMBERS, **words, **times, message=reason)
        for reason in reasons
    ]
    for number, reason in enumerate(reasons, start=1):
        rows.add(tables.job_problems, job_id=jobs[0], number=number, line=number, field="sku", problem=reason)
        search = {"given": "cup", "marketplace": "yahoo", "keyword": "cup", "conditions": "", "state": "failed"}
        counts = {"page": 0, "made": 0, "tries": 3}
        rows.add(tables.job_queries, job_id=jobs[0], number=number, **search, **counts, problem=reason)
        notice = {"user_id": 1, "kind": "job_failed", "cause": str(jobs[number - 1]), "count": 1, "about": ""}
        rows.add(tables.notices, **notice, opened_at=ago(minutes=1), reason=reason)

    for path in ("/jobs", f"/jobs/{jobs[0]}", "/notices"):
        page = _page(ann, path)
        assert _missing(page, reasons) == [], path
        assert _english(page) == set(), path


def test_new_offers_and_searches_of_the_catalogue(ann: Browser, rows: Rows, reasons: Sequence[Reason]) -> None:
    source = rows.source("x777777")
    created = {"user_id": 1, "way": "create", "state": "refused", "quantity": 1, "attempts": 0}
    for number, reason in enumerate(reasons):
        listing = rows.listing(1, source, f"NEW-{number}", listed=False)
        at = {"asked_at": ago(minutes=2), "ended_at": ago(minutes=1)}
        rows.add(tables.listing_creations, listing_id=listing, **created, **at, problem=reason)
        told = _page(ann, f"/listings/{listing}")
        assert (_missing(told, [reason]), _english(told)) == ([], set())
    page = _page(ann, "/creations")
    assert (_missing(page, reasons), _english(page)) == ([], set())

    asked = {"user_id": 1, "query": "x", "is_code": False, "attempts": 1, "asked_at": ago(minutes=2)}
    done = {"not_before": ago(minutes=2), "done_at": ago(minutes=1)}
    for reason in reasons:
        search = rows.add(tables.catalog_searches, **asked, **done, problem=reason)
        found = _page(ann, f"/creations/{listing}?search={search}")
        assert (_missing(found, [reason]), _english(found)) == ([], set())


def test_runs_and_holds(ohta: Browser, ann: Browser, rows: Rows, reasons: Sequence[Reason]) -> None:
    ended = {"outcome": "failed", "ended_at": ago(minutes=1)}
    runs = [rows.run(number, note=reason, **ended) for number, reason in enumerate(reasons)]
    holds = [rows.hold(runs[0], reason=reason) for reason in reasons]
    held = rows.listing(1, rows.source("x7", state="sold", reason="won"), "H-1", hold_id=holds[0])

    shown = [("/holds", reasons), (f"/holds/{holds[0]}", reasons[:1]), (f"/runs/{runs[0]}", reasons)]
    for path, expected in (*shown, (f"/runs/{runs[-1]}", reasons[-1:]), ("/runs", ()), ("/", ())):
        page = _page(ohta, path)
        assert _missing(page, expected) == [], path
        assert _english(page) == set(), path
    assert _missing(_page(ann, f"/listings/{held}"), reasons[:1]) == [], "why it is kept up"
    rows.change(update(tables.holds).values(applied_at=ago(minutes=1)))
    assert _missing(_page(ohta, "/holds"), reasons) == [], "those that are closed"


def test_the_api_tells_each_with_its_code_and_its_values(
    site: Served, ann: Browser, rows: Rows, reasons: Sequence[Reason]
) -> None:
    listing = _with_history(rows, reasons)
    program = site.browser()
    program.client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"

    timeline = program.get(f"/api/v1/listings/{listing}").json()["timeline"]

    assert [_shape(entry) for entry in reversed(timeline)] == [
        (tell(reason, Language.EN), *(coded(reason) or ())) for reason in reasons
    ]


def test_commands_tell_each(mercarich: Mercarich, rows: Rows, reasons: Sequence[Reason]) -> None:
    rows.user("ann")
    _with_history(rows, reasons)
    runs = [rows.run(number, note=reason, outcome="failed") for number, reason in enumerate(reasons)]
    for reason in reasons:
        rows.hold(runs[0], reason=reason)

    events = mercarich.json("explain", "S-1")["events"]
    holds = mercarich.json("hold", "list")["holds"]
    run = mercarich.json("run", "show", str(runs[-1]))["run"]

    expected = [(tell(reason, Language.EN), *(coded(reason) or ())) for reason in reasons]
    assert [_shape(event) for event in reversed(events)] == expected
    assert sorted(map(str, map(_shape, holds))) == sorted(map(str, expected))
    assert (run["note"], run["reason_code"], run["reason_values"]) == expected[-1]
    page = "".join(mercarich.page("explain", "S-1").split())
    assert [reason.code for reason in reasons if "".join(sentence(reason).split())[:20] not in page] == []


def test_what_was_made_of_a_deleted_offer_is_told(mercarich: Mercarich, rows: Rows, reasons: Sequence[Reason]) -> None:
    key = {"user_id": rows.user("ann"), "sku": "S-1", "listing_id": 1}
    times = {"created_at": ago(days=2), "removed_at": ago(days=1), "next_read_at": ago(hours=-1)}
    rows.add(tables.removed_offers, **key, **times, shown=1, returns=1, attempts=0, reason=reasons[0])
    for reason in reasons:
        rows.change(update(tables.removed_offers).values(reason=reason))
        assert _shape(mercarich.json("explain", "S-1")) == (tell(reason, Language.EN), *(coded(reason) or ()))


def _with_history(rows: Rows, reasons: Sequence[Reason]) -> int:
    listing = rows.listing(1, rows.source("x1", state="sold", reason="won"), "S-1")
    kinds = list(EventKind)
    for number, reason in enumerate(reasons):
        rows.event(listing, kinds[number % len(kinds)], reason=reason, at=ago(minutes=60 - number))
    return listing


def _page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert '<html lang="ja"' in answer.text
    return unescape(answer.text)


def _missing(page: str, reasons: Sequence[Reason]) -> list[str]:
    """Return the reasons that the page does not show in Japanese."""
    return [reason.code for reason in reasons if told(reason, "ja") not in page]


def _english(page: str) -> set[str]:
    """Return parts of English sentences on the page."""
    return {part for part in _FRAGMENTS if part in page}


_FRAGMENTS = {
    part.strip()
    for template in en.REASONS.values()
    for literal in re.split(r"\{[^}]*\}|[\[\]]", template)
    for part in FRAGMENT.findall(literal)
}


def _shape(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["reason"], entry["reason_code"], entry["reason_values"]
