"""Migrate sellers, listings, settings and exclusions from the original system."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mercarich_platform.clock import Clock
from mercarich_reasons.imports import TablesMissing
from mercarich_web.migration import seed
from mercarich_web.migration.seed import Known, MigrationReport, Problems
from mercarich_web.migration.sql.new_home import SqlNewHome, SqlNewRows
from mercarich_web.migration.sql.original import SqlOriginal
from mercarich_web.refusals import Refused

CHUNK = 1000
BY = "migrate-from-seed"


@dataclass(slots=True)
class _Counts:
    listings: int = 0
    settings: int = 0
    exclusions: int = 0
    sources: set[tuple[str, str]] = field(default_factory=set)
    skus: set[tuple[int, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class MigrateFromSeed:
    """Migrate everything or nothing. Raises `Refused` when the original has no sellers or items, or ours has sellers
    already."""

    original: SqlOriginal
    ours: SqlNewHome
    now: Clock

    def __call__(self, *, dry_run: bool) -> MigrationReport:
        known, unknown = self.original.tables()
        by_kind: dict[str, list[Known]] = {}
        for table in known:
            by_kind.setdefault(table.kind, []).append(table)
        missing = [kind for kind in ("users", "items") if kind not in by_kind]
        if missing:
            raise Refused(TablesMissing(tuple(missing)))

        def take_over(rows: SqlNewRows | None) -> MigrationReport:
            return self._take_over(by_kind, rows, known, unknown)

        return take_over(None) if dry_run else self.ours.filled(take_over)

    def _take_over(
        self,
        by_kind: Mapping[str, list[Known]],
        rows: SqlNewRows | None,
        known: Sequence[Known],
        unknown: Sequence[str],
    ) -> MigrationReport:
        """Migrate; without `rows` only count."""
        problems, counts = Problems(), _Counts()
        ids = self._sellers(by_kind, problems, rows)
        for table in by_kind["items"]:
            self._items(table, ids, problems, counts, rows)
        for table in by_kind.get("constants", []):
            self._settings(table, problems, counts, rows)
        for kind in ("excluded_sellers", "excluded_words"):
            for table in by_kind.get(kind, []):
                self._exclusions(table, ids, problems, counts, rows)
        return MigrationReport(
            dry_run=rows is None,
            sellers=len(ids),
            listings=counts.listings,
            sources=len(counts.sources),
            settings=counts.settings,
            exclusions=counts.exclusions,
            must_authorise=len(ids),
            tables=known,
            unknown_tables=unknown,
            unmapped=problems.all(),
        )

    def _sellers(
        self, by_kind: Mapping[str, list[Known]], problems: Problems, rows: SqlNewRows | None
    ) -> dict[object, int]:
        """User ids here, by the original's user ids."""
        plans = {row["user"]: row["plan"] for table in by_kind.get("plans", []) for row in self.original.rows(table)}
        ids: dict[object, int] = {}
        for table in by_kind["users"]:
            for row in self.original.rows(table):
                made = seed.seller(row, plans.get(row["id"]), problems, self.now())
                ids[row["id"]] = len(ids) + 1
                if rows is not None:
                    rows.add_seller(ids[row["id"]], made)
        return ids

    def _items(
        self,
        table: Known,
        ids: Mapping[object, int],
        problems: Problems,
        counts: _Counts,
        rows: SqlNewRows | None,
    ) -> None:
        chunk: list[tuple[dict[str, Any], str, str | None]] = []
        for made in self._mapped(table, ids, problems, counts):
            chunk.append(made)
            counts.listings += 1
            if len(chunk) == CHUNK:
                if rows is not None:
                    rows.add_listings(chunk)
                chunk = []
        if chunk and rows is not None:
            rows.add_listings(chunk)

    def _mapped(
        self, table: Known, ids: Mapping[object, int], problems: Problems, counts: _Counts
    ) -> Iterator[tuple[dict[str, Any], str, str | None]]:
        """Yield listings, each with its source's id and the source's seller."""
        for row in self.original.rows(table):
            marketplace, user = seed.marketplace_of(table.table, row), ids.get(row["user"])
            source = str(row["source"] or "").strip()
            sku = str(row["sku"] or "").strip()
            why = _why_not(marketplace, user, source, sku)
            if why is None and user is not None and (user, sku) in counts.skus:
                why = "its seller has this SKU twice"
            if why is not None or marketplace is None or user is None:
                problems.add(f"item of {table.table}", why or "", sku or row["user"])
                continue
            if any(row[flag] is None for flag in ("listed", "searching", "pending")):
                problems.add(f"item of {table.table}", "a flag is NULL; it counts as no", sku)
            made = seed.listing(row, marketplace, self.now())
            if row["searching"] and made["listed"] and not made["searching"]:
                why = "stands while a replacement is wanted; the next check looks at its source"
                problems.add(f"item of {table.table}", why, sku)
            counts.skus.add((user, sku))
            counts.sources.add((marketplace, source))
            seller = row.get("source_seller")
            yield ({**made, "user_id": user}, source, str(seller) if seller else None)

    def _settings(self, table: Known, problems: Problems, counts: _Counts, rows: SqlNewRows | None) -> None:
        for row in self.original.rows(table):
            key, value = str(row["key"]), str(row["value"])
            problem = rows.set(key, value, BY, self.now()) if rows else self.ours.setting_problem(key, value)
            if problem:
                problems.add("setting", problem, key)
            else:
                counts.settings += 1

    def _exclusions(
        self,
        table: Known,
        ids: Mapping[object, int],
        problems: Problems,
        counts: _Counts,
        rows: SqlNewRows | None,
    ) -> None:
        for row in self.original.rows(table):
            user, marketplace = ids.get(row["user"]), seed.marketplace_of(table.table, row)
            what = str(row.get("seller") or row.get("word") or "").strip()
            what = what.casefold() if table.kind == "excluded_words" else what
            if user is None or not 1 <= len(what) <= 64:
                problems.add(f"exclusion of {table.table}", "its seller is unknown, or it is empty or too long", what)
                continue
            counts.exclusions += 1
            if rows is None:
                continue
            if table.kind == "excluded_words":
                rows.exclude_word(user, what)
            else:
                for each in [marketplace] if marketplace else seed.MARKETPLACES:
                    rows.exclude_seller(user, each, what)


def _why_not(marketplace: str | None, user: int | None, source: str, sku: str) -> str | None:
    if user is None:
        return "its seller is not among the users"
    if marketplace is None:
        return "neither its table nor its row says which marketplace it is of"
    if not 1 <= len(source) <= 64:
        return "it has no source, or one with an id of more than 64 characters"
    if not 1 <= len(sku) <= 64:
        return "it has no SKU, or one of more than 64 characters"
    return None
