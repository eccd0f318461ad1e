"""Twenty offers read in one call of searchListingsItems, and what becomes of them when the call is refused."""

from datetime import UTC, datetime
from types import NoneType

import pytest
from tests.unit.feed.amazon_fake import ACCOUNT, Answer, FakeAmazon

from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.domain.answers import Missing
from mercarich_feed.domain.pushes import Offer
from mercarich_listings.read_back import Seen

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OFFERS = [Offer(number, sku, 5, 2, NOW, singly=False) for number, sku in enumerate(("A", "B"))]
NO_SUCH_RESOURCE: Answer = (404, {"errors": [{"code": "NotFound", "message": "Resource not found."}]})
INVALID: Answer = (400, {"errors": [{"code": "InvalidInput", "message": "Invalid 'identifiers' provided."}]})
ITEM = {"fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 2}]}


@pytest.mark.parametrize("refusal", [NO_SUCH_RESOURCE, INVALID])
def test_a_refused_search_tells_nothing_of_its_skus_and_each_is_read_singly(refusal: Answer) -> None:
    amazon = FakeAmazon(refusal, (200, ITEM))
    paced = PacedAmazon(amazon.api(), Pace(amazon.sleep, lambda: amazon.clock), 1, lambda: NOW, lambda: amazon.clock)

    answers = paced.shown(ACCOUNT, OFFERS)
    paced.close()

    assert [(answer.offer.sku, answer.trouble, answer.seen) for answer in answers] == [
        ("A", None, Seen(2)),
        ("B", None, Seen(2)),
    ]
    assert [request.url.path.rpartition("/")[2] for request in amazon.requests] == [ACCOUNT.seller_id, "A", "B"]


def test_what_a_search_for_deleted_offers_does_not_find_is_missing_and_not_asked_for_singly() -> None:
    amazon = FakeAmazon((200, {"items": [{"sku": "B"} | ITEM]}))
    paced = PacedAmazon(amazon.api(), Pace(amazon.sleep, lambda: amazon.clock), 1, lambda: NOW, lambda: amazon.clock)

    answers = paced.shown(ACCOUNT, OFFERS, deleted=True)
    paced.close()

    assert [(answer.offer.sku, type(answer.trouble), answer.seen) for answer in answers] == [
        ("B", NoneType, Seen(2)),
        ("A", Missing, None),
    ]
    assert len(amazon.requests) == 1


def test_deleted_offers_are_read_singly_when_their_search_is_refused() -> None:
    amazon = FakeAmazon(INVALID, (404, {"errors": [{"code": "NOT_FOUND", "message": "SKU not found"}]}))
    paced = PacedAmazon(amazon.api(), Pace(amazon.sleep, lambda: amazon.clock), 1, lambda: NOW, lambda: amazon.clock)

    answers = paced.shown(ACCOUNT, OFFERS, deleted=True)
    paced.close()

    assert [type(answer.trouble) for answer in answers] == [Missing, Missing]
    assert len(amazon.requests) == 3
