"""English: what is wrong with a file of listings, its columns and its lines."""

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    "unknown_column": "unknown column '{column}'; known: {known}",
    "nameless_column": "column {number} has no name; known: {known}",
    "column_missing": "the column is missing",
    "column_twice": "the column appears twice",
    "columns_unknown": "the file has {columns} columns; give each by its name, for one of {fields}, or for nothing",
    "field_twice": "two columns are given for {field}; keep one",
    "fields_missing": "no column of the file is given for {fields}, which each listing needs",
    "amazons_report": "this is a report of Amazon, which names no sources: see Offers at Amazon, where your"
    " offers are read from there, or add a column with the address of each source",
    "cell_count": "the row has {cells} cells, the header {columns}",
    "cell_empty": "is empty",
    "cell_too_long": "{characters} characters; at most {most} are allowed",
    "control_character": "contains a control character",
    "line_break_inside": "contains a tab or a line break",
    "no_marketplace": "expected one of {known}, not '{given}'",
    "no_item_id": "expected an id of {marketplace} or its page's address, not '{given}'",
    "other_marketplace": "the address is of {marketplace}, and the row says {named}",
    "short_link": "'{given}' is a short link, which names no item: open it, and copy the address of its page",
    "no_asin": "expected ten capital letters and digits, not '{given}'",
    "not_yes_or_no": "expected yes or no, not '{given}'",
    "number_out_of_range": "expected a whole number from {least} to {most}, not '{given}'",
    "sku_twice": "line {line} has the same SKU",
    "source_twice": "line {line} has the same source",
    "source_taken": "your SKU {sku} already has this source",
    "being_deleted": "{sku} is being deleted, at Amazon too; import it again afterwards",
    "source_fixed": "the source of this offer is {item_id}; an import cannot change the source of a listed offer",
    "listed_already": "{sku} is on sale; an import cannot turn a listed offer into a draft",
    "record_too_long": "the line is longer than {most} bytes; perhaps a quote is not closed",
    "wrong_bytes": "the line is in another encoding than the beginning of the file",
    "lone_carriage_return": "contains a carriage return without a line feed; lines must end in CR LF or LF",
    "quote_open": "a quote is opened and not closed",
    "text_after_quote": "there is text after a closing quote; write a quote within a cell twice",
    "too_many_rows": "more than {most} rows; split the file",
}
