"""The words of orders, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_web.orders.orders import Standing, Step
from mercarich_web.site.languages import N_

ORDER_STANDINGS: Mapping[str, tuple[str, str, str]] = {
    Standing.THERE: (N_("On sale: buy it now"), N_("Seen on sale after the order."), "good"),
    Standing.NOT_LOOKED: (N_("Not seen since the order"), N_("A look at it has precedence."), "info"),
    Standing.UNKNOWN: (N_("State not known"), N_("The last look was inconclusive: open the page."), "warn"),
    Standing.GONE: (
        N_("Cannot be bought"),
        N_("It is sold, has ended, or is an auction that only takes bids."),
        "bad",
    ),
    Standing.NO_SOURCE: (N_("No source known"), N_("The SKU was no listing here when it was ordered."), "warn"),
}
"""What a source is like now: its word, what it means, and its tone."""

ORDER_DECISIONS: Mapping[str, tuple[str, str, str]] = {
    OrderDecision.ORDERED: (N_("Ordered at the source"), "shopping-cart", "info"),
    OrderDecision.BOUGHT: (N_("Bought"), "check", "good"),
    OrderDecision.SHIPPED_BY_OTHERS: (N_("Sent from elsewhere"), "send", "good"),
    OrderDecision.CANNOT_BE_SOURCED: (N_("Cannot be sourced"), "ban", "bad"),
}
"""A seller's decision: its words, icon and tone."""

ORDER_STATUSES: Mapping[str, str] = {
    OrderStatus.PENDING_AVAILABILITY: N_("Pre-order"),
    OrderStatus.PENDING: N_("Not paid yet"),
    OrderStatus.UNSHIPPED: N_("To be shipped"),
    OrderStatus.PARTIALLY_SHIPPED: N_("Shipped in part"),
    OrderStatus.SHIPPED: N_("Shipped"),
    OrderStatus.CANCELLED: N_("Cancelled"),
    OrderStatus.UNFULFILLABLE: N_("Cannot be shipped"),
    OrderStatus.UNKNOWN: N_("Unknown at Amazon"),
}

ORDER_STEPS: Mapping[str, str] = {
    Step.ORDERED: N_("Ordered by the buyer"),
    Step.READ: N_("Read here"),
    Step.LOOKED: N_("Source looked at"),
    Step.DECIDED: N_("Decided"),
    Step.SHIPPED: N_("Shipped"),
    Step.CANCELLED: N_("Cancelled"),
}

BUYER_TEXT = """\
このたびはご注文いただき、ありがとうございます。

ご注文番号{order_id}の商品について、仕入れ先の在庫がなくなり、お届けの見込みが立っておりません。誠に申し訳ございません。

恐れ入りますが、ご希望をお聞かせください。
・入荷をお待ちいただける場合：このメッセージにその旨をご返信ください。
・キャンセルをご希望の場合：Amazonの「注文履歴」からキャンセルをリクエストしてください。代金は請求されないか、全額返金されます。

ご返信がない場合は、出荷期限までに当店でキャンセルの手続きをいたします。ご迷惑をおかけして、深くお詫び申し上げます。
"""
"""To a buyer whose order cannot be sourced, to be copied by the seller. Buyers at Amazon Japan read Japanese, whatever
the language of the seller's pages."""
