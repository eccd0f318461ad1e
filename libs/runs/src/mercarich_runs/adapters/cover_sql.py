"""What a request covers, asked before its run starts: the sellers and SKUs that it names, and whether it has any."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from sqlalchemy import Connection, Engine, select, union_all

from mercarich_db.engine import reading
from mercarich_db.tables import listings, users
from mercarich_runs.adapters.marking_sql import sellers_of
from mercarich_runs.ports import CoversNothing, NamesNobody, Request, Sellers

_TOLD = 5
"""Unknown names that the sentence tells; a pasted list may have thousands."""
_AROUND = 3
"""SKUs before and after an unknown one, in their order, among which the nearest is looked for."""


def require_cover(engine: Engine, request: Request) -> None:
    """Raise `NamesNobody` or `CoversNothing` when the request is a mistake."""
    with reading(engine) as connection:
        _require_names(connection, request)
    sellers = sellers_of(engine, request)
    if not sellers.user_ids:
        raise CoversNothing(_without_sellers(request, sellers))
    with reading(engine) as connection:
        mine = (listings.c.user_id.in_(sellers.user_ids), listings.c.marketplace == request.marketplace)
        if request.skus and not _any_sku(connection, request.skus, *mine):
            raise CoversNothing(f"none of these SKUs is one of those sellers' at {request.marketplace}")


def _require_names(connection: Connection, request: Request) -> None:
    if request.usernames:
        known = set(connection.execute(select(users.c.username)).scalars())
        unknown = [name for name in request.usernames if name not in known]
        _refuse("there is no seller", "the nearest name is", [(name, known) for name in unknown[:_TOLD]])
    if request.skus:
        found = select(listings.c.sku).join(users, users.c.id == listings.c.user_id)
        known = set(connection.execute(found.where(listings.c.sku.in_(request.skus))).scalars())
        unknown = [sku for sku in request.skus if sku not in known][:_TOLD]
        _refuse("no seller has the SKU", "the nearest is", [(sku, _around(connection, sku)) for sku in unknown])


def _refuse(sentence: str, hint: str, unknown: Iterable[tuple[str, Collection[str]]]) -> None:
    """Raise `NamesNobody` for unknown names, each with the known ones that it may be meant for."""
    told = []
    for name, known in unknown:
        near = get_close_matches(name, known, 1)
        told.append(f"{sentence} {name!r}" + (f"; {hint} {near[0]!r}" if near else ""))
    if told:
        raise NamesNobody(". ".join(told))


def _around(connection: Connection, sku: str) -> Collection[str]:
    """Return the SKUs next to this one in their order."""
    column = listings.c.sku
    before = select(column).where(column < sku).order_by(column.desc()).limit(_AROUND).subquery()
    after = select(column).where(column > sku).order_by(column).limit(_AROUND).subquery()
    return connection.execute(union_all(select(before), select(after))).scalars().all()


def _any_sku(connection: Connection, skus: Collection[str], *which: object) -> bool:
    mine = select(listings.c.id).where(listings.c.sku.in_(skus), *which)  # type: ignore[arg-type]
    return connection.execute(mine.limit(1)).first() is not None


def _without_sellers(request: Request, sellers: Sellers) -> str:
    plans = " or ".join(map(str, request.plans))
    skipped = ", ".join(f"{reason}: {count}" for reason, count in sorted(sellers.skipped.items()))
    who = "none of these sellers has" if request.usernames else "no seller with"
    takes = "checks a day and takes part in runs" if request.usernames else "checks a day takes part in runs"
    return f"{who} {plans} {takes}" + (f" ({skipped})" if skipped else "")
