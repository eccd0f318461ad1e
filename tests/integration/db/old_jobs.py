"""Sentences of jobs as releases before 0026 stored them, with the reasons after the migration."""

from mercarich_contracts.market import Marketplace
from mercarich_reasons import imports, jobs
from mercarich_reasons.reason import Reason

YAHOO = Marketplace.YAHOO
KNOWN = "sku, marketplace, source_id, asin, title, quantity, listed, price, amazon_quantity, withdrawn_at"
COLUMNS = tuple(KNOWN.split(", "))
FROZEN = "Nothing moved for 30 minutes, so the"

MESSAGES: tuple[tuple[str, Reason], ...] = (
    ("The file is empty.", jobs.FileEmpty()),
    ("The file has no rows below its header.", jobs.FileWithoutRows()),
    ("1 problem was found, so no row was imported; mend them and upload again.", jobs.RowsWrong(1)),
    ("1,500 problems were found, so no row was imported; mend them and upload again.", jobs.RowsWrong(1500)),
    ("50,000 rows were imported.", jobs.RowsImported(50_000)),
    ("Stopped by hanako; no row was imported.", jobs.ImportStopped("hanako")),
    ("Stopped by hanako; what it had found is kept as drafts.", jobs.SearchStopped("hanako")),
    (f"{FROZEN} import was closed. No row of the file was imported; upload it again.", jobs.ImportClosed(30)),
    (
        f"{FROZEN} search was closed. What it had found is kept as drafts; start it again for the rest.",
        jobs.SearchClosed(30),
    ),
    ("Its file was not stored whole; upload it again.", jobs.FileNotStored()),
    ("2 of 30 searches could not be read.", jobs.SearchesFailed(2, 30)),
    ("yahoo is paused; `mercarich resume yahoo` lets the search go on", jobs.MarketplacePaused(YAHOO)),
    ("yahoo: HTTP 503; the search goes on by itself", jobs.MarketplaceAway(YAHOO, "HTTP 503")),
    ("yahoo's proxy: ConnectError", jobs.MarketplaceAway(YAHOO, "ConnectError")),
)
SEARCHES: tuple[tuple[str, Reason], ...] = (
    ("yahoo's proxy spoke another language", jobs.AnswerUnreadable(YAHOO)),
    ("yahoo: HTTP 422", jobs.SearchUnusable(YAHOO, "HTTP 422")),
    ("yahoo: unparsable: no rows", jobs.SearchUnusable(YAHOO, "unparsable: no rows")),
)
LINES: tuple[tuple[str, Reason], ...] = (
    (f"unknown column 'preis'; known: {KNOWN}", imports.UnknownColumn("preis", COLUMNS)),
    (f"unknown column 'number 4'; known: {KNOWN}", imports.NamelessColumn(4, COLUMNS)),
    ("the column is missing", imports.ColumnMissing()),
    ("the column is there twice", imports.ColumnTwice()),
    ("2 cells, the header has 8", imports.CellCount(2, 8)),
    ("is empty", imports.CellEmpty()),
    ("5,000 characters; at most 1000 are allowed", imports.CellTooLong(5000, 1000)),
    ("a control character is in it", imports.ControlCharacter()),
    ("a tab or a line break is in it", imports.LineBreakInside()),
    ("expected yahoo or mercari, not 'ebay'", imports.NoMarketplace("ebay", ("yahoo", "mercari"))),
    ("expected an id of yahoo or its page's address, not 'm123'", imports.NoItemId(YAHOO, "m123")),
    ('expected ten capital letters and digits, not "o\'k"', imports.NoAsin("o'k")),
    ("expected yes or no, not 'maybe'", imports.NotYesOrNo("maybe")),
    ("expected a whole number from 1 to 999, not '0'", imports.NumberOutOfRange(1, 999, "0")),
    ("line 2 has the same SKU", imports.SkuTwice(2)),
    ("line 2 has the same source", imports.SourceTwice(2)),
    ("your SKU OLD-1 has this source", imports.SourceTaken("OLD-1")),
    ("YA-1 is being deleted, at Amazon too; import it again afterwards", imports.BeingDeleted("YA-1")),
    (
        "the offer is on sale from x900; an import does not change the source of a listed offer",
        imports.SourceFixed("x900"),
    ),
    ("OLD-1 is on sale; an import does not take a listed offer out of the watch", imports.ListedAlready("OLD-1")),
    ("longer than 65,536 bytes; is a quote not closed?", imports.RecordTooLong(65_536)),
    ("its bytes are not of the encoding that the file begins with", imports.WrongBytes()),
    ("a carriage return stands alone; lines must end in CR LF or LF", imports.LoneCarriageReturn()),
    ("a quote is opened and not closed", imports.QuoteOpen()),
    (
        "something stands behind a closing quote; a quote within a cell is written twice",
        imports.TextAfterQuote(),
    ),
    ("more than 50,000 rows; split the file", imports.TooManyRows(50_000)),
)
