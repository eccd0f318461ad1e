"""`mercarich delete_old_items`: the seed's command line."""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Group, RenderableType

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.console.output import cell, facts, section, table
from mercarich_web.housekeeping.expiry import FLOOR_DAYS, SHOWN, DeletionReport
from mercarich_web.pictures.pictures import Removed

MOST_DAYS = 3650


def delete_old_items(argv: Sequence[str]) -> int:
    """Delete offers withdrawn long ago with their pictures (the listing at Amazon stays), and old records of work."""
    given = parse(argv)
    logging.getLogger("mercarich_web").setLevel(logging.INFO)
    return answer(lambda on: keep_house(on, given), page, as_json=given.json)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """A parser that ends the process with one sentence and exit code 2 when an argument is wrong."""
    parser = with_json(command_parser("delete_old_items", delete_old_items.__doc__))
    parser.add_argument(
        "--expired-days",
        type=_days,
        default=FLOOR_DAYS,
        help=f"least days since the withdrawal; fewer than {FLOOR_DAYS} count as {FLOOR_DAYS} ({FLOOR_DAYS})",
    )
    parser.add_argument("--dry-run", action="store_true", help="only report what would be deleted")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--unknown-to-amazon", action="store_true", help="also offers whose SKU Amazon does not know (status: orphans)"
    )
    which.add_argument(
        "--delete-listing", action="store_true", help="delete the listings at Amazon, too, before their rows (off)"
    )
    return parser.parse_args(argv)


def keep_house(on: Opened, given: argparse.Namespace) -> DeletionReport:
    """Delete as the parsed arguments say. Raises `DatabaseAway`."""
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.housekeeping import wiring

    report = wiring.delete_old_items(on.engine, on.shared, on.now, on.sleep)(
        given.expired_days,
        dry_run=given.dry_run,
        unknown_to_amazon=given.unknown_to_amazon,
        at_amazon=given.delete_listing,
    )
    return replace(report, pruned=wiring.prune(on.engine, on.now)(dry_run=given.dry_run))


def page(report: DeletionReport) -> RenderableType:
    would = "would go" if report.dry_run else "deleted"
    rows = [
        ("withdrawn until", report.withdrawn_until),
        ("listings", cell(f"{report.listings:,} {would}")),
        ("pictures", _removed(report.pictures, would)),
        ("left over", _removed(report.left_over, would)),
        ("freed", cell(_size(report.pictures.bytes + report.left_over.bytes))),
    ]
    rows += [
        (each.record, cell(f"{each.rows:,} {would}, older than {each.days} days"))
        for each in report.pruned
        if each.rows
    ]
    if report.leaving:
        waits = "wait for Amazon to accept that they go; the next deletion takes their rows"
        rows.append(("leaving Amazon", cell(f"{report.leaving:,} {waits}", "yellow")))
    if report.capped:
        rows.append(("more tomorrow", cell(f"{', '.join(report.capped)}: DELETE_DAILY_LISTINGS is reached", "yellow")))
    parts: list[RenderableType] = [facts(rows)]
    if report.offers and report.dry_run:
        lines = [[each.username, each.sku, each.withdrawn_at, each.pictures] for each in report.offers]
        parts.append(section("what would go", table(["seller", "SKU", "withdrawn", "pictures"], lines)))
        if report.listings > SHOWN:
            parts.append(cell(f"… and {report.listings - SHOWN:,} more"))
    return Group(*parts)


def _removed(removed: Removed, would: str) -> RenderableType:
    text = f"{removed.files:,} {would}"
    for count, why in (
        (removed.shared, "kept, another listing shows them"),
        (removed.refused, "kept, outside their seller's folder"),
        (removed.failed, "could not be deleted, tried again tomorrow"),
    ):
        text += f"; {count:,} {why}" if count else ""
    return cell(text, "yellow" if removed.refused or removed.failed else "")


def _size(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    raise AssertionError("the last unit takes everything")


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST_DAYS):
        raise argparse.ArgumentTypeError(f"expected whole days from 0 to {MOST_DAYS}, not {text!r}")
    return int(text)
