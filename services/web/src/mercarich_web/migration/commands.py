"""`mercarich migrate-from-seed URL`: copy the original system's database into an empty database of ours."""

from collections.abc import Sequence

from rich.console import Group, RenderableType

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.console.output import cell, facts, section, table
from mercarich_web.migration.seed import MigrationReport


def migrate_from_seed(argv: Sequence[str]) -> int:
    """Take sellers, listings, settings and exclusions over from the original system's database, which is only read."""
    parser = with_json(command_parser("migrate-from-seed", migrate_from_seed.__doc__))
    parser.add_argument("url", help="the original's database: mysql+pymysql://user:password@host/name")
    parser.add_argument("--dry-run", action="store_true", help="only report what would be taken over")
    given = parser.parse_args(argv)
    return answer(lambda on: _take_over(on, given.url, dry_run=given.dry_run), page, as_json=given.json)


def _take_over(on: Opened, url: str, *, dry_run: bool) -> MigrationReport:
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.migration.sql.new_home import SqlNewHome
    from mercarich_web.migration.sql.original import SqlOriginal, open_original
    from mercarich_web.migration.take_over import MigrateFromSeed

    original = SqlOriginal(open_original(url))
    try:
        return MigrateFromSeed(original, SqlNewHome(on.engine), on.now)(dry_run=dry_run)
    finally:
        original.close()


def page(report: MigrationReport) -> RenderableType:
    rows: list[tuple[str, object]] = [
        ("", "a dry run: nothing was written" if report.dry_run else "written"),
        ("sellers", report.sellers),
        ("listings", cell(f"{report.listings:,} of {report.sources:,} sources")),
        ("settings", report.settings),
        ("exclusions", report.exclusions),
        ("to authorise", cell(f"{report.must_authorise:,} sellers link their Amazon account anew", "yellow")),
    ]
    taken = [[known.kind, known.table, ", ".join(known.ignored)] for known in report.tables]
    parts = [facts(rows), section("tables taken over", table(["as", "table", "columns without a place"], taken))]
    if report.unknown_tables:
        parts.append(section("tables left alone", cell(", ".join(report.unknown_tables))))
    if report.unmapped:
        lines = [[each.what, each.why, each.count, each.example] for each in report.unmapped]
        parts.append(section("not as it was", table(["what", "why", "how many", "for instance"], lines)))
    return Group(*parts)
