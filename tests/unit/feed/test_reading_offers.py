"""A read of a seller's offers, step by step: the report, the search where there is none, and what ends it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_feed.domain.answers import AmazonTrouble, Forbidden, Missing, RateLimited, Transient
from mercarich_feed.domain.offer_reads import (
    MOST_TROUBLES,
    STUCK,
    FoundOffer,
    OfferRead,
    ReadState,
    ReportState,
    SearchPage,
    next_look,
    rest,
)
from mercarich_feed.domain.offer_report import ReadOffers
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_offers import Overtaken
from mercarich_feed.use_cases.read_offers import ReadAllOffers
from mercarich_reasons.offers import OffersForbidden, OffersNotSeparable, ReportHeaderUnknown
from mercarich_reasons.reason import Reason

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ACCOUNT = Account(1, "A1", "A1VC38T7YXB528", "Atzr|x", trusted=True, sealed="x")
REPORT = b"sku\tquantity\nA-1\t1\nA-2\t2\n\t9\n"


class Reads:
    """One row; each call is noted."""

    def __init__(self, state: ReadState = ReadState.WAITING, **values: object) -> None:
        known = {"report_id": "r1", "asked_at": NOW, "requested_at": NOW, "attempts": 0}
        self.read: OfferRead | None = OfferRead(number=1, claim="c", state=state, **known | values)
        self.calls: list[tuple[object, ...]] = []
        self.stored: list[str] = []
        self.lost = False

    def claim(self, _account: Account) -> OfferRead | None:
        return self.read

    def requested(self, _account: Account, _read: OfferRead, report_id: str) -> None:
        self.calls.append(("requested", report_id))

    def searching(self, _account: Account, read: OfferRead) -> OfferRead:
        self.calls.append(("searching",))
        return read

    def release(self, _account: Account, _read: OfferRead, after: timedelta) -> None:
        self.calls.append(("release", after))

    def store(self, _account: Account, _read: OfferRead, offers: Sequence[FoundOffer]) -> None:
        if self.lost:
            raise Overtaken
        self.stored += [offer.sku for offer in offers]

    def done(self, _account: Account, _read: OfferRead, unreadable: int) -> timedelta:
        self.calls.append(("done", unreadable))
        return timedelta(seconds=9)

    def put_off(self, _account: Account, _read: OfferRead, problem: Reason, after: timedelta) -> None:
        self.calls.append(("put_off", problem.code, after))

    def request_anew(self, _account: Account, _read: OfferRead) -> None:
        self.calls.append(("request_anew",))

    def failed(self, _account: Account, _read: OfferRead, problem: Reason) -> None:
        self.calls.append(("failed", problem))


class Reports:
    def __init__(self, *states: ReportState | AmazonTrouble, report: bytes = REPORT) -> None:
        self.states = list(states)
        self.report = report
        self.offers: list[tuple[str, str]] = []
        """SKU and time of creation of what a search finds, oldest first; it gives 4, in pages of 2."""
        self.searched: list[tuple[str | None, str | None]] = []

    def request(self, _account: Account) -> str:
        if self.states and isinstance(self.states[0], AmazonTrouble):
            raise self.states.pop(0)
        return "r1"

    def state(self, _account: Account, _report_id: str) -> tuple[ReportState, str | None]:
        state = self.states.pop(0)
        if isinstance(state, AmazonTrouble):
            raise state
        return state, "d1" if state is ReportState.DONE else None

    @contextmanager
    def opened(self, _account: Account, _document_id: str) -> Iterator[ReadOffers]:
        yield ReadOffers(self.report.splitlines(keepends=True))

    def search(self, _account: Account, created_after: str | None, token: str | None) -> SearchPage:
        self.searched.append((created_after, token))
        fit = [one for one in self.offers if created_after is None or one[1] >= created_after]
        first = int(token or 0)
        page = fit[:4][first : first + 2]
        following = str(first + 2) if first + 2 < min(len(fit), 4) else None
        last = page[-1][1] if page else None
        return SearchPage([offer(sku) for sku, _ in page], last, following, len(fit))


class Meter:
    def __init__(self) -> None:
        self.read: list[timedelta] = []
        self.not_read = 0

    def offers_read(self, took: timedelta) -> None:
        self.read.append(took)

    def offers_not_read(self) -> None:
        self.not_read += 1


def offer(sku: str) -> FoundOffer:
    return FoundOffer(sku, None, None, None, 1, None, None, None, None)


def turn(reads: Reads, reports: Reports, at: datetime = NOW) -> tuple[float | None, Meter]:
    meter = Meter()
    return ReadAllOffers(reads, reports, meter, lambda: at)(ACCOUNT), meter


def test_a_read_begins_with_the_request_of_a_report() -> None:
    reads = Reads()
    again, _ = turn(reads, Reports())
    assert (reads.calls, again) == ([("requested", "r1")], 5.0)


def test_a_report_that_is_made_is_asked_about_again() -> None:
    reads = Reads(ReadState.REQUESTED)
    again, _ = turn(reads, Reports(ReportState.IN_PROGRESS), NOW + timedelta(seconds=80))
    assert (reads.calls, again) == ([("release", timedelta(seconds=20))], 20.0)


def test_what_a_report_tells_is_stored() -> None:
    reads = Reads(ReadState.REQUESTED)
    again, meter = turn(reads, Reports(ReportState.DONE))
    assert (reads.stored, reads.calls, again) == (["A-1", "A-2"], [("done", 1)], None)
    assert (meter.read, meter.not_read) == ([timedelta(seconds=9)], 0)


@pytest.mark.parametrize("state", [ReportState.FATAL, ReportState.CANCELLED])
def test_without_a_report_the_offers_are_searched_for(state: ReportState) -> None:
    reads, reports = Reads(ReadState.REQUESTED), Reports(state)
    reports.offers = [("A-1", "t1"), ("A-2", "t2"), ("A-3", "t3")]
    turn(reads, reports)
    assert (reads.stored, reads.calls) == (["A-1", "A-2", "A-3"], [("searching",), ("done", 0)])


def test_a_report_that_does_not_end_is_not_waited_for_longer() -> None:
    reads = Reads(ReadState.REQUESTED)
    turn(reads, Reports(ReportState.IN_QUEUE), NOW + STUCK)
    assert reads.calls == [("searching",), ("done", 0)]


def test_a_search_of_more_than_it_gives_goes_on_from_the_last_that_it_gave() -> None:
    reads, reports = Reads(ReadState.SEARCHING, report_id=None), Reports()
    reports.offers = [(f"A-{number}", f"t{number:02}") for number in range(11)]
    turn(reads, reports)
    assert set(reads.stored) == {sku for sku, _ in reports.offers}
    assert reads.calls == [("done", 0)]
    assert [since for since, token in reports.searched if token is None] == [None, "t03", "t06", "t09"]


def test_offers_of_one_moment_that_are_more_than_a_search_gives_are_told() -> None:
    reads, reports = Reads(ReadState.SEARCHING, report_id=None), Reports()
    reports.offers = [(f"A-{number}", "t1") for number in range(6)]
    again, meter = turn(reads, reports)
    assert (reads.calls, again) == ([("failed", OffersNotSeparable("t1"))], None)
    assert meter.not_read == 1


def test_a_report_that_amazon_does_not_know_any_more_is_requested_anew() -> None:
    reads = Reads(ReadState.REQUESTED)
    turn(reads, Reports(Missing("no such report")))
    assert reads.calls == [("request_anew",)]


def test_a_missing_role_and_an_unknown_header_end_the_read() -> None:
    reads = Reads()
    turn(reads, Reports(Forbidden("role")))
    assert reads.calls == [("failed", OffersForbidden())]
    reads = Reads(ReadState.REQUESTED)
    _, meter = turn(reads, Reports(ReportState.DONE, report=b"a\tb\n1\t2\n"))
    assert (reads.calls, meter.not_read) == ([("failed", ReportHeaderUnknown("a b"))], 1)


def test_trouble_puts_the_read_off_and_ends_it_after_many_times() -> None:
    reads = Reads(ReadState.REQUESTED, attempts=2)
    with pytest.raises(Transient):
        turn(reads, Reports(Transient("500")))
    assert reads.calls == [("put_off", "amazon_unreachable", timedelta(minutes=1))]
    reads = Reads(ReadState.REQUESTED, attempts=MOST_TROUBLES - 1)
    with pytest.raises(Transient):
        turn(reads, Reports(Transient("500")))
    assert reads.calls[0][0] == "failed"


def test_a_used_up_quota_never_ends_a_read() -> None:
    reads = Reads(attempts=MOST_TROUBLES)
    with pytest.raises(RateLimited):
        turn(reads, Reports(RateLimited("quota")))
    assert reads.calls[0][0] == "put_off"


def test_a_read_that_another_process_has_taken_is_left_to_it() -> None:
    reads = Reads(ReadState.REQUESTED)
    reads.lost = True
    again, meter = turn(reads, Reports(ReportState.DONE))
    assert (again, reads.calls, meter.read) == (None, [], [])
    reads.read = None
    assert turn(reads, Reports())[0] is None


def test_waits_grow_and_are_bounded() -> None:
    assert next_look(NOW, NOW) == timedelta(seconds=5)
    assert next_look(NOW, NOW + timedelta(hours=1)) == timedelta(minutes=1)
    assert [rest(attempts).total_seconds() for attempts in (0, 1, 50)] == [15, 30, 900]
