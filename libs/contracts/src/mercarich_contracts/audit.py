"""The audit log: who did what.

Every action that is written to it is listed here, and the pages have words for each.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, from which address and with which browser."""

    name: str
    user_id: int | None = None
    address: str | None = None
    """None: by a command, by the API or by a service."""
    agent: str | None = None
    """The browser's User-Agent as it was sent; None or empty: there was none."""


class AuditAction(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    """The old password no longer works; a link to choose a new one was made."""
    ACCOUNT_STOLEN = "account_stolen"
    """Nobody can act as this user any more, until the password is reset."""
    SESSION_ENDED = "session_ended"
    """By its account, from another session."""
    SESSIONS_ENDED = "sessions_ended"
    """All others of the account that did it."""
    SECOND_STEP_BEGUN = "second_step_begun"
    SECOND_STEP_ENDED = "second_step_ended"
    SECOND_STEP_RESET = "second_step_reset"
    """By a command, for people who have lost their second factor."""
    AUTHENTICATOR_ADDED = "authenticator_added"
    """Beside a passkey, or instead of another one."""
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    INVITED = "invited"
    INVITATION_MAILED_AGAIN = "invitation_mailed_again"
    INVITATION_REVOKED = "invitation_revoked"
    JOINED = "joined"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"

    # a seller's own things
    AMAZON_LINK_BEGUN = "amazon_link_begun"
    AMAZON_LINKED = "amazon_linked"
    AMAZON_ASKED = "amazon_asked"
    OFFERS_MATCHED = "offers_matched"
    """Sources of offers at Amazon were named: of one SKU, or by a file."""
    ORDER_DECIDED = "order_decided"
    """Of an item of an order: the decision before and after, without the note, which may name a buyer."""
    REPLACEMENTS_APPROVED = "replacements_approved"
    """All that matched a filter, as a preview had shown them."""
    REPLACEMENTS_REFUSED = "replacements_refused"
    REPLACEMENT_APPROVED_BY_LINK = "replacement_approved_by_link"
    """Of one listing, from a message: by whoever had its link, with the browser."""
    REPLACEMENT_REFUSED_BY_LINK = "replacement_refused_by_link"
    RULE_CHANGED = "rule_changed"
    NOTICE_WAYS_CHANGED = "notice_ways_changed"
    LISTINGS_CHECK = "listings_check"
    LISTINGS_WITHDRAW = "listings_withdraw"
    LISTINGS_PUT_UP = "listings_put_up"
    LISTINGS_STOP = "listings_stop_watching"
    LISTINGS_RESUME = "listings_resume_watching"
    LISTINGS_CREATE = "listings_create"
    LISTINGS_GIVE_UP = "listings_give_up"
    LISTINGS_LIST = "listings_list"
    LISTING_SOURCE = "listing_source"
    """Of one listing: the former source, and the one that the seller chose."""
    LISTING_EDITED = "listing_edited"
    """Of one listing: what was changed of title, ASIN, quantity when listed and price, with the former values."""
    LISTING_LIMIT = "listing_limit"
    """Of one listing: its own limit of the profit, in place of the loss rule."""
    LISTING_PRICE = "listing_price"
    """Of one listing: between which prices it follows its source, and whether it does."""
    LISTINGS_DELETE = "listings_delete"
    LISTINGS_UNDO = "listings_undo"

    # operators
    SETTING_CHANGED = "setting_changed"
    HOLD_RELEASED = "hold_released"
    HOLD_LISTINGS_RELEASED = "hold_listings_released"
    """Of single listings of a hold, by their SKUs; the hold itself waits on."""
    SCHEDULE_PAUSED = "schedule_paused"
    SCHEDULE_RESUMED = "schedule_resumed"
    SCHEDULE_WANTED = "schedule_wanted"
    SCHEDULE_STARTED = "schedule_started"
    """Written by the operator, on Kubernetes."""
    DATABASE_RESTORED = "database_restored"
    """Everything was marked as unverified after a restore from a backup."""
    DEAD_LETTER_REPLAYED = "dead_letter_replayed"
    PLAN_CHANGED = "plan_changed"
    SELLER_STOPPED = "seller_stopped"
    SELLER_STARTED = "seller_started"
