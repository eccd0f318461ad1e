"""The Listings Items API 2021-08-01: get, patch, put or delete one offer.

PATCH and DELETE of a SKU that does not exist are ACCEPTED without an issue, and change nothing
(amzn/selling-partner-api-models#2797; the model of either has no 404). Only GET tells.
"""

from collections.abc import Sequence
from typing import Any

from mercarich_simulator import offer_prices
from mercarich_simulator.amazon import MARKETPLACE_ID, prices
from mercarich_simulator.amazon.attributes import Invalid, Write, of_attributes, of_patches
from mercarich_simulator.amazon.offer_terms import OFFER_ONLY, of_document
from mercarich_simulator.amazon.offers import PATCH, PUT, Push
from mercarich_simulator.amazon.prices import PriceShown, PriceWrite
from mercarich_simulator.api.items import Items
from mercarich_simulator.api.trouble import DENIED, amazon_error
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.identity import entropy, share
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

PREFIX = "/spapi/listings/2021-08-01/items/"
PREVIEW = "VALIDATION_PREVIEW"


class ListingOperations:
    """The four operations on /listings/2021-08-01/items/{sellerId}/{sku}."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = Items(world)
        self._submissions = 0

    def get(self, seller: AmazonSeller, request: Request) -> Reply:
        sku, wrong = self._addressed(seller, request)
        offer = None if wrong else self._world.offers.get(seller.seller_id, sku)
        if wrong or offer is None:
            return wrong or _not_found(sku)
        return json_reply(self._items.described(offer, request))

    def patch(self, seller: AmazonSeller, request: Request) -> Reply:
        sku, wrong = self._addressed(seller, request)
        body = _body(request, "productType", "patches")
        if wrong or body is None:
            return wrong or bad_input("productType and patches are required.")
        try:
            writes, prices_written = of_patches(body["patches"]), prices.of_patches(body["patches"])
        except Invalid as error:
            return self._submitted(sku, error)
        offer = self._world.offers.get(seller.seller_id, sku)
        if offer is not None and prices_written:
            refused = offer_prices.refused(offer_prices.entry_of(self._world.catalogue, offer), prices_written)
            if refused is not None:
                return self._submitted(sku, refused)
        return self._submit(seller, sku, writes, PATCH, prices_written)

    def put(self, seller: AmazonSeller, request: Request) -> Reply:
        sku, wrong = self._addressed(seller, request)
        body = _body(request, "productType", "attributes")
        if wrong or body is None:
            return wrong or bad_input("productType and attributes are required.")
        preview = request.query.get("mode") == PREVIEW
        try:
            writes = of_attributes(body["attributes"], whole=True)
            is_offer = body.get("requirements") == OFFER_ONLY
            terms = of_document(body["attributes"], seller.seller_id, self._world.products) if is_offer else None
        except Invalid as error:
            return self._submitted(sku, error)
        if preview:
            return self._submitted(sku, status="VALID")
        self._world.offers.put(seller.seller_id, sku, terms)
        return self._submit(seller, sku, writes, PUT)

    def delete(self, seller: AmazonSeller, request: Request) -> Reply:
        sku, wrong = self._addressed(seller, request)
        if wrong:
            return wrong
        names = (seller.seller_id, seller.username, sku, "deleteListingsItem")
        if self._world.faults.pick("spapi", names, self._world.clock.wall(), inner=("invalid_in_200",)):
            return self._submitted(sku, Invalid("90220", "The listing cannot be deleted now."))
        if self._world.offers.get(seller.seller_id, sku):
            self._world.offers.delete(seller.seller_id, sku, self._world.clock.now())
        return self._submitted(sku)

    def _addressed(self, seller: AmazonSeller, request: Request) -> tuple[str, Reply | None]:
        """Return the SKU of the address, and the error response for a wrong address or None."""
        seller_id, _, sku = request.path.removeprefix(PREFIX).partition("/")
        if not sku:
            return sku, amazon_error(404, "NotFound", "Resource not found.")
        if self._world.offers.forbidden(seller_id, sku):
            return sku, amazon_error(403, *DENIED)
        return sku, refusal(seller, seller_id, request)

    def _submit(
        self,
        seller: AmazonSeller,
        sku: str,
        writes: Sequence[Write],
        lane: str,
        prices_written: Sequence[PriceWrite] = (),
    ) -> Reply:
        world = self._world
        names = (seller.seller_id, seller.username, sku, f"{lane}ListingsItem")
        fault = world.faults.pick("spapi", names, world.clock.wall(), inner=("invalid_in_200", "ignored_200"))
        if fault and fault.kind == "invalid_in_200":
            return self._submitted(sku, Invalid("90220", "'[condition_type]' is required but not supplied."))
        reply = self._submitted(sku)
        if fault or not self._takes_effect(seller, sku, lane):
            return reply
        now, reference = world.clock.now(), f"submission-{self._submissions}"
        if writes:
            world.offers.accept(Push(seller.seller_id, sku, writes, lane, reference, now), now)
        if prices_written:
            offer = world.offers.touch(seller.seller_id, sku)
            push = PriceShown(now, 0, lane, reference, now)
            offer_prices.accept(world.catalogue, offer, prices_written, push, world.offers.lag_seconds)
        return reply

    def _takes_effect(self, seller: AmazonSeller, sku: str, lane: str) -> bool:
        """Return whether something comes of what was accepted: no PATCH makes an offer, and not each PUT does."""
        if lane != PUT:
            return self._world.offers.get(seller.seller_id, sku) is not None
        settings = self._world.settings
        noise = entropy(settings.seed, "new offer", seller.seller_id, sku, self._submissions)
        return share(noise) >= settings.ignored_creations

    def _submitted(self, sku: str, error: Invalid | None = None, status: str = "ACCEPTED") -> Reply:
        self._submissions += 1
        issues: list[dict[str, Any]] = []
        if error:
            issues.append(
                {
                    "code": error.code,
                    "message": str(error),
                    "severity": "ERROR",
                    "attributeNames": ["fulfillment_availability"],
                    "categories": ["QUALIFICATION_REQUIRED" if error.code == "18299" else "INVALID_ATTRIBUTE"],
                }
            )
        submission = entropy(self._world.settings.seed, "submission", self._submissions).hex()[:32]
        status = "INVALID" if error else status
        return json_reply({"sku": sku, "status": status, "submissionId": submission, "issues": issues})


def refusal(seller: AmazonSeller, seller_id: str, request: Request) -> Reply | None:
    """Return the error response to a request for another seller's listings or marketplace, else None."""
    if seller_id != seller.seller_id:
        return amazon_error(403, *DENIED)
    if request.query.get("marketplaceIds") != MARKETPLACE_ID:
        return bad_input(f"marketplaceIds must be {MARKETPLACE_ID}.")
    return None


def _body(request: Request, *required: str) -> dict[str, Any] | None:
    try:
        body = request.json()
    except ValueError:
        return None
    return body if all(name in body for name in required) else None


def bad_input(details: str) -> Reply:
    return amazon_error(400, "InvalidInput", "Request has missing or invalid parameters.", details)


def _not_found(sku: str) -> Reply:
    return amazon_error(404, "NOT_FOUND", f"SKU '{sku}' not found in marketplace {MARKETPLACE_ID}")
