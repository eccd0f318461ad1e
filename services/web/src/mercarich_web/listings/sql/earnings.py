"""The views whose condition depends on the seller's terms: what a sale earns."""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement

from mercarich_listings.earnings import at_a_loss, thin_margin, unknown_cost
from mercarich_replacements.earnings import Terms
from mercarich_web.listings.views import View

BY_TERMS: Mapping[View, Callable[[Terms], ColumnElement[bool]]] = {
    View.AT_A_LOSS: at_a_loss,
    View.THIN_MARGIN: thin_margin,
    View.UNKNOWN_COST: unknown_cost,
}
