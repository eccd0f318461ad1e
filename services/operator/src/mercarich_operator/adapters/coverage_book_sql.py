"""The coverage of each marketplace, as checkers have counted it: of all sellers, and of the worst one."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from mercarich_contracts.market import Marketplace
from mercarich_db.coverage import ALL_SELLERS, coverages_of
from mercarich_db.tables import coverages, source_items
from mercarich_operator.ports import QUANTILES, CoverageBook

_of = coverages.c


def coverage_books(connection: Connection, now: datetime) -> list[CoverageBook]:
    """Return it for every marketplace. Reads a row a seller."""
    whole = coverages_of(connection)
    worst = (
        select(
            *(_of.marketplace, func.min(1.0 * _of.covered / _of.sources).label("share")),
            *(func.min(_of.half_since), func.min(_of.most_since), func.min(_of.oldest_at)),
        )
        .where(_of.user_id != ALL_SELLERS, _of.sources > 0)
        .group_by(_of.marketplace)
    )
    worst_of = {marketplace: (float(share), since) for marketplace, share, *since in connection.execute(worst)}
    books = []
    for name in Marketplace:
        one = whole.get(name)
        share, since = worst_of.get(name, (None, ()))
        mine = () if one is None else (one.half_since, one.most_since, one.oldest_at)
        books.append(
            CoverageBook(
                marketplace=name.value,
                counted_at=one.counted_at if one is not None else _never(connection, name, now),
                share=one.share if one is not None else None,
                worst_share=share,
                ages=dict([*_ages("all", mine, now), *_ages("worst_seller", since, now)]),
            )
        )
    return books


def _ages(of: str, since: Iterable[datetime | None], now: datetime) -> Iterator[tuple[tuple[str, str], float]]:
    for quantile, at in zip(QUANTILES, since, strict=False):
        if at is not None:
            yield (of, quantile), max(0.0, (now - at).total_seconds())


def _never(connection: Connection, marketplace: Marketplace, now: datetime) -> datetime | None:
    some = select(source_items.c.id).where(source_items.c.marketplace == marketplace).limit(1)
    return None if connection.execute(some).first() is not None else now
