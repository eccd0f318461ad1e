"""The flat file by which a seller cancels an order at Amazon: POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA.

It is prepared for a person, who uploads it in Seller Central. Mercarich never sends it: each cancellation counts.
"""

from mercarich_web.orders.orders import OrderItem

COLUMNS = ("order-id", "amazon-order-item-code", "cancellation-reason-code")
NO_INVENTORY = "NoInventory"


def cancellation_file(item: OrderItem) -> str:
    """Return the file's text, tab separated."""
    rows = [COLUMNS, (item.order_id, item.order_item_id, NO_INVENTORY)]
    return "".join("\t".join(row) + "\r\n" for row in rows)
