"""The evidence of an observation as a row of `evidence`."""

from typing import Any

from mercarich_contracts.proxy_api import Item


def evidence_row(source_item_id: int, item: Item) -> dict[str, Any]:
    """Return the values of a new row."""
    seen = item.evidence
    return {
        "source_item_id": source_item_id,
        "state": item.state,
        "reason": item.reason,
        "url": seen.url[:512],
        "http_status": seen.http_status,
        "body_sha256": seen.body_sha256,
        "parser_version": seen.parser_version,
        "extract": seen.extract,
        "fetched_at": seen.fetched_at,
    }
