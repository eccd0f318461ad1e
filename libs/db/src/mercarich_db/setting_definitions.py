"""What each setting is: its key, default, bounds and meaning, and how a text becomes its value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mercarich_contracts.sites import SITES
from mercarich_reasons.refusal import Refusal
from mercarich_reasons.settings import NoChoice, NoNumber, NoText, NoWholeNumber
from mercarich_replacements.matching import DEFAULT, SEED
from mercarich_replacements.rules import read_conditions

LONGEST_TEXT = 4_000


class BadSetting(Refusal):
    """The key or the value is refused; the reason says what was expected."""


@dataclass(frozen=True, slots=True)
class Definition:
    key: str
    default: int | float | str
    meaning: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    """The only texts that are allowed; empty: any text."""
    form: str = ""
    """What a text looks like, as an example."""
    reads: Callable[[str], object] = str
    """Raises `Refusal` for a text that cannot be."""

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if isinstance(self.default, str):
            return " or ".join(self.choices) or self.form or "any text"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:.10g} to {self.high:.10g}"

    def parse(self, text: str) -> int | float | str:
        """Raises `BadSetting`."""
        if isinstance(self.default, str):
            return self._text(text)
        assert self.low is not None
        assert self.high is not None
        try:
            value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError:
            raise self._no_number(self.low, self.high, text) from None
        if not self.low <= value <= self.high:
            raise self._no_number(self.low, self.high, text)
        return value

    def _no_number(self, low: float, high: float, text: str) -> BadSetting:
        if isinstance(self.default, int):
            return BadSetting(NoWholeNumber(self.key, int(low), int(high), text[:40]))
        return BadSetting(NoNumber(self.key, low, high, text[:40]))

    def _text(self, text: str) -> str:
        value = text.strip()
        if len(value) > LONGEST_TEXT or not "".join(value.split()).isprintable():
            raise BadSetting(NoText(self.key, LONGEST_TEXT))
        if self.choices and value not in self.choices:
            raise BadSetting(NoChoice(self.key, self.choices, value[:40]))
        try:
            self.reads(value)
        except Refusal as error:
            raise BadSetting(error.reason) from None
        return value


WORKERS: Mapping[str, int] = {
    "BACKGROUND_SEARCH_WORKER": 16,
    "BACKGROUND_IMPORT_WORKER": 5,
    **{
        key: pool.first_workers
        for site in SITES.values()
        for key, pool in ((site.check_setting, site.checker), (site.update_setting, site.updater))
    },
    "FEED_WORKER": 2,
}
"""The keys of the pools, the seed's own but for the last, with its first values."""

MIN, MODE = "_MIN", "_MODE"
MODES = ("auto", "fixed", "paused")
MOST_WORKERS = 500
PAUSE = "MARKETPLACE_"
"""Followed by the marketplace's name: the one switch that planners, workers and the operator read."""
ON, PAUSED = "on", "paused"


def _workers(key: str, default: int) -> tuple[Definition, ...]:
    return (
        Definition(key, default, "workers: at most so many (auto) or exactly so many (fixed)", 1, MOST_WORKERS),
        Definition(key + MIN, 1, f"at least so many workers while {key}{MODE} is auto", 1, MOST_WORKERS),
        Definition(
            key + MODE, "auto", "auto: by load within the bounds; fixed: the number itself; paused: none", choices=MODES
        ),
    )


