"""States that the product should get into during a week, by name. A state that no week reaches is tested by none.

They are counted from what is there anyway: rows and events of the database, what Amazon shows, what broker, database
and crash points count. `ENDED` are questions asked once, at the end. `UNDER_WAY` are about what does not stay: they are
asked every few minutes, and count the looks that found it.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from sqlalchemy import text
from tests.soak.crash_points import CrashPoints, Point
from tests.soak.plant import Plant

from mercarich_db.engine import reading
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_simulator.amazon.offers import ORDER, RETURN, SELLER, Shown

_EVENTS = """
WITH event AS (
    SELECT *, json_extract(reason, '$.code') AS code, lag(kind) OVER one AS before,
    86400 * (julianday(at) - julianday(max(iif(kind = 'restored', at, NULL)) OVER one)) AS restored_seconds
    FROM listing_events WINDOW one AS (PARTITION BY listing_id ORDER BY id)
) SELECT count(*) FROM event WHERE """
_HOLDS = "SELECT count(*) FROM holds WHERE "
_RUNS = "SELECT count(*) FROM runs WHERE "
_FEEDS = "SELECT count(*) FROM submissions WHERE "
_CARRIED = "SELECT count(*) FROM submission_items WHERE "
_LISTINGS = "SELECT count(*) FROM listings WHERE "
_CANDIDATES = "SELECT count(*) FROM revival_candidates WHERE "
_NO_ANSWER = "json_extract(push_problem, '$.code') = 'amazon_unreachable'"

ENDED: Mapping[str, str] = {
    # looks at sources, and the brake
    "a second miss proved that a source is gone": f"{_EVENTS} kind = 'withdrawn' AND"
    " json_extract(reason, '$.values.why') = 'not_found'",
    "withdrawals of a seller were held": f"{_HOLDS} kind = 'falls' AND user_id IS NOT NULL",
    "withdrawals of a marketplace were held": f"{_HOLDS} kind = 'falls' AND user_id IS NULL",
    "withdrawals were held for absences": f"{_HOLDS} kind = 'absences'",
    "a hold of kind absences was released": f"{_HOLDS} kind = 'absences' AND released_by IS NOT NULL",
    "a second look confirmed a held withdrawal": f"{_EVENTS} kind = 'withdrawn' AND hold_id IN"
    " (SELECT id FROM holds WHERE released_by IS NULL)",
    "a second look found the source open": f"{_EVENTS} kind = 'hold_cleared' AND code = 'source_on_sale_again'",
    "the loss rule took an offer down": f"{_EVENTS} kind = 'paused'",
    "a paused offer went up again": f"{_EVENTS} kind = 'recovered'",
    "changes by price were held": f"{_HOLDS} kind IN ('losses', 'recoveries')",
    # runs
    "a newer run superseded one under way": f"{_RUNS} outcome = 'superseded'",
    "a run let go of sources that told nothing": f"{_RUNS} operation = 'check' AND unfinished > 0",
    "a run was held because canaries differed": f"{_RUNS} held_seconds > 0",
    # replacements
    "a withdrawn offer got another source": f"{_EVENTS} kind = 'restored'",
    "an offer got another source before its zero left": f"{_EVENTS} kind = 'swapped'",
    "a replacement sold before its push": f"{_EVENTS} kind = 'withdrawn' AND before = 'restored'",
    "a replacement sold in use": f"{_EVENTS} kind = 'withdrawn' AND before <> 'restored' AND listing_id IN"
    " (SELECT listing_id FROM revivals WHERE state = 'applied' AND at < event.at)",
    # pushes and reads
    "a zero was pushed again after Amazon showed the offer again": f"{_EVENTS} kind = 'readback_mismatch'"
    " AND quantity_after = 0",
    "a restore that Amazon ignored was pushed again": f"{_EVENTS} kind = 'readback_mismatch' AND quantity_after > 0",
    "sold at Amazon while a restore was in doubt": f"{_EVENTS} kind = 'changed_at_amazon' AND quantity_after = 0"
    f" AND restored_seconds < {2 * SHOWS_WITHIN.total_seconds()}",
    "the books followed a sale at Amazon": f"{_EVENTS} kind = 'changed_at_amazon' AND quantity_after = 0",
    "the books followed a seller's edit": f"{_EVENTS} kind = 'changed_at_amazon' AND quantity_after > 0",
    "Amazon did not sell what it had accepted": f"{_EVENTS} kind = 'not_for_sale'",
    "Amazon refused a push": f"{_EVENTS} kind = 'push_rejected'",
    # feeds
    "a feed carried withdrawals": f"{_CARRIED} quantity = 0",
    "a feed carried restores": f"{_CARRIED} quantity > 0",
    "a feed ended as fatal": f"{_FEEDS} state = 'fatal'",
    "a feed could not be sent": f"{_FEEDS} json_extract(problem, '$.code') = 'feed_not_sent'",
    "a feed whose process died was found at Amazon": f"{_FEEDS} feed_id IS NOT NULL AND document_id IS NULL",
    "a feed whose process died had never arrived": f"{_FEEDS} json_extract(problem, '$.code') = 'feed_never_arrived'",
    "a late feed met a newer zero": f"{_EVENTS} kind = 'push_superseded' AND quantity_after > 0",
    "a late feed met a newer restore": f"{_EVENTS} kind = 'push_superseded' AND quantity_after = 0",
    # the end of a listing
    "a deletion was believed after GET 404": f"{_EVENTS} kind = 'left_amazon'",
    "an old listing was deleted": f"{_EVENTS} kind = 'deleted'",
}
UNDER_WAY: Mapping[str, str] = {
    "a run waited for a paused marketplace": f"{_RUNS} outcome = 'running' AND"
    " json_extract(note, '$.code') = 'run_paused'",
    "a search met what its seller uses already": f"{_CANDIDATES} refused_by = 'used'",
    "a search met a page that told nothing": f"{_CANDIDATES} refused_by = 'unknown'",
    "a search was put off": f"{_LISTINGS} searching AND update_unknowns > 0 AND update_not_before IS NOT NULL",
    "a feed was no longer waited for": f"{_FEEDS} state = 'bypassed'",
    "a zero got no answer": f"{_LISTINGS} quantity = 0 AND {_NO_ANSWER}",
    "a restore got no answer": f"{_LISTINGS} quantity > 0 AND {_NO_ANSWER}",
    "a deletion was asked for again": "SELECT count(*) FROM listing_removals WHERE attempts > 1",
    "a seller's token was refused": "SELECT count(*) FROM amazon_accounts WHERE token_verdict = 'invalid'",
}
_SHOWN: Mapping[str, Callable[[Shown], bool]] = {
    "a buyer at Amazon took the last piece": lambda change: change.lane == ORDER and change.quantity == 0,
    "a withdrawn offer came back by itself": lambda change: change.lane == RETURN,
    "a seller edited an offer in Seller Central": lambda change: change.lane == SELLER,
}
_OF_BROKER = {
    "a message was lost": "lost",
    "a message was delivered twice": "twice",
    "the broker refused a message": "refused",
    "a record came back from a process that died": "given back",
}
_DIED = {
    "a process was killed after a COMMIT": Point.COMMITTED,
    "a process was killed between COMMIT and publish": Point.UNPUBLISHED,
    "a process was killed after a publish": Point.PUBLISHED,
}
_REFUSED = "the database refused a connection"
NAMES = (*ENDED, *UNDER_WAY, *_SHOWN, *_OF_BROKER, *_DIED, _REFUSED)


class States:
    """Call `look` every few minutes."""

    def __init__(self, plant: Plant, crash_points: CrashPoints) -> None:
        self._plant = plant
        self._crash_points = crash_points
        self._looks: Counter[str] = Counter()

    def look(self) -> None:
        for name, found in self._asked(UNDER_WAY).items():
            self._looks[name] += found > 0

    def counts(self) -> dict[str, int]:
        """Return how often each state was reached, by its name."""
        plant = self._plant
        changes = [change for offer in plant.market.world.offers.touched.values() for change in offer.changes]
        return {
            **self._asked(ENDED),
            **{name: self._looks[name] for name in UNDER_WAY},
            **{name: sum(map(shows, changes)) for name, shows in _SHOWN.items()},
            **{name: plant.broker.counts[count] for name, count in _OF_BROKER.items()},
            **{name: self._crash_points.died[point] for name, point in _DIED.items()},
            _REFUSED: plant.database.refused,
        }

    def _asked(self, questions: Mapping[str, str]) -> dict[str, int]:
        with reading(self._plant.database.books) as connection:
            return {name: connection.execute(text(query)).scalar_one() for name, query in questions.items()}
