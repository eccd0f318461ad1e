"""The creation of offers at Amazon, as rows of `listing_creations` have it."""

from enum import StrEnum


class CreationWay(StrEnum):
    """How a draft becomes an offer."""

    CREATE = "create"
    """By `putListingsItem` with LISTING_OFFER_ONLY, on a product of Amazon's catalogue."""
    TAKE_OVER = "take_over"
    """The seller has listed the SKU at Amazon: that it is there is read, and nothing is sent."""


class CreationState(StrEnum):
    """How far the creation of an offer has come."""

    WAITING = "waiting"
    """Nothing was sent, or what was sent never arrived."""
    SENT = "sent"
    """It was sent and may be at Amazon, which is read until it sells the offer."""
    TAKING_BACK = "taking_back"
    """Amazon may have it, and it is not wanted any more: it is deleted there."""
    CREATED = "created"
    REFUSED = "refused"


class OfferCondition(StrEnum):
    """`conditionType` of Amazon's Listings Restrictions API 2021-08-01, those that a source can be sold as."""

    NEW = "new_new"
    LIKE_NEW = "used_like_new"
    VERY_GOOD = "used_very_good"
    GOOD = "used_good"
    ACCEPTABLE = "used_acceptable"


CONDITION_OF_SOURCE = {
    1: OfferCondition.NEW,
    2: OfferCondition.LIKE_NEW,
    3: OfferCondition.VERY_GOOD,
    4: OfferCondition.GOOD,
    5: OfferCondition.ACCEPTABLE,
}
"""`source_items.condition_code` -> the condition of its offer. 6, a poor one, is sold under none."""
