"""The settings that people change while the system runs: typed, bounded, with history.

`read` gives every value, defaults filled in; `write` refuses what is out of range with a sentence.
Deployment facts (addresses, keys) are not here but in the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from mercarich_db.tables import settings, settings_history


class BadSetting(Exception):
    """The key or the value is refused; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Definition:
    key: str
    default: int | float | str
    meaning: str
    low: float | None = None
    high: float | None = None

    def parse(self, text: str) -> int | float | str:
        """Raises `BadSetting`."""
        if isinstance(self.default, str):
            return text.strip()
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        expected = f"{self.key}: expected {kind} from {self.low:g} to {self.high:g}, not {text!r}"
        try:
            value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError:
            raise BadSetting(expected) from None
        if not (self.low is not None and self.high is not None and self.low <= value <= self.high):
            raise BadSetting(expected)
        return value


_CANARIES = "ids, separated by spaces, each followed by =on_sale or =gone; empty: taken from the last runs"

DEFINITIONS: Mapping[str, Definition] = {
    definition.key: definition
    for definition in (
        Definition("CHECK_BATCH_ITEMS", 50, "source items in one message", 1, 1000),
        Definition("INV_QUEUE_ENOUGH_JOB_COUNT", 20, "batches of a run that may be unfinished at once", 1, 10_000),
        Definition(
            "CHECK_REPUBLISH_SECONDS", 120, "a batch without progress for so long is published again", 5, 86_400
        ),
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
        Definition("PATCH_LANE_LISTINGS", 1500, "withdrawals of a seller above which a feed carries them", 1, 25_000),
    )
}


@dataclass(frozen=True, slots=True)
class Values:
    """Every setting with its value; a stored value that is no longer valid counts as absent."""

    by_key: Mapping[str, int | float | str]

    def integer(self, key: str) -> int:
        return int(self.by_key[key])

    def number(self, key: str) -> float:
        return float(self.by_key[key])

    def text(self, key: str) -> str:
        return str(self.by_key[key])


def read(connection: Connection) -> Values:
    stored = {row.key: row.value for row in connection.execute(select(settings.c.key, settings.c.value))}
    return Values({key: _value(definition, stored.get(key)) for key, definition in DEFINITIONS.items()})


def write(connection: Connection, key: str, value: str, *, by: str, at: datetime) -> None:
    """Store one value and its history. Raises `BadSetting`."""
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise BadSetting(f"there is no setting {key!r}; known: {', '.join(DEFINITIONS)}")
    text = str(definition.parse(value))
    before = connection.execute(select(settings.c.value).where(settings.c.key == key)).scalar()
    row = {"value": text, "updated_at": at, "updated_by": by}
    if before is None:
        connection.execute(insert(settings).values(key=key, **row))
    else:
        connection.execute(update(settings).where(settings.c.key == key).values(**row))
    connection.execute(insert(settings_history).values(key=key, value_before=before, value_after=text, at=at, by=by))


def _value(definition: Definition, stored: str | None) -> int | float | str:
    if stored is None:
        return definition.default
    try:
        return definition.parse(stored)
    except BadSetting:
        return definition.default
