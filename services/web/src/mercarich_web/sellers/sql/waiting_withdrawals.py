"""Withdrawals that Amazon has not accepted yet: what a seller is exposed by."""

from sqlalchemy import ColumnElement, false, true

from mercarich_db.tables import listings


def is_waiting() -> tuple[ColumnElement[bool], ...]:
    listing = listings.c
    return listing.push_pending == 1, listing.quantity == 0, listing.listed == true(), listing.orphan == false()
