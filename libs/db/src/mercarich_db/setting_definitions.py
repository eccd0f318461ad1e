"""What each setting is: its key, default, bounds and meaning, and how a text becomes its value."""

from collections.abc import Mapping
from dataclasses import dataclass


class BadSetting(Exception):
    """The key or the value is refused; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Definition:
    key: str
    default: int | float | str
    meaning: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    """The only texts that are allowed; empty: any text."""

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if isinstance(self.default, str):
            return " or ".join(self.choices) or "any text"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:.10g} to {self.high:.10g}"

    def parse(self, text: str) -> int | float | str:
        """Raises `BadSetting`."""
        if isinstance(self.default, str):
            return self._text(text)
        expected = f"{self.key}: expected {self.expected}, not {text[:40]!r}"
        try:
            value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError:
            raise BadSetting(expected) from None
        if not (self.low is not None and self.high is not None and self.low <= value <= self.high):
            raise BadSetting(expected)
        return value

    def _text(self, text: str) -> str:
        value = text.strip()
        if self.choices and value not in self.choices:
            raise BadSetting(f"{self.key}: expected {self.expected}, not {value[:40]!r}")
        return value


WORKERS: Mapping[str, int] = {
    "BACKGROUND_SEARCH_WORKER": 16,
    "BACKGROUND_IMPORT_WORKER": 5,
    "INVCHK_YAHOO_WORKER": 5,
    "INVRES_YAHOO_WORKER": 2,
    "INVCHK_MERCARI_WORKER": 2,
    "INVRES_MERCARI_WORKER": 2,
    "FEED_WORKER": 2,
}
"""The keys of the pools, the seed's own but for the last, with its first values."""

MIN, MODE = "_MIN", "_MODE"
MODES = ("auto", "fixed", "paused")
MOST_WORKERS = 500


def _workers(key: str, default: int) -> tuple[Definition, ...]:
    return (
        Definition(key, default, "workers: at most so many (auto) or exactly so many (fixed)", 1, MOST_WORKERS),
        Definition(key + MIN, 1, f"at least so many workers while {key}{MODE} is auto", 1, MOST_WORKERS),
        Definition(
            key + MODE, "auto", "auto: by load within the bounds; fixed: the number itself; paused: none", choices=MODES
        ),
    )


_CANARIES = "ids, separated by spaces, each followed by =on_sale or =gone; empty: taken from the last runs"

DEFINITIONS: Mapping[str, Definition] = {
    definition.key: definition
    for definition in (
        *(definition for key, default in WORKERS.items() for definition in _workers(key, default)),
        Definition("CHECK_BATCH_ITEMS", 50, "source items in one message", 1, 1000),
        Definition("INV_QUEUE_ENOUGH_JOB_COUNT", 20, "batches of a run that may be unfinished at once", 1, 10_000),
        Definition("CHECK_REPUBLISH_SECONDS", 30, "a batch without progress for so long is published again", 5, 86_400),
        Definition("CHECK_ATTEMPTS", 3, "claims without an answer after which an item is set aside", 1, 20),
        Definition("CHECK_UNKNOWNS", 6, "unknown answers after which a run lets go of an item", 1, 100),
        Definition("CHECK_RETRY_SECONDS", 30, "first wait after an unknown answer, doubled each time", 1, 3600),
        Definition("CANARY_ITEMS_YAHOO", "", f"Yahoo's canaries: {_CANARIES}"),
        Definition("CANARY_ITEMS_MERCARI", "", f"Mercari's canaries: {_CANARIES}"),
        Definition("CANARY_EVERY_SECONDS", 300, "wait between looks at canaries while all is well", 1, 86_400),
        Definition("CANARY_RETRY_SECONDS", 15, "wait between looks at canaries while a run is held", 1, 3600),
        Definition("BRAKE_LISTINGS", 20, "fallen listings of a seller below which nothing is held", 1, 100_000),
        Definition("BRAKE_SHARE", 0.15, "share of a seller's checked listings that may fall in a run", 0.0, 1.0),
        Definition("BRAKE_MARKETPLACE_LISTINGS", 200, "the same for a whole marketplace: listings", 1, 1_000_000),
        Definition("BRAKE_MARKETPLACE_SHARE", 0.15, "the same for a whole marketplace: share", 0.0, 1.0),
        Definition("BRAKE_UNPARSABLE_SHARE", 0.10, "share of unreadable pages that holds a marketplace", 0.0, 1.0),
        Definition("BRAKE_CONFIRM_SECONDS", 600, "age at which a held fall is looked at a second time", 1, 86_400),
        Definition("FEED_STUCK_SECONDS", 1800, "age at which an open feed is cancelled or bypassed", 1, 86_400),
        Definition("FEED_POLL_SECONDS", 60, "wait between two looks at an open feed", 1, 3600),
        Definition("DELETE_DAILY_LISTINGS", 5000, "expired listings of a seller that may go in a day", 1, 1_000_000),
        Definition("PATCH_LANE_LISTINGS", 1500, "withdrawals of a seller above which a feed carries them", 1, 25_000),
    )
}
