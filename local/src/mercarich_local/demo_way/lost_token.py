"""Lose and recover a token: Amazon refuses a seller; the waiting withdrawal counts as exposed, and is sent
automatically later."""

from datetime import UTC, datetime

from sqlalchemy import select

from mercarich_db.engine import reading
from mercarich_db.tables import listings
from mercarich_db.types import AnyRow
from mercarich_local.demo_stage import Problem, Stage, clock
from mercarich_local.demo_way.cast import Cast, offers_on_sale

CHECK_SECONDS = 60.0
DELIVERY_SECONDS = 60.0


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    seller = cast.locked_out
    # Chosen only now, because the market sells random items until here.
    offer = offers_on_sale(stage.engine, seller)[-1]
    stage.title(f"Token lost: Amazon refuses the token of {seller.username}, and one of the seller's sources sells")
    stage.simulator.set_fault(target="lwa", kind="invalid_grant", only=[seller.username])
    try:
        _lines(stage, seller.username, f"{seller.username}: INVALID")
        stage.simulator.sell_items(offer.marketplace, [offer.item_id])
        check = (f"check_item_{offer.marketplace}", "2", "4", "--usernames", seller.username, "--skus", offer.sku)
        stage.command_line(*check)
        stage.run(check, seconds=CHECK_SECONDS)
        row = _row(stage, offer.listing_id)
        if row.withdrawn_at is None or not row.push_pending:
            raise Problem(
                f"{offer.sku} was not withdrawn, or the withdrawal reached Amazon although it refuses the token"
            )
        stage.tell(f"{offer.sku}: withdrawn {clock(row.withdrawn_at)} here; at Amazon it is exposed, and counted:")
        _lines(stage, seller.username, "1 offers are exposed")
    finally:
        stage.simulator.clear_faults()
    stage.title("Recover: the seller authorises again")
    _lines(stage, seller.username, "1 valid")
    stage.until(
        lambda: _is_read_back(_row(stage, offer.listing_id), row.revision), f"{offer.sku} taken down", DELIVERY_SECONDS
    )
    last = stage.simulator.offer(seller.seller_id, offer.sku)["changes"][-1]
    at = datetime.fromtimestamp(last["at"], UTC)
    if last["quantity"]:
        raise Problem(f"Amazon still shows {last['quantity']} of {offer.sku}")
    stage.tell(f"{offer.sku}: the waiting withdrawal was sent automatically, 0 at Amazon since {clock(at)}, read back")
    return {"sku": offer.sku, "exposed_seconds": round((at - row.withdrawn_at).total_seconds(), 1)}


def _lines(stage: Stage, username: str, expected: str) -> None:
    stage.command_line("validate_mws_tokens --usernames", username)
    said = stage.ask("validate_mws_tokens", "--usernames", username)
    for line in said.splitlines():
        if not line.startswith("{"):  # Skip log lines: what they report is also printed in words.
            stage.see(line)
    if expected not in said:
        raise Problem(f"validate_mws_tokens did not say {expected!r}")


def _is_read_back(row: AnyRow, revision: int) -> bool:
    """Amazon shows the quantity of this revision; an offer that was put up again has the `verified_at` of that push."""
    return row.pushed_revision >= revision and row.verified_at is not None


def _row(stage: Stage, listing_id: int) -> AnyRow:
    with reading(stage.engine) as connection:
        return connection.execute(select(listings).where(listings.c.id == listing_id)).one()
