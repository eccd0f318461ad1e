"""One row for every sentence that a release before 0026 stored, and the reason after the migration."""

from datetime import UTC, datetime
from typing import NamedTuple

from tests.integration.db import old_jobs
from tests.integration.db.old_candidates import CANDIDATES

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons import holds, push, runs, stock
from mercarich_reasons.reason import Reason


class Old(NamedTuple):
    """A sentence as it was stored in a column; `kind` of an event."""

    where: tuple[str, str]
    sentence: str
    tells: Reason
    kind: EventKind | None = None


EVENTS, PROBLEMS = ("listing_events", "reason"), ("listings", "push_problem")
REFUSALS = ("revival_candidates", "reason")
FEEDS = ("submissions", "problem")
HOLDS, RUNS = ("holds", "reason"), ("runs", "note")
SENTENCES = (
    Old(EVENTS, "sold: won", stock.SourceSeen(State.SOLD, StateReason.WON)),
    Old(EVENTS, "gone: None", stock.SourceSeen(State.GONE)),
    Old(EVENTS, "closed", stock.SourceSeen(State.ENDED, StateReason.CLOSED)),
    Old(EVENTS, "seen on sale at the second look", stock.SourceOnSaleAgain()),
    Old(
        EVENTS,
        "no replacement yet; its source: sold, sold_out",
        stock.NoReplacementYet(State.SOLD, StateReason.SOLD_OUT),
    ),
    Old(EVENTS, "no replacement yet; its source: gone, no reason kept", stock.NoReplacementYet(State.GONE)),
    Old(EVENTS, "replaced by yahoo x123, 12,000 yen", stock.ReplacedBy(Marketplace.YAHOO, "x123", 0, 12000)),
    Old(EVENTS, "replaced by mercari m123", stock.ReplacedBy(Marketplace.MERCARI, "m123", 0)),
    Old(EVENTS, "mercari m123 waits for approval", stock.ReplacementWaits(Marketplace.MERCARI, "m123")),
    Old(EVENTS, "m123, by ann", stock.ReplacementApproved("m123", "ann"), EventKind.APPROVED),
    Old(EVENTS, "m123, by ann", stock.ReplacementUndone("m123", "ann"), EventKind.UNDONE),
    Old(EVENTS, "m123: sold: won", stock.ApprovedItemSeen("m123", State.SOLD, StateReason.WON)),
    Old(EVENTS, "m123: used for another listing by now", stock.ApprovedItemUsed("m123")),
    Old(EVENTS, "m123: gone by now", stock.ApprovedItemGone("m123")),
    Old(EVENTS, "by hand, ann", stock.ByHand("ann")),
    Old(EVENTS, "S-1: by hand, ann", stock.DeletedByHand("S-1", "ann")),
    Old(
        EVENTS,
        "S-1: withdrawn 2026-10-01 09:30 UTC, expired",
        stock.Expired("S-1", datetime(2026, 10, 1, 9, 30, tzinfo=UTC)),
    ),
    Old(EVENTS, "Amazon shows 3", push.NotShown(3)),
    Old(EVENTS, "a newer quantity goes out after this feed", push.NewerQuantity()),
    Old(PROBLEMS, "accepted, but Amazon shows 3", push.NotShown(3)),
    Old(PROBLEMS, "accepted, but Amazon shows no quantity", push.NotShown()),
    Old(PROBLEMS, "Amazon no longer knows this feed", push.FeedForgotten()),
    Old(PROBLEMS, "Amazon ended it as fatal", push.FeedEndedAs("fatal")),
    Old(PROBLEMS, "done without a report", push.FeedWithoutReport()),
    Old(PROBLEMS, "the feed was refused: 4000001 bad input", push.FeedRefused("4000001 bad input")),
    Old(FEEDS, "it never reached Amazon", push.FeedNeverArrived()),
    Old(FEEDS, "stuck in in_progress", push.FeedStuck("in_progress")),
    Old(FEEDS, "cannot be followed: HTTP 503", push.FeedNotFollowed("HTTP 503")),
    Old(PROBLEMS, "only 3 of 10 messages were processed", push.FeedIncomplete(3, 10)),
    *(Old(REFUSALS, sentence, tells) for sentence, tells in CANDIDATES),
    Old(HOLDS, "25 of 100 checked listings would fall at once", holds.TooManyFalls(25, 100)),
    Old(HOLDS, "20 listings would fall at once", holds.TooManyFalls(20)),
    Old(
        HOLDS,
        "1 of 2 canaries not as expected: x1 is on_sale, seen ended (closed)",
        holds.CanariesDiffer(1, 2, "x1", State.AVAILABLE, State.ENDED, StateReason.CLOSED),
    ),
    Old(
        HOLDS,
        "3 of 10 canaries not as expected: x2 is gone, seen available",
        holds.CanariesDiffer(3, 10, "x2", State.GONE, State.AVAILABLE),
    ),
    Old(
        RUNS,
        "2 of 2 canaries not as expected: x1 is on_sale, seen no answer",
        holds.CanariesDiffer(2, 2, "x1", State.AVAILABLE),
    ),
    Old(HOLDS, "too many pages cannot be read", holds.TooManyUnreadable()),
    Old(RUNS, "a newer run has started", runs.NewerRunStarted()),
    Old(RUNS, "paused; `mercarich resume yahoo` lets it go on", runs.RunPaused(Marketplace.YAHOO)),
    Old(RUNS, "the canaries were not looked at yet", runs.CanariesNotAskedYet()),
    Old(RUNS, "most answers are unknown, and there are no canaries to ask", runs.NoCanariesToAsk()),
    Old(
        RUNS,
        "45 withdrawals held; second look at 2026-10-01 09:30:15 UTC",
        runs.SecondLookWaits(45, datetime(2026, 10, 1, 9, 30, 15, tzinfo=UTC)),
    ),
    Old(RUNS, "not done within its deadline; what was left is first in the next run", runs.DeadlinePassed()),
    *(Old(("jobs", "message"), sentence, tells) for sentence, tells in old_jobs.MESSAGES),
    *(Old(("job_queries", "problem"), sentence, tells) for sentence, tells in old_jobs.SEARCHES),
    *(Old(("job_problems", "problem"), sentence, tells) for sentence, tells in old_jobs.LINES),
)
