"""The ledger: compares, for each offer, the truth with what Amazon showed, and so finds the product's errors.

Computed from the simulator's own time lines only. Words: a source is *gone* while it cannot be bought at a
fixed price (sold, ended, in a trade, deleted, suspended, auction only); an offer is *shown* while Amazon's
quantity is above 0. Times are Unix seconds of the market's clock.

A change of an offer *agrees* when it matches the truth of that moment. Otherwise it is *excused* when it matches the
truth of some moment since Amazon took the offer's previous change, at most `settled` seconds ago: the product saw that
truth, and the market changed before the product's change took effect. All other changes are *wrong*.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mercarich_simulator.amazon.offers import ORDER, PUSHES, RETURN, Shown
from mercarich_simulator.truth import BUYABLE, Change

FOREVER = float("inf")


class Verdict(StrEnum):
    """The judgement of one change from or to 0."""

    AGREES = "agrees"
    EXCUSED = "excused"
    WRONG = "wrong"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class Frame:
    """The period to judge, and how strictly."""

    start: float
    now: float
    settled: float = 3_600.0
    """Largest age in seconds of a truth that excuses a change."""
    cutoff: float = FOREVER
    """An offer counts as missed when its source was gone before this time and it is still shown."""


@dataclass(slots=True)
class Judgement:
    """The judgement of one offer."""

    gone_since: float | None = None
    """When the source was gone; None while it can be bought."""
    shown: int = 0
    withdrawn: bool = False
    wrong_withdrawals: list[float] = field(default_factory=list)
    wrong_restores: list[float] = field(default_factory=list)
    double_pushes: list[float] = field(default_factory=list)
    stale_overwrites: list[float] = field(default_factory=list)
    missed: bool = False
    exposed_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds until Amazon showed 0, for each time that the source was gone while the offer was shown."""


def judge(
    first: int,
    changes: Sequence[Shown],
    truth: Sequence[Change],
    frame: Frame,
    wanted: Sequence[Change] | None = None,
) -> Judgement:
    """Judge one offer by its quantity at the start, its changes, and its source's time line.

    `wanted`: the time line by which its changes are judged, if its seller wants it down at other times, too.
    """
    spans = _gone_spans(truth)
    shown = changes[-1].quantity if changes else first
    result = Judgement(shown=shown, withdrawn=shown == 0 and bool(changes) and changes[-1].lane != ORDER)
    _judge_changes(first, changes, spans if wanted is None else _gone_spans(wanted), frame, result)
    result.stale_overwrites = [change.at for change in changes if change.stale]
    if spans and spans[-1][1] == FOREVER:
        result.gone_since = spans[-1][0]
        result.missed = shown > 0 and result.gone_since < min(frame.cutoff, frame.now)
    for shown_from, shown_until in _shown_spans(first, changes, frame):
        for gone_from, gone_until in spans:
            begin = max(gone_from, shown_from)
            end = min(gone_until, shown_until, frame.now)
            if end <= begin:
                continue
            result.exposed_seconds += end - begin
            if shown_until <= min(gone_until, frame.now):
                result.latencies.append(end - begin)
    return result


def _judge_changes(
    first: int,
    changes: Sequence[Shown],
    spans: Sequence[tuple[float, float]],
    frame: Frame,
    result: Judgement,
) -> None:
    boundaries = [moment for span in spans for moment in span]
    before, since, lane = first, -FOREVER, None
    last_flip: tuple[float, Verdict] | None = None
    for change in changes:
        if (before == 0) != (change.quantity == 0):
            verdict = _verdict(change, spans, max(since, change.at - frame.settled))
            if lane == RETURN and change.quantity == 0:  # It was down before it came back by itself, and is down again.
                verdict = Verdict.UNJUDGED
            if change.stale:  # It is counted as such, and putting it right is no double push.
                verdict = Verdict.UNJUDGED
            if verdict is Verdict.WRONG:
                (result.wrong_restores if change.quantity else result.wrong_withdrawals).append(change.at)
            if last_flip and verdict is not Verdict.UNJUDGED and _nothing_changed(last_flip, change, boundaries):
                result.double_pushes.append(change.at)
            last_flip = (_decided_at(change), verdict)
        before, since, lane = change.quantity, _decided_at(change), change.lane


def _decided_at(change: Shown) -> float:
    """Return the time until which the sender may have looked at the source."""
    return change.at if change.accepted_at is None else change.accepted_at


def _verdict(change: Shown, spans: Sequence[tuple[float, float]], since: float) -> Verdict:
    if change.lane not in PUSHES:
        return Verdict.UNJUDGED
    span = next((span for span in spans if span[0] <= change.at < span[1]), None)
    if (span is not None) == (change.quantity == 0):
        return Verdict.AGREES
    if span is None:
        return Verdict.EXCUSED if any(begin <= change.at and end > since for begin, end in spans) else Verdict.WRONG
    return Verdict.EXCUSED if span[0] > since else Verdict.WRONG


def _nothing_changed(last: tuple[float, Verdict], change: Shown, boundaries: Sequence[float]) -> bool:
    """Return whether a change only undoes the previous one. Correcting an excused change is no double push."""
    at, verdict = last
    if verdict in {Verdict.EXCUSED, Verdict.UNJUDGED}:
        return False
    return bisect_right(boundaries, at) == bisect_right(boundaries, change.at)


def _gone_spans(truth: Sequence[Change]) -> list[tuple[float, float]]:
    """Return the spans (begin, end) in which the source was gone; the last one may end at infinity."""
    spans: list[tuple[float, float]] = []
    begin: float | None = None
    for change in truth:
        gone = change.state not in BUYABLE
        if gone and begin is None:
            begin = change.at
        elif not gone and begin is not None:
            spans.append((begin, change.at))
            begin = None
    return [*spans, (begin, FOREVER)] if begin is not None else spans


def _shown_spans(first: int, changes: Sequence[Shown], frame: Frame) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    begin = frame.start if first else None
    for change in changes:
        if change.quantity and begin is None:
            begin = change.at
        elif not change.quantity and begin is not None:
            spans.append((begin, change.at))
            begin = None
    return [*spans, (begin, FOREVER)] if begin is not None else spans
