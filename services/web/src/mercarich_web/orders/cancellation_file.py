"""The flat file by which a seller cancels an order at Amazon: POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA.

It is prepared for a person, who uploads it in Seller Central. Mercarich never sends it: each cancellation counts.
"""

from mercarich_web.orders.orders import OrderItem

HEAD = (
    "TemplateType=OrderCancellation",
    "Version=1.0/1.0.3",
    "This row for Amazon.com use only.  Do not modify or delete.",
)
"""The first row, as public clients of this feed write it (the gem peddler among them). It was not tried at Amazon."""
COLUMNS = ("order-id", "cancellation-reason-code", "amazon-order-item-code")
NO_INVENTORY = "NoInventory"


def cancellation_file(item: OrderItem) -> str:
    """Return the file's text, tab separated."""
    rows = [HEAD, COLUMNS, (item.order_id, NO_INVENTORY, item.order_item_id)]
    return "".join("\t".join(row) + "\r\n" for row in rows)
