"""The page of `mercarich offers`."""

from rich.console import RenderableType
from rich.text import Text

from mercarich_web.console.output import sentence, table
from mercarich_web.taking_over.offer_list import OffersAtAmazon, SellersOffers

_HEADINGS = ("seller", "read", "watched", "matched", "shared", "unmatched", "not selling", "sent by Amazon", "problem")


def page(answer: OffersAtAmazon) -> RenderableType:
    if not answer.sellers:
        return Text("No offers were read yet.")
    return table(list(_HEADINGS), [_cells(seller) for seller in answer.sellers])


def _cells(one: SellersOffers) -> list[object]:
    counts = (one.watched, one.matched, one.shared, one.unmatched, one.not_selling, one.sent_by_amazon)
    read = one.read_at if one.state in (None, "done") else one.state
    return [one.username, read, *counts, sentence(one.problem) if one.problem else None]
