"""One item to watch, given by the address of its page: it is imported as a file of one row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.imports import ListingExists, SourceTaken
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.found import seller_of
from mercarich_web.jobs.jobs import Job
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.starting import ImportWish, StartImport
from mercarich_web.listings.csv_rows import ListingRow, neutralised, read_row
from mercarich_web.listings.export import as_lines

SOURCE = "source_id"
FIELDS = ("sku", SOURCE, "asin", "title", "quantity", "price", "listed")
"""Fields of the form: columns of a file of listings."""
Problems = Mapping[str, Reason]
"""What is wrong, by field."""


@dataclass(frozen=True, slots=True)
class WatchItem:
    """Start the import of one new listing. Raises `NotFound` and `Refused`."""

    jobs: SqlJobBook
    start: StartImport
    skus_with: Callable[[int, str, tuple[str, str]], Sequence[str]]
    """Returns the SKUs of the user's listings that have a SKU, or a source (marketplace and item id)."""

    def __call__(self, username: str, given: Mapping[str, str], by: str) -> Job | Problems:
        """`given`: texts by field, as a person typed them. Return the job, or what is wrong with them."""
        cells = [neutralised(given.get(field, "")) for field in FIELDS]
        row, wrong = read_row(FIELDS, cells, 1)
        if row is None:
            told = [(problem.field if problem.field in FIELDS else SOURCE, problem.problem) for problem in wrong]
            return dict(reversed(told))
        user_id = seller_of(self.jobs, username)
        taken = _taken(row, self.skus_with(user_id, row.sku, (Marketplace(row.marketplace), row.item_id)))
        if taken:
            return taken
        text = as_lines([FIELDS, cells]).encode()
        return self.start(username, row.page_url, [text], by, ImportWish(new_only=True))


def _taken(row: ListingRow, skus: Sequence[str]) -> Problems:
    """`skus`: of listings that have the row's SKU, or its source. An import would change the one that has the SKU,
    which nobody asks for who wants a new item watched."""
    if not skus:
        return {}
    return {"sku": ListingExists(row.sku)} if row.sku in skus else {SOURCE: SourceTaken(min(skus))}
