"""The bodies of ORDER_CHANGE notifications, as Amazon's model OrderChangeNotification.json has them.

A test fetches what is due and puts it into a queue: the simulator speaks to no queue.
"""

from typing import Any

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.notifications import Notification
from mercarich_simulator.amazon.orders import Order, Status
from mercarich_simulator.api.orders import order_id
from mercarich_simulator.identity import entropy
from mercarich_simulator.sites.look import utc_text
from mercarich_simulator.web import Request
from mercarich_simulator.world import World

_STATUSES = {Status.PENDING: "Pending", Status.UNSHIPPED: "Unshipped", Status.SHIPPED: "Shipped"}


class NotificationLevers:
    """Each returns what it has found, and raises ValueError or TypeError for a wrong request."""

    def __init__(self, world: World) -> None:
        self._world = world

    def take(self, request: Request) -> dict[str, Any]:
        """Return the bodies that are due, each once; `lost`, `twice` and `late` set the chances of those to come.

        With `eventbridge`, each body is in EventBridge's envelope.
        """
        body, world, now = request.json(), self._world, self._world.clock.now()
        names = ("lost", "twice", "late")
        chances = [float(body.get(name, one)) for name, one in zip(names, world.notifications.chances, strict=True)]
        if not all(0 <= chance <= 1 for chance in chances):
            raise ValueError("lost, twice and late must be shares from 0 to 1")
        world.notifications.chances = (chances[0], chances[1], chances[2])
        due = [(one, world.orders.kept.get(one.number)) for one in world.notifications.take(now)]
        told = [self._told(one, order) for one, order in due if order is not None]
        return {"bodies": [_enveloped(each) for each in told] if body.get("eventbridge") else told}

    def _told(self, one: Notification, order: Order) -> dict[str, Any]:
        noise = entropy(self._world.settings.seed, "notification id", one.number, one.changed_at).hex()
        shipped = order.status is Status.SHIPPED
        item = {"OrderItemId": f"{one.number:014}", "SellerSKU": order.sku, "SupplySourceId": "", "Quantity": 1}
        summary = {
            "MarketplaceId": MARKETPLACE_ID,
            "OrderStatus": _STATUSES.get(order.status, "Canceled"),
            "PurchaseDate": utc_text(order.placed_at),
            "DestinationPostalCode": f"{100 + int(noise[:4], 16) % 900}-0001",
            "FulfillmentType": "MFN",
            "OrderType": "StandardOrder",
            "NumberOfItemsShipped": int(shipped),
            "NumberOfItemsUnshipped": int(not shipped),
            "LatestShipDate": utc_text(order.ship_by),
            "OrderItems": [item],
        }
        change = {
            "NotificationLevel": "OrderLevel",
            "SellerId": order.seller_id,
            "AmazonOrderId": order_id(self._world.settings.seed, order.number),
            "OrderChangeType": "OrderStatusChange",
            "OrderChangeTrigger": {"TimeOfOrderChange": utc_text(one.changed_at), "ChangeReason": ""},
            "Summary": summary,
        }
        return {
            "NotificationVersion": "1.0",
            "NotificationType": "ORDER_CHANGE",
            "PayloadVersion": "1.0",
            "EventTime": utc_text(one.changed_at),
            "Payload": {"OrderChangeNotification": change},
            "NotificationMetadata": {
                "ApplicationId": "amzn1.sellerapps.app.simulated",
                "SubscriptionId": "simulated",
                "PublishTime": utc_text(one.due_at),
                "NotificationId": noise[:32],
            },
        }


def _enveloped(body: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a partner event bus ("Amazon EventBridge event structure")."""
    return {
        "version": "0",
        "id": body["NotificationMetadata"]["NotificationId"],
        "detail-type": body["NotificationType"],
        "source": "aws.partner/sellingpartnerapi.amazon.com/simulated",
        "account": "123456789012",
        "time": body["EventTime"],
        "region": "ap-northeast-1",
        "resources": [],
        "detail": body,
    }
