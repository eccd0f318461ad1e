"""The words of differences, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_listings.differences import Difference
from mercarich_web.site.languages import N_

DIFFERENCES: Mapping[str, tuple[str, str, str]] = {
    Difference.ABOVE: (
        N_("Above the books"),
        N_("Down by the books, and Amazon still shows a quantity: it can be sold without a source."),
        "bad",
    ),
    Difference.OTHER: (
        N_("Another quantity"),
        N_("Amazon took the quantity of the books, and shows another."),
        "warn",
    ),
    Difference.NOT_FOR_SALE: (
        N_("Not for sale"),
        N_("Amazon has the quantity, and does not sell the offer. Only the seller can mend it, at Amazon."),
        "warn",
    ),
    Difference.UNKNOWN: (
        N_("Not at Amazon"),
        N_("Amazon does not know the SKU, so nothing is sold and nothing can be sent."),
        "warn",
    ),
}
"""A kind of difference: its word, what it means, and its tone."""
