"""Map the original system's rows to ours: the meaning of each of its columns, and what becomes of it.

These are facts about the original, not code of it: naive times are Asia/Tokyo; `csv_flag` 1 is on sale at Amazon;
`research_request` wants a replacement; `record_type` 20 is withdrawn, 21 revived; `update_quantity_request` waits to be
pushed; NULL booleans count as false; `check_times` is the plan. Tables are recognised by their columns, since their
names differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import PLANS, TIME_ZONE

WITHDRAWN = 20


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns by which a table of the original is recognised: it must have all of them (each under one of its
    names)."""

    kind: str
    columns: Mapping[str, Sequence[str]]
    optional: Mapping[str, Sequence[str]] = field(default_factory=dict)


_USER = ("user_id", "owner_id", "author_id")
SHAPES = (
    Shape("users", {"id": ("id",), "username": ("username",), "active": ("is_active",), "staff": ("is_staff",)}),
    Shape("plans", {"user": _USER, "plan": ("check_times",)}),
    Shape(
        "items",
        {
            "user": _USER,
            "sku": ("item_sku", "sku", "seller_sku"),
            "source": ("purchase_seller_item_id", "purchase_item_id", "source_item_id", "item_id", "auction_id"),
            "listed": ("csv_flag",),
            "searching": ("research_request",),
            "record_type": ("record_type",),
            "quantity": ("quantity",),
            "pending": ("update_quantity_request",),
            "updated": ("updated_date", "updated_at"),
        },
        {
            "asin": ("asin", "item_asin", "external_product_id"),
            "title": ("item_name", "title", "name"),
            "listing_quantity": ("purchase_quantity", "listing_quantity", "initial_quantity"),
            "created": ("created_date", "created_at"),
            "source_seller": ("purchase_seller_id", "source_seller_id"),
            "marketplace": ("marketplace", "source_site"),
        },
    ),
    Shape("constants", {"key": ("key",), "value": ("value",), "description": ("description",)}),
    Shape("excluded_sellers", {"user": _USER, "seller": ("exclude_seller_id", "excluded_seller_id", "ban_seller_id")}),
    Shape("excluded_words", {"user": _USER, "word": ("exclude_word", "excluded_word", "ban_word")}),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A recognised table of the original; `columns` maps our column names to its real ones."""

    kind: str
    table: str
    columns: Mapping[str, str]
    ignored: Sequence[str]
    """Columns of it that have no equivalent here."""


def recognise(table: str, columns: Sequence[str]) -> Known | None:
    """Return the recognised table, or None when it is not one that is taken over."""
    there = {column.lower(): column for column in columns}
    for shape in SHAPES:
        found = {ours: _one(there, names) for ours, names in {**shape.columns, **shape.optional}.items()}
        if all(found[ours] for ours in shape.columns):
            used = {ours: name for ours, name in found.items() if name}
            return Known(shape.kind, table, used, [c for c in columns if c not in used.values()])
    return None


MARKETPLACES = (Marketplace.YAHOO.value, Marketplace.MERCARI.value)
"""The marketplaces that the original system knew."""


def marketplace_of(table: str, row: Mapping[str, Any]) -> str | None:
    """Return the marketplace that the row's own column names, else the one in the table's name."""
    text = f"{row.get('marketplace') or table}".lower()
    found = [name for name in MARKETPLACES if name in text]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A kind of row or value that was not taken over unchanged; `count` of them, the first as an example."""

    what: str
    why: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class MigrationReport:
    dry_run: bool
    sellers: int
    listings: int
    sources: int
    settings: int
    exclusions: int
    must_authorise: int
    """Sellers who must link their Amazon account again: tokens of the old interface cannot be used."""
    tables: Sequence[Known]
    unknown_tables: Sequence[str]
    unmapped: Sequence[Unmapped]


class Problems:
    """Count what could not be mapped, and keep one example of each kind."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, what: str, why: str, example: object) -> None:
        count, first = self._found.get((what, why), (0, str(example)[:100]))
        self._found[what, why] = (count + 1, first)

    def all(self) -> list[Unmapped]:
        return [Unmapped(*key, *value) for key, value in sorted(self._found.items())]


def seller(row: Mapping[str, Any], plan: object, problems: Problems, now: datetime) -> dict[str, Any]:
    """Return a row of `users`."""
    if plan not in PLANS:
        problems.add("seller", "has no plan of 2 or 4 checks a day; 2 is taken", row["username"])
    return {
        "username": str(row["username"])[:64],
        "plan": plan if plan in PLANS else PLANS[0],
        "active": bool(row["active"]),
        "is_staff": bool(row["staff"]),
        "created_at": now,
    }


def listing(row: Mapping[str, Any], marketplace: str, now: datetime) -> dict[str, Any]:
    """Return a row of `listings`, without its seller and source. A push that was pending there is pending here, too."""
    updated = utc(row.get("updated")) or now
    quantity = max(0, int(row["quantity"] or 0))
    listed, pending = bool(row["listed"]), bool(row["pending"])
    withdrawn = row["record_type"] == WITHDRAWN and quantity == 0
    return {
        "sku": str(row["sku"]),
        "asin": (str(row["asin"])[:16] or None) if row.get("asin") else None,
        "title": str(row["title"])[:255] if row.get("title") else None,
        "marketplace": marketplace,
        "listed": listed,
        "listing_quantity": max(1, int(row.get("listing_quantity") or quantity or 1)),
        "created_at": utc(row.get("created")) or updated,
        "quantity": quantity,
        "revision": 1,
        # A listed offer comes down on what a check has seen, not on a mark whose reason was not migrated.
        "searching": bool(row["searching"]) and quantity == 0,
        "withdrawn_at": updated if withdrawn else None,
        "changed_at": updated,
        # No check of ours has seen its source: feed waits until the updater has looked at it.
        "restored_at": now if listed and pending and quantity > 0 else None,
        "pushed_revision": 0 if pending else 1,
        "pushed_quantity": None if pending else quantity,
        "pushed_at": None if pending else now,
        "push_attempts": 0,
        "orphan": False,
    }


def utc(value: object) -> datetime | None:
    """Return a naive Tokyo time, as a driver gives it, in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=value.tzinfo or ZoneInfo(TIME_ZONE)).astimezone(UTC)


def _one(there: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((there[name] for name in names if name in there), None)
