"""The data blocks of an item page: the JSON of `__NEXT_DATA__` and the older `var pageData`.

The blocks are cut out and parsed as JSON; the HTML around them is never parsed. `__NEXT_DATA__` also holds
recommendations, thirty times the size of the item. The typed decoder (`_Document`) skips them, which takes a fifth of
the time.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from mercarich_marketplace.fields import at, mapping, parse

_NEXT = b'id="__NEXT_DATA__"'
_PAGE_DATA = b"var pageData"
_ITEM_PATHS = (
    ("props", "pageProps", "initialState", "item", "detail", "item"),
    ("props", "initialState", "item", "detail", "item"),
    ("props", "pageProps", "initialState", "detail", "item"),
)
"""Known places of the item. The first two hold the same item (recorded); the third is from older pages."""


@dataclass(frozen=True, slots=True)
class Blocks:
    items: list[dict[str, Any]]
    """The copies of the item that carry the requested id."""
    has_next: bool
    """The page has a `__NEXT_DATA__` block, readable or not."""
    page_data: dict[str, Any] = field(default_factory=dict)
    """`pageData.items` when it has the requested id, else empty. Values are strings; any key may be absent."""


def blocks_of(body: bytes, item_id: str) -> Blocks:
    copies = _copies(_between(body, _NEXT, b">", b"</script>"))
    page_data = mapping(at(parse(_between(body, _PAGE_DATA, b"=", b"};") + b"}"), "items"))
    return Blocks(
        items=[copy for copy in copies if copy.get("auctionId") == item_id],
        has_next=bool(copies) or b"__NEXT_DATA__" in body,
        page_data=page_data if page_data.get("productID") == item_id else {},
    )


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """An object whose other fields the decoder skips."""


class _Detail(_Part, frozen=True):
    item: Any = None


class _Item(_Part, frozen=True):
    detail: _Detail = _Detail()


class _State(_Part, frozen=True):
    item: _Item = _Item()
    detail: _Detail = _Detail()


class _PageProps(_Part, frozen=True):
    initial_state: _State = _State()


class _Props(_Part, frozen=True):
    page_props: _PageProps = _PageProps()
    initial_state: _State = _State()


class _Document(_Part, frozen=True):
    """`_ITEM_PATHS` as types."""

    props: _Props = _Props()


_DOCUMENT = msgspec.json.Decoder(_Document)


def _copies(document: bytes) -> list[dict[str, Any]]:
    """Return the object at each of `_ITEM_PATHS`, empty where there is none; an empty list for invalid JSON."""
    try:
        props = _DOCUMENT.decode(document).props
    except msgspec.ValidationError:  # one path crosses a value that is no object: walk each path alone
        whole = parse(document)
        return [mapping(at(whole, *path)) for path in _ITEM_PATHS]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    states = (props.page_props.initial_state, props.initial_state)
    found = [*(state.item.detail.item for state in states), states[0].detail.item]
    return [mapping(item) for item in found]


def _between(body: bytes, marker: bytes, start: bytes, end: bytes) -> bytes:
    """Return the bytes between the first `start` after the marker and `end`; empty when one of them is missing."""
    found = body.find(marker)
    begin = body.find(start, found) if found >= 0 else -1
    stop = body.find(end, begin) if begin >= 0 else -1
    return body[begin + len(start) : stop] if stop >= 0 else b""
