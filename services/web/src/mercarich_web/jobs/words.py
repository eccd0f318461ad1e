"""The words of jobs, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.listings.csv_rows import EXAMPLE_SOURCE
from mercarich_web.site.languages import N_

JOB_KINDS: Mapping[str, tuple[str, str]] = {
    "import": (N_("Import of a file"), "file-spreadsheet"),
    "search": (N_("Bulk search"), "search"),
}
"""A kind of job: its word and icon."""
JOB_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("waits"), ""),
    "running": (N_("running"), "info"),
    "finished": (N_("finished"), "good"),
    "stopped": (N_("stopped"), ""),
    "failed": (N_("failed"), "bad"),
    "done": (N_("done"), "good"),
    "skipped": (N_("skipped"), ""),
}
"""States of a job, and of one query of a search."""
JOB_PHASES: Mapping[str, str] = {
    "preparing": N_("storing the file"),
    "searching": N_("searching"),
    "mapping": N_("waits for its columns"),
    "reading": N_("reading the file"),
    "comparing": N_("comparing with your listings"),
    "confirming": N_("waits until you accept it"),
    "sources": N_("creating sources"),
    "applying": N_("taking over"),
    "ended": N_("ended"),
}
COLUMN_WORDS: Mapping[str, str] = {
    "sku": N_("Seller SKU"),
    "marketplace": N_("Marketplace"),
    "source_id": N_("Source URL"),
    "asin": N_("ASIN"),
    "title": N_("Title"),
    "quantity": N_("Quantity"),
    "listed": N_("Listed at Amazon"),
    "price": N_("Selling price"),
    "least_price": N_("Lowest price"),
    "most_price": N_("Highest price"),
    "note": N_("Your note"),
    "handling_days": N_("Handling days"),
}
"""Columns of a file, as a template names them; an import knows each of these names in either language."""
EXAMPLE_SKU = N_("(example) CAMERA-001")
EXAMPLE: Mapping[str, str] = {
    "source_id": EXAMPLE_SOURCE,
    "asin": "B000000001",
    "title": "Canon EOS Kiss X10",
    "price": "49800",
    "quantity": "1",
    "listed": "yes",
}
"""The row of a template that shows what to fill in."""
