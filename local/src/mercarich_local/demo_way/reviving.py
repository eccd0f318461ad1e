"""Revive and restore: a seller's withdrawn offers get another source, and go up again at Amazon."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listing_events, listings, revival_candidates, revivals, source_items
from mercarich_db.types import AnyRow
from mercarich_local.demo_check import MARKETPLACES
from mercarich_local.demo_stage import Problem, Stage, clock
from mercarich_local.demo_way.cast import Cast, Seller

SHOWN = 3
REVIVE_SECONDS = 150.0
RESTORE_SECONDS = 90.0
SHOW_SECONDS = 60.0
"""Longer than the longest lag between Amazon's acceptance and what it shows: a hundred times `LAG_SECONDS`."""


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    seller = cast.reviving
    stage.title("Revive: withdrawn offers get another source of the same thing")
    withdrawn = _withdrawn(stage, seller)
    wish = ("revival", "set", seller.username, "REVIVAL_DAYS", "3")
    stage.command_line(*wish)
    stage.ask(*wish)
    for name in MARKETPLACES:
        stage.machine.command(f"updater-{name}", ("mercarich-updater", "worker", "--marketplace", name))
    commands = [(f"update_item_{name}", "2", "4", "--usernames", seller.username) for name in MARKETPLACES]
    for words in commands:
        stage.command_line(*words)
    stage.run(*commands, seconds=REVIVE_SECONDS)
    found = _revived(stage, seller)
    if not found:
        raise Problem(f"no replacement was found for {withdrawn} withdrawn offers of {seller.username}")
    stage.tell(f"{seller.username}: {len(found)} of {withdrawn} withdrawn offers have a new source; for instance")
    for row in found[:SHOWN]:
        _tell(stage, row)
    # Before anything that can fail: the ledger judges by the new sources.
    stage.simulator.tell_sources([_source(row) for row in found])
    _restore(stage, seller, found)
    return {"withdrawn": withdrawn, "revived": len(found)}


def _tell(stage: Stage, row: AnyRow) -> None:
    refused = _refusals(stage, row.listing_id)
    prices = f"{row.price_jpy or 0:,} yen ({row.first_price_jpy or 0:,} at first)"
    stage.see(
        f"{row.sku}: {row.old_item} {row.old_state}, withdrawn {clock(row.withdrawn_at)} → replaced {clock(row.at)}"
        f" by {row.marketplace} {row.item_id}, {prices}" + (f"; refused before it: {refused}" if refused else "")
    )


def _restore(stage: Stage, seller: Seller, found: Sequence[AnyRow]) -> None:
    stage.title("Restore: Amazon shows them again, with their lead time")
    sweeps = [(f"update_feed_{name}",) for name in MARKETPLACES]

    def all_accepted() -> bool:
        stage.run(*sweeps, seconds=RESTORE_SECONDS)
        stage.stop.wait(1)
        return _waiting(stage, seller) == 0

    for words in sweeps:
        stage.command_line(*words)
    stage.until(all_accepted, f"restores of {seller.username} accepted", RESTORE_SECONDS)
    for row in found[:SHOWN]:
        tell_shown(stage, seller.seller_id, row.sku)


def tell_shown(stage: Stage, seller_id: str, sku: str) -> None:
    """Tell since when Amazon shows an offer whose restore it has accepted. Raises `Problem` if it does not in time."""

    def shown() -> bool:
        return int(stage.simulator.offer(seller_id, sku)["quantity"]) > 0

    stage.until(shown, f"Amazon shows {sku}, whose restore it accepted", SHOW_SECONDS)
    offer = stage.simulator.offer(seller_id, sku)
    last = offer["changes"][-1]
    at = datetime.fromtimestamp(last["at"], UTC)
    stage.see(f"{sku}: {last['quantity']} at Amazon since {clock(at)}, ships in {offer['lead_time_days']} days")


def _withdrawn(stage: Stage, seller: Seller) -> int:
    down = select(func.count()).where(listings.c.user_id == seller.user_id, listings.c.withdrawn_at.is_not(None))
    with reading(stage.engine) as connection:
        return connection.execute(down).scalar_one()


def _waiting(stage: Stage, seller: Seller) -> int:
    pending = select(func.count()).where(listings.c.push_pending == 1, listings.c.user_id == seller.user_id)
    with reading(stage.engine) as connection:
        return connection.execute(pending).scalar_one()


def _revived(stage: Stage, seller: Seller) -> Sequence[AnyRow]:
    last_withdrawal = (
        select(func.max(listing_events.c.at))
        .where(listing_events.c.listing_id == listings.c.id, listing_events.c.kind == "withdrawn")
        .scalar_subquery()
    )
    columns = (revivals.c.listing_id, revivals.c.marketplace, revivals.c.item_id, revivals.c.price_jpy, revivals.c.at)
    query = (
        select(*columns, listings.c.sku, listings.c.first_price_jpy, amazon_accounts.c.seller_id)
        .add_columns(source_items.c.item_id.label("old_item"), source_items.c.state.label("old_state"))
        .add_columns(last_withdrawal.label("withdrawn_at"))
        .join(listings, listings.c.id == revivals.c.listing_id)
        .join(amazon_accounts, amazon_accounts.c.user_id == revivals.c.user_id)
        .join(source_items, source_items.c.id == revivals.c.old_source_item_id)
        .where(revivals.c.user_id == seller.user_id, revivals.c.state == "applied")
        .order_by(revivals.c.id)
    )
    with reading(stage.engine) as connection:
        return connection.execute(query).all()


def _refusals(stage: Stage, listing_id: int) -> str:
    """Return counts such as `2 by price, 1 by picture`."""
    refused = revival_candidates.c.refused_by
    mine = (revival_candidates.c.listing_id == listing_id, refused.is_not(None))
    query = select(refused, func.count().label("times")).where(*mine).group_by(refused).order_by(refused)
    with reading(stage.engine) as connection:
        return ", ".join(f"{row.times} by {row.refused_by}" for row in connection.execute(query))


def _source(row: AnyRow) -> Mapping[str, Any]:
    """Return the replacements in the form that the ledger expects."""
    return {
        "seller_id": row.seller_id,
        "sku": row.sku,
        "marketplace": row.marketplace,
        "item_id": row.item_id,
        "at": row.at.timestamp(),
    }
