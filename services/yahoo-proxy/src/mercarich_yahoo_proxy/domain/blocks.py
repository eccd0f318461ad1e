"""The data blocks of an item page: the JSON of `__NEXT_DATA__` and the older `var pageData`.

They are sliced out and parsed as JSON; the HTML around them is never parsed. `__NEXT_DATA__` also holds what the
page recommends, thirty times the item: it is passed over and never built, which costs a fifth (`_Document`).
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
"""Where the item has been found; the first two hold the same one (recorded), the third is older."""


@dataclass(frozen=True, slots=True)
class Blocks:
    items: list[dict[str, Any]]
    """The copies of the item that carry the id asked for."""
    has_next: bool
    """The page has a `__NEXT_DATA__` block, readable or not."""
    has_page_data: bool
    """Likewise."""
    page_data: dict[str, Any] = field(default_factory=dict)
    """`pageData.items` when it is of the id asked for: strings, absent keys possible."""


def blocks_of(body: bytes, item_id: str) -> Blocks:
    copies = _copies(_between(body, _NEXT, b">", b"</script>"))
    page_data = mapping(at(parse(_between(body, _PAGE_DATA, b"=", b"};") + b"}"), "items"))
    return Blocks(
        items=[copy for copy in copies if copy.get("auctionId") == item_id],
        has_next=bool(copies) or b"__NEXT_DATA__" in body,
        has_page_data=b"pageData" in body,
        page_data=page_data if page_data.get("productID") == item_id else {},
    )


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """An object of which only the named fields are read."""


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
    """What stands at `_ITEM_PATHS`: an object for each path, empty where there is none; none if it is not JSON."""
    try:
        props = _DOCUMENT.decode(document).props
    except msgspec.ValidationError:  # something else on the way than an object: each path is walked by itself
        whole = parse(document)
        return [mapping(at(whole, *path)) for path in _ITEM_PATHS]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    states = (props.page_props.initial_state, props.initial_state)
    found = [*(state.item.detail.item for state in states), states[0].detail.item]
    return [mapping(item) for item in found]


def _between(body: bytes, marker: bytes, start: bytes, end: bytes) -> bytes:
    """What follows the first `start` after the marker, up to `end`; empty when one of them is missing."""
    found = body.find(marker)
    begin = body.find(start, found) if found >= 0 else -1
    stop = body.find(end, begin) if begin >= 0 else -1
    return body[begin + len(start) : stop] if stop >= 0 else b""
