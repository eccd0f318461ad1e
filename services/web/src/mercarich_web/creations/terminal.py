"""The page of `mercarich creations`."""

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_web.console.output import section, sentence, table, yen
from mercarich_web.creations.progress import CreationList, SellersCreations


def page(answer: CreationList) -> RenderableType:
    if not answer.sellers:
        return Text("No new offers.")
    return Group(*(_seller(seller) for seller in answer.sellers))


def _seller(seller: SellersCreations) -> RenderableType:
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(seller.counts.items()))
    headings = ["sku", "asin", "price", "state", "asked", "sent", "why"]
    rows = [
        [
            one.sku,
            one.asin,
            yen(one.price_jpy),
            one.state.replace("_", " "),
            one.asked_at,
            one.sent_at,
            sentence(one.problem) if one.problem is not None else None,
        ]
        for one in seller.creations
    ]
    told = [table(headings, rows)] if rows else []
    return section(f"{seller.username}: {counts or 'none lately'}", Group(*told))
