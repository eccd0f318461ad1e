"""One item as a visitor sees it at a moment: description, state, and the time of its last change."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from mercarich_simulator.catalogue import Catalogue, Item
from mercarich_simulator.fates import Fate, Fates
from mercarich_simulator.mixed_market import MixedEvents
from mercarich_simulator.shelf import FIRST_NEW, YAHOO
from mercarich_simulator.truth import Truth

JST = timezone(timedelta(hours=9))


@dataclass(frozen=True, slots=True)
class Look:
    item: Item
    state: str
    changed_at: float
    """Unix time of the last change, or of the item's creation."""
    now: float
    host: str
    """The base address that the visitor used: `http://` and host, without a path."""
    fate: Fate | None = None
    """What becomes of the item, in a mixed market."""


class Market:
    """Finds items by id or number, relisted ones included."""

    def __init__(self, catalogue: Catalogue, truth: Truth, mixed: MixedEvents | None = None) -> None:
        self.catalogue = catalogue
        self.truth = truth
        self.fates: Fates | None = mixed.fates if mixed else None
        """In a mixed market."""
        self._arrivals = mixed.arrivals if mixed else None
        self.host = "http://127.0.0.1:8100"
        """The base address of picture addresses. Each request sets it to the host that the visitor used."""

    def find(self, marketplace: str, item_id: str, now: float) -> Look | None:
        """Return the item as seen at `now`; None for an id that does not exist."""
        number = self.catalogue.number_of(marketplace, item_id)
        return None if number is None else self.at(marketplace, number, now)

    def at(self, marketplace: str, number: int, now: float) -> Look | None:
        line = self.truth.line(marketplace, number)
        item = self._item(marketplace, number)
        if item is None:
            return None
        percent = self.truth.percent(marketplace, number, now)
        if percent != 100:
            item = replace(item, price=max(300, item.price * percent // 1000 * 10))
        fate = self.fates.of(marketplace, number) if self.fates else None
        if self.fates and fate:
            item = replace(item, created_at=fate.listed.at, likes=self.fates.traits(marketplace, number).likes)
        state, changed_at = (line[-1].state, line[-1].at) if line else ("available", item.created_at)
        return Look(item, state, changed_at, now, self.host, fate)

    def pieces_of(self, marketplace: str, product: int) -> tuple[int, ...]:
        """Return all items of a product that were ever listed, by their first numbers."""
        later = self._arrivals.pieces_of(marketplace, product) if self._arrivals else ()
        return (*self.catalogue.shelves[marketplace].pieces_of(product), *later)

    def products_since(self, marketplace: str, since: float) -> tuple[int, ...]:
        """Return the items that are the first of their product, and were listed since a time (Unix seconds)."""
        return tuple(self._arrivals.products_since(marketplace, since)) if self._arrivals else ()

    def _item(self, marketplace: str, number: int) -> Item | None:
        is_listed = self.fates is not None and number >= FIRST_NEW and self.fates.of(marketplace, number) is not None
        if is_listed or number < self.catalogue.shelves[marketplace].size:
            return self.catalogue.item(marketplace, number)
        if marketplace != YAHOO or number not in self.truth.relisted:
            return None
        _, at = self.truth.relisted[number]
        old = self.catalogue.item(YAHOO, self.truth.first_of(number))
        return replace(old, number=number, item_id=self.catalogue.item_id(YAHOO, number), created_at=at)


def jst(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, JST)


def utc_text(moment: float) -> str:
    """Return Unix seconds as ISO 8601 with Z and whole seconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
