"""Expire and delete: offers withdrawn a week ago are deleted with their pictures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings
from mercarich_listings import store
from mercarich_listings.event import Change
from mercarich_local.demo_stage import Problem, Stage
from mercarich_local.demo_way.cast import Cast
from mercarich_local.demo_way.listing import pictures_on_disk

DAYS = 7


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    seller, offers = cast.expiring, cast.expired
    stage.title(f"Expire: {len(offers)} offers have been down for a week")
    _withdrawn_long_ago(stage, [offer.listing_id for offer in offers])
    stage.tell(
        f"A demo does not wait a week: the withdrawals of {', '.join(offer.sku for offer in offers)}"
        f" are dated {DAYS + 1} days back in the database"
    )
    before, _ = pictures_on_disk(stage, seller.user_id)
    stage.title("Delete: the offers are deleted, with their pictures")
    words = ("delete_old_items", "--expired-days", str(DAYS))
    stage.command_line(*words)
    report = stage.answer(*words)
    after, _ = pictures_on_disk(stage, seller.user_id)
    freed = report["pictures"]["bytes"]
    stage.tell(
        f"{report['listings']} listings, {report['pictures']['files']} pictures ({freed / 1000:,.0f} KB);"
        f" {before} files before, {after} after"
    )
    if report["listings"] != len(offers) or after or not before:
        raise Problem(
            f"{len(offers)} listings and {before} pictures should be deleted; {after} pictures are still there"
        )
    return {"listings": report["listings"], "pictures": report["pictures"]["files"], "bytes": freed}


def _withdrawn_long_ago(stage: Stage, listing_ids: list[int]) -> None:
    mine = listings.c.id.in_(listing_ids)
    with reading(stage.engine) as connection:
        down = select(listings.c.sku).where(mine, listings.c.quantity == 0, listings.c.verified_at.is_not(None))
        if len(connection.execute(down).all()) != len(listing_ids):
            raise Problem("an offer whose source sold before the check was not withdrawn by it")
    then = datetime.now(UTC) - timedelta(days=DAYS + 1)

    def date_back(connection: Connection) -> None:
        rows = store.lock(connection, listing_ids)
        store.save(connection, [Change(row, replace(row, withdrawn_at=then)) for row in rows])

    run_tx(stage.engine, date_back)
