"""The words of the operators' first page, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

CHARTS: Mapping[str, tuple[str, str]] = {
    "looks": (N_("Looks"), N_("a minute")),
    "lag": (N_("Waiting in Kafka"), N_("batches of checks")),
    "oldest": (N_("Oldest look"), N_("hours ago")),
    "pushes": (N_("Oldest withdrawal on its way"), N_("minutes")),
}
"""A chart of the last day, and its unit."""
