"""What proves a state at Yahoo! Auctions (`marketplaces.md` 2.3).

An ended auction's page may come with HTTP 404, still whole: seen 2026-07 in auction j1227612451, and described by a
second client for auctions that ended without bids.
"""

from mercarich_contracts.market import Reason, State
from mercarich_marketplace.proofs import Proof, Proofs, Route

_PAGE = Route("auction", "GET /jp/auction/{id}", "yahoo-item")
_FLEA = Route("flea market item", "GET /jp/auction/{id}", "yahoo-item")
_JSON = Route("auction", "GET /api/detail/v2/items/{id}", "yahoo-item")

_OPEN = (200,)
_OVER = (200, 404)

_RECORDED = "recorded 2025-10-02"
_PARSERS = "JO3QMA/yahoo_auctions_api and two more parsers"
_FLAG = "recorded 2025-10-02, as false; 5 of 51 rows of 2026-07-31 are true"

PROOFS = Proofs(
    [
        Proof(_PAGE, _OPEN, "`status: open` with a buy-out price", State.AVAILABLE, None, _RECORDED),
        Proof(
            _PAGE,
            _OPEN,
            "`status: open` without one, and `pageData.winPrice` is `0`",
            State.UNBUYABLE,
            Reason.AUCTION_ONLY,
            _RECORDED,
        ),
        Proof(_FLEA, _OPEN, "`status: open` with `isFleaMarket: true`", State.UNBUYABLE, Reason.FLEA_MARKET, _FLAG),
        Proof(_PAGE, _OVER, "`status: closed` with bids or a winner", State.SOLD, Reason.WON, _PARSERS),
        Proof(_PAGE, _OVER, "`status: closed` with 0 bids", State.ENDED, Reason.CLOSED_WITHOUT_BIDS, _PARSERS),
        Proof(
            _PAGE,
            _OVER,
            "`status: closed`, and neither bids nor a winner are told",
            State.ENDED,
            Reason.CLOSED,
            _PARSERS,
        ),
        Proof(_PAGE, _OVER, "`status: cancel`, `canceled`, `cancelled`", State.ENDED, Reason.CANCELLED, _PARSERS),
        Proof(_PAGE, _OVER, "`status: suspend…`", State.SUSPENDED, Reason.STOPPED_BY_MARKETPLACE, _PARSERS),
        Proof(
            _JSON,
            (404,),
            "the page is a 404 without the item, and this says `error.status: 404` with a message and no code",
            State.GONE,
            Reason.NOT_FOUND,
            "a TypeScript client of 2026-07; the words of the message are not recorded",
            looks=2,
        ),
    ]
)
