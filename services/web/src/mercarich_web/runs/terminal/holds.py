"""The pages of `mercarich hold`."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from mercarich_web.console.output import cell, plain, table
from mercarich_web.runs.holds import Hold, HoldList, Released


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


def _where(hold: Hold) -> str:
    return hold.route or hold.marketplace


def _state(hold: Hold) -> Text:
    if hold.applied_at is not None:
        return cell(f"applied ({hold.released_by})" if hold.released_by else "closed")
    if hold.released_at is not None:
        return cell(f"released by {hold.released_by}, to be applied")
    return cell("waits", "yellow")