_STRICT, _SEED = ", where REVIVAL_MATCH is default", ", where REVIVAL_MATCH is seed"
_REVIVAL = (
    Definition("REVIVAL_DAYS", 3, "days after a withdrawal in which a replacement is searched for", 0, 30),
    Definition("REVIVAL_CANDIDATES", 60, "search results that are judged for a listing", 1, 1000),
    Definition("REVIVAL_MATCH", "default", "how sure pictures and titles must be", choices=("default", "seed")),
    Definition("REVIVAL_TITLES_AGREE", ON, f"titles must not name different goods{_STRICT}", choices=(ON, "off")),
    Definition("REVIVAL_LEAST_SHARE", DEFAULT.least_share, f"least share of alike picture features{_STRICT}", 0, 1),
    Definition(
        "REVIVAL_LEAST_INLIERS", DEFAULT.least_inliers, f"least features that agree on one place{_STRICT}", 0, 1500
    ),
    Definition(
        "REVIVAL_MOST_COLOUR", DEFAULT.most_colour_distance, f"most that colours differ, in Lab units{_STRICT}", 0, 500
    ),
    Definition(
        "REVIVAL_MOST_CHANGED", DEFAULT.most_changed_share, f"most of it that has another colour{_STRICT}", 0, 1
    ),
    Definition(
        "REVIVAL_MOST_ODD", DEFAULT.most_odd_share, f"largest spot that looks different, as a share{_STRICT}", 0, 1
    ),
    Definition(
        "REVIVAL_MOST_ODD_IN_VOLUMES",
        DEFAULT.most_odd_share_in_volumes,
        f"the same for what comes in volumes, when titles do not name one and the same{_STRICT}",
        0,
        1,
    ),
    Definition("REVIVAL_LEAST_QUICK", SEED.least_quick, f"least correlation of the grey histograms{_SEED}", -1, 1),
    Definition("REVIVAL_LEAST_SHARE_SEED", SEED.least_share, f"least share of alike picture features{_SEED}", 0, 1),
    Definition("REVIVAL_LEAST_RATING", 80, "good ratings of a source seller, in per cent", 0, 100),
    Definition("REVIVAL_PRICE_FACTOR", 1.0, "highest price, as a multiple of the first purchase price", 0.1, 10),
    Definition(
        "REVIVAL_PRICE_RULE",
        "first",
        "first: the first purchase price limits a replacement's; break_even: what the offer's own price leaves",
        choices=("first", "break_even"),
    ),
    Definition("REVIVAL_FEE_PERCENT", 15.0, "Amazon's fee in per cent of the offer's price, for the break-even", 0, 90),
    Definition("REVIVAL_COSTS", 0, "yen that each sale costs besides, for the break-even", 0, 1_000_000),
    Definition("REVIVAL_TITLE_LENGTH", 255, "longest title of a replacement", 1, 255),
    Definition("REVIVAL_IGNORED_ORIGINS", "海外", "places, separated by spaces, from which nothing is bought"),
    Definition("REVIVAL_SHIP_DAYS", 6, "longest time until a replacement is shipped, in days", 1, 90),
    Definition("REVIVAL_LEAD_DAYS", 4, "days added to the shipping days: from the source to us and out again", 0, 25),
    Definition("REVIVAL_QUANTITY_CAP", 1, "most that a restored offer shows: sources are single pieces", 1, 1000),
    Definition("REVIVAL_OTHER_MARKETPLACE", "off", "search the other marketplaces, too", choices=("off", "on")),
    Definition(
        "REVIVAL_OTHER_CONDITIONS",
        "1=1 2=2 3=3 4=4 5=5 6=6",
        "our condition (1 new to 6 poor) = the worst one taken from another marketplace",
        form="pairs such as 1=1 3=2, with numbers from 1 to 6",
        reads=read_conditions,
    ),
    Definition("REVIVAL_ASK_FIRST", "off", "a person approves each replacement", choices=("off", "on")),
)

SELLERS_OWN = frozenset(definition.key for definition in _REVIVAL)
"""Settings of which a seller may have an own value, in `seller_settings`; the general one is the default."""

_CANARIES = "ids, separated by spaces, each followed by =on_sale or =gone; empty: taken from the last runs"

