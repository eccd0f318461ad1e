"""What a late push may have put an older quantity over: it goes out again."""

from collections.abc import Sequence

from sqlalchemy import Connection, case, update

from mercarich_db.tables import listings


def push_again(connection: Connection, ids: Sequence[int]) -> None:
    """What Amazon shows is not known any more. A PATCH under way loses its claim with that, so that its answer cannot
    count the listing as pushed."""
    if not ids:
        return
    behind = case(
        (listings.c.pushed_revision >= listings.c.revision, listings.c.revision - 1), else_=listings.c.pushed_revision
    )
    connection.execute(
        update(listings)
        .where(listings.c.id.in_(ids))
        .values(pushed_revision=behind, pushed_quantity=None, verified_at=None, push_claim=None, push_claim_until=None)
    )
