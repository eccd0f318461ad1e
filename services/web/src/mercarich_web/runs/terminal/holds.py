"""The pages of `mercarich hold`."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_web.console.output import cell, plain, table
from mercarich_web.runs.holds import Hold, HoldList, Released, RowsReleased
from mercarich_web.runs.releasing import named


def hold_list(answer: HoldList) -> RenderableType:
    return hold_table(answer.holds) if answer.holds else Text("no holds")


def hold_table(holds: Sequence[Hold]) -> RenderableType:
    headings = ["hold", "run", "marketplace", "seller", "listings", "opened", "state", "reason"]
    rows = [
        [plain(h.id), plain(h.run_id), _where(h), h.username or "all", h.listings, h.opened_at, _state(h), h.reason]
        for h in holds
    ]
    return table(headings, rows)


def released(answer: Released) -> RenderableType:
    hold = answer.hold
    if answer.changed:
        return cell(f"hold {hold.id} is released: a checker changes its {hold.listings:,} listings within seconds")
    if hold.released_by is None:
        return cell(f"hold {hold.id} was closed before; nothing changed")
    return cell(f"hold {hold.id} was released before, by {hold.released_by}; nothing changed")


def rows_released(answer: RowsReleased) -> RenderableType:
    left = [cell(_left(answer.left))] if answer.left else []
    return Group(_row_table(answer), cell(_told(answer)), *left)


def _row_table(answer: RowsReleased) -> RenderableType:
    if answer.hold.kind != "prices":
        return table(["sku", "seller"], [[one.sku, one.username] for one in answer.listings])
    rows = [[one.sku, one.username, one.price_jpy, one.to_jpy or "stays"] for one in answer.listings]
    return table(["sku", "seller", "price", "new price"], rows)


def _told(answer: RowsReleased) -> str:
    hold, before = answer.hold, f"; {answer.before:,} were released before" if answer.before else ""
    if answer.previewed:
        return f"{answer.released:,} of {hold.listings:,} listings of hold {hold.id} would be released{before}"
    if not answer.released:
        return f"nothing of hold {hold.id} was released{before or ': it was released, or closed'}"
    return (
        f"{answer.released:,} of {hold.listings:,} listings of hold {hold.id} are released: "
        f"a checker changes them within seconds{before}"
    )


def _left(skus: Sequence[str]) -> str:
    return f"not released, as they do not wait any more or were released meanwhile: {named(skus)}"


def _where(hold: Hold) -> str:
    return hold.route or hold.marketplace


def _state(hold: Hold) -> Text:
    if hold.applied_at is not None:
        return cell(f"applied ({hold.released_by})" if hold.released_by else "closed")
    if hold.released_at is not None:
        return cell(f"released by {hold.released_by}, to be applied")
    return cell("waits", "yellow")
