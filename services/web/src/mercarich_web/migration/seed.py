"""The original system's rows as ours: what each column meant there, and what becomes of it here.

Facts, not code, of the original: naive times of Asia/Tokyo; `csv_flag` 1 is on sale at Amazon; `research_request`
wants a replacement; `record_type` 20 is withdrawn, 21 revived; `update_quantity_request` waits to be pushed; NULL
booleans count as false; `check_times` is the plan. Tables are told by their columns, since their names differ.
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
    """How a table of the original is known: it has all of these columns (each by one of its names)."""

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
    """A table of the original that is taken over; `columns` names its real column for each of ours."""

    kind: str
    table: str
    columns: Mapping[str, str]
    ignored: Sequence[str]
    """Its columns that have no place here."""


def recognise(table: str, columns: Sequence[str]) -> Known | None:
    """What the table is, None when it is none of those that are taken over."""
    there = {column.lower(): column for column in columns}
    for shape in SHAPES:
        found = {ours: _one(there, names) for ours, names in {**shape.columns, **shape.optional}.items()}
        if all(found[ours] for ours in shape.columns):
            used = {ours: name for ours, name in found.items() if name}
            return Known(shape.kind, table, used, [c for c in columns if c not in used.values()])
    return None


MARKETPLACES = (Marketplace.YAHOO.value, Marketplace.MERCARI.value)
"""Those that the original system knew."""


def marketplace_of(table: str, row: Mapping[str, Any]) -> str | None:
    """From the row's own column, else from the name of its table."""
    text = f"{row.get('marketplace') or table}".lower()
    found = [name for name in MARKETPLACES if name in text]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A row or a value that was not taken over as it is; `count` of them, the first as an example."""

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
    """Sellers whose account at Amazon must be linked anew: tokens of the old interface are of no use."""
    tables: Sequence[Known]
    unknown_tables: Sequence[str]
    unmapped: Sequence[Unmapped]


class Problems:
    """Counts what could not be mapped, and keeps one example of each."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, what: str, why: str, example: object) -> None:
        count, first = self._found.get((what, why), (0, str(example)[:100]))
        self._found[what, why] = (count + 1, first)

    def all(self) -> list[Unmapped]:
        return [Unmapped(*key, *value) for key, value in sorted(self._found.items())]


def seller(row: Mapping[str, Any], plan: object, problems: Problems, now: datetime) -> dict[str, Any]:
    """A row of users."""
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
    """A row of listings, but for its seller and source. What waited to be pushed there waits here, too."""
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
        # An offer that stands comes down on what a check has seen, not on a mark whose reason stayed behind.
        "searching": bool(row["searching"]) and quantity == 0,
        "withdrawn_at": updated if withdrawn else None,
        "changed_at": updated,
        # Nobody here has seen its source: feed waits until the updater has.
        "restored_at": now if listed and pending and quantity > 0 else None,
        "pushed_revision": 0 if pending else 1,
        "pushed_quantity": None if pending else quantity,
        "pushed_at": None if pending else now,
        "push_attempts": 0,
        "orphan": False,
    }


def utc(value: object) -> datetime | None:
    """A naive time of Tokyo, as a driver gives it, in UTC."""
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
