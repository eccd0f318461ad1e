"""The navigation of a signed-in visitor, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_web.site.languages import N_


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    label: str
    icon: str
    """The name of an icon in assets/vendor/icons.svg."""

    def is_current(self, path: str) -> bool:
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


SELLERS: Sequence[Entry] = (
    Entry("/", N_("Home"), "house"),
    Entry("/listings", N_("Listings"), "list"),
    Entry("/orders", N_("Orders"), "package"),
    Entry("/replacements", N_("Replacements"), "refresh-cw"),
    Entry("/jobs", N_("Imports and searches"), "layers"),
    Entry("/amazon", N_("Amazon"), "shopping-cart"),
    Entry("/differences", N_("Books and Amazon"), "scale"),
    Entry("/notices", N_("Notices"), "bell"),
    Entry("/rules", N_("Rules"), "sliders-horizontal"),
)
OPERATORS: Sequence[Entry] = (
    Entry("/", N_("Overview"), "gauge"),
    Entry("/runs", N_("Runs"), "activity"),
    Entry("/holds", N_("Holds"), "hand"),
    Entry("/schedule", N_("Schedule"), "calendar-clock"),
    Entry("/markets", N_("Marketplaces"), "store"),
    Entry("/pools", N_("Worker pools"), "layers"),
    Entry("/sellers", N_("Sellers"), "users"),
    Entry("/tokens", N_("Amazon tokens"), "key-round"),
    Entry("/differences", N_("Books and Amazon"), "scale"),
    Entry("/dead-letters", N_("Dead letters"), "inbox"),
    Entry("/settings", N_("Settings"), "sliders-horizontal"),
    Entry("/notices", N_("Notices"), "bell"),
    Entry("/audit", N_("Audit log"), "scroll-text"),
)
BOTH: Sequence[Entry] = (Entry("/account", N_("Account"), "user"),)
