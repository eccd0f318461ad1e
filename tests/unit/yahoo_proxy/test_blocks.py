"""The item's copies in `__NEXT_DATA__`: found on each path, whatever else is beside them or on the way."""

from typing import Any

import orjson
import pytest

from mercarich_yahoo_proxy.domain.blocks import blocks_of

ID = "x123456789"
ITEM = {"auctionId": ID, "status": "open", "price": 1500, "img": [{"image": "i"}]}
NEWER = {"item": {"detail": {"item": ITEM}, "recommend": {"items": [{"auctionId": "y1", "status": "closed"}] * 50}}}
OLDER = {"detail": {"item": ITEM}}


def page(props: Any) -> bytes:
    text = orjson.dumps({"page": "/", "props": props})
    return b'<script id="__NEXT_DATA__" type="application/json">' + text + b"</script>"


@pytest.mark.parametrize(
    ("props", "copies"),
    [
        ({"pageProps": {"initialState": NEWER}, "initialState": NEWER}, 2),
        ({"pageProps": {"initialState": NEWER}}, 1),
        ({"initialState": NEWER}, 1),
        ({"pageProps": {"initialState": OLDER}}, 1),
        ({"pageProps": {"initialState": {**OLDER, **NEWER}}, "initialState": NEWER}, 3),
        ({"pageProps": {"initialState": None}, "initialState": NEWER}, 1),
        ({"pageProps": "odd", "initialState": NEWER}, 1),
        ({"pageProps": {"initialState": {"item": []}}, "initialState": NEWER}, 1),
        ({"pageProps": {"initialState": {"item": {"detail": {"item": "odd"}}}}, "initialState": NEWER}, 1),
        ({"initialState": {"item": {"detail": {"item": {**ITEM, "auctionId": "another"}}}}}, 0),
        (None, 0),
        ([], 0),
    ],
)
def test_every_copy_of_the_item_is_found_and_odd_parts_on_the_way_hide_only_their_own(props: Any, copies: int) -> None:
    found = blocks_of(page(props), ID)

    assert len(found.items) == copies
    assert all(item == ITEM for item in found.items)
    assert found.has_next


@pytest.mark.parametrize(
    "damage",
    [
        (b'"recommend"', b'"recommend'),
        (b"</script>", b""),
        (b'"status":"open"', b'"status":"op\xb5en"'),
        (b'"status":"closed"', b'"status":closed'),
    ],
)
def test_a_document_that_is_cut_or_is_no_json_holds_no_copy(damage: tuple[bytes, bytes]) -> None:
    whole = page({"pageProps": {"initialState": NEWER}, "initialState": NEWER})
    found = blocks_of(whole.replace(*damage), ID)

    assert found.items == []
    assert found.has_next
