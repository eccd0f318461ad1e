"""What releases before 0026 stored of a seller's jobs: their messages, and the problems of files and of searches.

Frozen, as `old_sentences`, which reads them: pattern, code, and how values that are no texts are read.
"""

from collections.abc import Callable, Mapping
from typing import Any

Readers = Mapping[str, Callable[[str], Any]]


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _list(text: str) -> list[str]:
    return text.split(", ")


_MARKET = r"(?P<marketplace>yahoo|mercari)"
_GIVEN = r"""['"](?P<given>.*)['"]"""
_MESSAGES: tuple[tuple[str, str, Readers], ...] = (
    (r"The file is empty\.", "file_empty", {}),
    (r"The file has no rows below its header\.", "file_without_rows", {}),
    (
        r"(?P<problems>[\d,]+) problems? (was|were) found, so no row was imported; mend them and upload again\.",
        "rows_wrong",
        {"problems": _number},
    ),
    (r"(?P<rows>[\d,]+) rows were imported\.", "rows_imported", {"rows": _number}),
    (r"Stopped by (?P<person>.+); no row was imported\.", "import_stopped", {}),
    (r"Stopped by (?P<person>.+); what it had found is kept as drafts\.", "search_stopped", {}),
    (
        r"Nothing moved for (?P<minutes>\d+) minutes, so the import was closed\..*",
        "import_closed",
        {"minutes": _number},
    ),
    (
        r"Nothing moved for (?P<minutes>\d+) minutes, so the search was closed\..*",
        "search_closed",
        {"minutes": _number},
    ),
    (r"Its file was not stored whole; upload it again\.", "file_not_stored", {}),
    (
        r"(?P<failed>\d+) of (?P<searches>\d+) searches could not be read\.",
        "searches_failed",
        {"failed": _number, "searches": _number},
    ),
    (rf"{_MARKET} is paused; `mercarich resume \w+` lets the search go on", "marketplace_paused", {}),
    (rf"{_MARKET}: (?P<text>.+); the search goes on by itself", "marketplace_away", {}),
    (rf"{_MARKET}'s proxy: (?P<text>\w+)", "marketplace_away", {}),
)
_SEARCHES: tuple[tuple[str, str, Readers], ...] = (
    (rf"{_MARKET}'s proxy spoke another language", "answer_unreadable", {}),
    (rf"{_MARKET}: (?P<text>(HTTP \d+|\w+: .+))", "search_unusable", {}),
)
_LINES: tuple[tuple[str, str, Readers], ...] = (
    (
        r"unknown column 'number (?P<number>\d+)'; known: (?P<known>.*)",
        "nameless_column",
        {"number": _number, "known": _list},
    ),
    (r"""unknown column ['"](?P<column>.*)['"]; known: (?P<known>.*)""", "unknown_column", {"known": _list}),
    (r"the column is missing", "column_missing", {}),
    (r"the column is there twice", "column_twice", {}),
    (
        r"(?P<cells>\d+) cells, the header has (?P<columns>\d+)",
        "cell_count",
        {"cells": _number, "columns": _number},
    ),
    (r"is empty", "cell_empty", {}),
    (
        r"(?P<characters>[\d,]+) characters; at most (?P<most>\d+) are allowed",
        "cell_too_long",
        {"characters": _number, "most": _number},
    ),
    (r"a control character is in it", "control_character", {}),
    (r"a tab or a line break is in it", "line_break_inside", {}),
    (
        rf"expected (?P<known>yahoo or mercari), not {_GIVEN}",
        "no_marketplace",
        {"known": lambda text: text.split(" or ")},
    ),
    (rf"expected an id of {_MARKET} or its page's address, not {_GIVEN}", "no_item_id", {}),
    (rf"expected ten capital letters and digits, not {_GIVEN}", "no_asin", {}),
    (rf"expected yes or no, not {_GIVEN}", "not_yes_or_no", {}),
    (
        rf"expected a whole number from (?P<least>\d+) to (?P<most>\d+), not {_GIVEN}",
        "number_out_of_range",
        {"least": _number, "most": _number},
    ),
    (r"line (?P<line>\d+) has the same SKU", "sku_twice", {"line": _number}),
    (r"line (?P<line>\d+) has the same source", "source_twice", {"line": _number}),
    (r"your SKU (?P<sku>.+) has this source", "source_taken", {}),
    (r"(?P<sku>.+) is being deleted, at Amazon too; import it again afterwards", "being_deleted", {}),
    (
        r"the offer is on sale from (?P<item_id>\S+); an import does not change the source of a listed offer",
        "source_fixed",
        {},
    ),
    (r"(?P<sku>.+) is on sale; an import does not take a listed offer out of the watch", "listed_already", {}),
    (r"longer than (?P<most>[\d,]+) bytes; is a quote not closed\?", "record_too_long", {"most": _number}),
    (r"its bytes are not of the encoding that the file begins with", "wrong_bytes", {}),
    (r"a carriage return stands alone; lines must end in CR LF or LF", "lone_carriage_return", {}),
    (r"a quote is opened and not closed", "quote_open", {}),
    (
        r"something stands behind a closing quote; a quote within a cell is written twice",
        "text_after_quote",
        {},
    ),
    (r"more than (?P<most>[\d,]+) rows; split the file", "too_many_rows", {"most": _number}),
)
JOBS = (*_MESSAGES, *_SEARCHES, *_LINES)
