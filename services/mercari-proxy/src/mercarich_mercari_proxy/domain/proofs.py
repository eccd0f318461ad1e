"""What proves a state at Mercari (`marketplaces.md` 1.3 and 1.4)."""

from mercarich_contracts.market import Reason, State
from mercarich_marketplace.proofs import Proof, Proofs, Route

_ITEM = Route("ordinary item", "GET /items/get", "mercari-item")
_AUCTION = Route("auction", "GET /items/get", "mercari-item")
_ROW = Route("ordinary item", "GET /items/get_items", "mercari-seller")
_AUCTION_ROW = Route("auction", "GET /items/get_items", "mercari-seller")
_PRODUCT = Route("Shops product", "GET /v1/marketplaces/shops/products/{id}", "mercari-shops")

_READ = (200,)
_ABSENT = (404,)

_RECORDED = "recorded 2023-12 (take-kun/mercapi) and 2026-09 (carimer-api)"
_LISTED = "`ItemDetail` of sanmai/mercari-php-sdk"
_SHOPS = "recorded 2023-12 (take-kun/mercapi)"

_ON_SALE = "`status: on_sale`, a price, and neither `auction_info` nor `is_no_price`"
_BIDS = "`status: on_sale` with an object `auction_info`"
_UNPRICED = "`status: on_sale` with `is_no_price: true`"

PROOFS = Proofs(
    [
        Proof(_ITEM, _READ, _ON_SALE, State.AVAILABLE, None, _RECORDED),
        Proof(_ITEM, _READ, "`status: trading`", State.SOLD, Reason.IN_TRANSACTION, _RECORDED),
        Proof(_ITEM, _READ, "`status: sold_out`", State.SOLD, Reason.SOLD_OUT, _RECORDED),
        Proof(_ITEM, _READ, "`status: stop`", State.SUSPENDED, Reason.STOPPED_BY_SELLER, _LISTED),
        Proof(_ITEM, _READ, "`status: cancel`", State.GONE, Reason.DELETED_BY_SELLER, _LISTED),
        Proof(_ITEM, _READ, "`status: admin_cancel`", State.GONE, Reason.DELETED_BY_MARKETPLACE, _LISTED),
        Proof(_ITEM, _READ, _UNPRICED, State.UNBUYABLE, Reason.NO_PRICE, "take-kun/mercapi, a recorded search"),
        Proof(
            _ITEM,
            _ABSENT,
            "`result: error`, and the only error is `RecordNotFoundException`",
            State.GONE,
            Reason.NOT_FOUND,
            "take-kun/mercapi, test_item_not_found.yml, recorded 2023-12-20",
        ),
        Proof(_AUCTION, _READ, _BIDS, State.UNBUYABLE, Reason.AUCTION_ONLY, "recorded 2026-09 (carimer-api)"),
        Proof(_ROW, _READ, _ON_SALE, State.AVAILABLE, None, _RECORDED),
        Proof(_ROW, _READ, "`status: trading`", State.SOLD, Reason.IN_TRANSACTION, _RECORDED),
        Proof(_ROW, _READ, "`status: sold_out`", State.SOLD, Reason.SOLD_OUT, _RECORDED),
        Proof(_ROW, _READ, _UNPRICED, State.UNBUYABLE, Reason.NO_PRICE, "as the item's own page"),
        Proof(_AUCTION_ROW, _READ, _BIDS, State.UNBUYABLE, Reason.AUCTION_ONLY, "as the item's own page"),
        Proof(_PRODUCT, _READ, "a price, and `variants` with a quantity above 0", State.AVAILABLE, None, _SHOPS),
        Proof(
            _PRODUCT,
            _READ,
            "`productTags` has `sold_out`, or the quantity of all `variants` is 0",
            State.SOLD,
            Reason.SOLD_OUT,
            _SHOPS,
        ),
        Proof(
            _PRODUCT,
            _READ,
            "`isBlockedShop: true`",
            State.SUSPENDED,
            Reason.STOPPED_BY_MARKETPLACE,
            "the field is recorded, as false (take-kun/mercapi)",
        ),
        Proof(
            _PRODUCT,
            _ABSENT,
            "`code: 5` with `message: product not found`",
            State.GONE,
            Reason.NOT_FOUND,
            "carimer-api, docs/01-api-spec.md 1.3",
        ),
    ]
)