DEFINITIONS: Mapping[str, Definition] = {
    definition.key: definition
    for definition in (
        *(definition for key, default in WORKERS.items() for definition in _workers(key, default)),
        *(
            Definition(
                PAUSE + site.upper,
                ON,
                f"planners and workers of {site.upper} run (on) or rest (paused)",
                choices=(ON, PAUSED),
            )
            for site in SITES.values()
        ),
        Definition(
            "SCHEDULE_CATCH_UP", ON, "starts that were missed by more than a tenth are made up for", choices=(ON, "off")
        ),
        Definition("CHECK_BATCH_ITEMS", 50, "source items in one message", 1, 1000),
        Definition("INV_QUEUE_ENOUGH_JOB_COUNT", 20, "batches of a run that may be unfinished at once", 1, 10_000),
        Definition("CHECK_REPUBLISH_SECONDS", 30, "a batch without progress for so long is published again", 5, 86_400),
        Definition("CHECK_ATTEMPTS", 3, "claims without an answer after which an item is set aside", 1, 20),
        Definition("CHECK_UNKNOWNS", 6, "unknown answers after which a run lets go of an item", 1, 100),
        Definition("CHECK_RETRY_SECONDS", 30, "first wait after an unknown answer, doubled each time", 1, 3600),
        *(Definition(site.canary_setting, "", f"canaries of {site.words.en}: {_CANARIES}") for site in SITES.values()),
        Definition("CANARY_EVERY_SECONDS", 300, "wait between looks at canaries while all is well", 1, 86_400),
        Definition("CANARY_RETRY_SECONDS", 15, "wait between looks at canaries while a run is held", 1, 3600),
        Definition("BRAKE_LISTINGS", 20, "fallen listings of a seller below which nothing is held", 1, 100_000),
        Definition("BRAKE_SHARE", 0.15, "share of a seller's checked listings that may fall in a run", 0.0, 1.0),
        Definition("BRAKE_MARKETPLACE_LISTINGS", 200, "the same for a whole marketplace: listings", 1, 1_000_000),
        Definition("BRAKE_MARKETPLACE_SHARE", 0.15, "the same for a whole marketplace: share", 0.0, 1.0),
        Definition("BRAKE_UNPARSABLE_SHARE", 0.10, "share of unreadable pages that holds a marketplace", 0.0, 1.0),
        Definition("BRAKE_CONFIRM_SECONDS", 600, "age at which a held fall is looked at a second time", 1, 86_400),
        Definition("REVIVAL_BATCH_ITEMS", 10, "listings in one message that want a replacement", 1, 1000),
        Definition("REVIVAL_REPUBLISH_SECONDS", 120, "such a message without progress is published again", 5, 86_400),
        *_REVIVAL,
        Definition("FEED_STUCK_SECONDS", 1800, "age at which an open feed is cancelled or bypassed", 1, 86_400),
        Definition("FEED_POLL_SECONDS", 60, "wait between two looks at an open feed", 1, 3600),
        Definition("LISTING_PICTURES", 4, "pictures of a new listing that are saved; 0: none", 0, 4),
        Definition("DELETE_DAILY_LISTINGS", 5000, "expired listings of a seller that may go in a day", 1, 1_000_000),
        Definition("KEEP_STARTS_DAYS", 90, "starts of the schedule, token checks, sessions are kept so long", 7, 3650),
        Definition("KEEP_JOBS_DAYS", 90, "sellers' jobs are kept so long after their end", 1, 3650),
        Definition("KEEP_REVIVALS_DAYS", 180, "replacements and judged candidates are kept so long", 7, 3650),
        Definition("KEEP_HISTORY_DAYS", 90, "events, evidence and feeds that no listing's state rests on", 15, 3650),
        Definition("KEEP_RUNS_DAYS", 30, "runs and holds are kept so long after their end", 15, 3650),
        Definition("KEEP_AUDIT_DAYS", 400, "audit log, changes of settings and invitations are kept so long", 30, 3650),
        Definition("JOB_SLICE_SECONDS", 5, "a seller's job gives way to the next seller after so long", 1, 60),
        Definition("JOB_LEASE_SECONDS", 120, "a job stays so long with a worker that makes no progress", 10, 3600),
        Definition("JOB_FROZEN_SECONDS", 900, "no progress for so long: a job is taken from its worker", 10, 86_400),
        Definition("JOB_CLOSE_SECONDS", 1800, "no progress for so long: a job is closed as failed", 10, 86_400),
        Definition(
            "PATCH_LANE_LISTINGS", 1500, "withdrawals or restores of a seller above which they go by feed", 1, 25_000
        ),
    )
}
