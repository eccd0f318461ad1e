"""Items of marketplaces as far as looks have seen them."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select

from mercarich_db import asked_looks
from mercarich_db.tables import run_heads, runs, source_items
from mercarich_web.listings.chosen import Item, SeenItem

_source = source_items.c
_heads = select(run_heads.c.run_id).where(run_heads.c.operation == "check")
_MAKES_LOOKS = or_(runs.c.outcome == "running", and_(asked_looks.HAS_ENDED, runs.c.id.in_(_heads)))
"""Condition on a run: looks that are asked for are made in the newest run after its end, too."""
_goes_on = exists().where(runs.c.id == _source.check_run, _MAKES_LOOKS).label("check_goes_on")
COLUMNS = [_goes_on if field.name == "check_goes_on" else _source[field.name] for field in fields(SeenItem)]


def is_item(item: Item) -> Any:
    """Condition on `source_items`."""
    return and_(_source.marketplace == item[0], _source.item_id == item[1])


def item_of(row: Any) -> SeenItem:
    """Return the item of a row of `COLUMNS`."""
    return SeenItem(*(getattr(row, field.name) for field in fields(SeenItem)))


def seen(connection: Connection, item: Item) -> SeenItem | None:
    row = connection.execute(select(*COLUMNS).where(is_item(item))).one_or_none()
    return None if row is None else item_of(row)


def seen_by_id(connection: Connection, source_id: int) -> SeenItem:
    return item_of(connection.execute(select(*COLUMNS).where(_source.id == source_id)).one())
