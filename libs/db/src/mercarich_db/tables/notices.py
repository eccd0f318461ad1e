"""Notices for sellers, and their delivery by mail, webhook, chat and browser. Written by web."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

notices = Table(  # one for each cause, reopened when the cause comes back
    "notices",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("kind", exact(32), nullable=False),
    Column("cause", exact(64), nullable=False),  # id of the hold or job, to tell causes of a kind apart
    Column("count", Integer, nullable=False),  # current number of affected things
    Column("about", String(255), nullable=False),  # a file's name, or Amazon's message about a token
    Column("reason", StoredReason, nullable=True),  # why a job failed
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, nullable=True),  # the cause has ended
    Column("read_at", UtcDateTime, nullable=True),
    UniqueConstraint("user_id", "kind", "cause"),
    Index("ix_notices_open", "closed_at", "user_id"),
    Index("ix_notices_seller", "user_id", "opened_at"),
)

notice_ways = Table(
    "notice_ways",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("mail_address", String(254), nullable=True),
    Column("mail_proven_at", UtcDateTime, nullable=True),  # its owner has confirmed the address
    Column("webhook_url", String(1000), nullable=True),
    Column("webhook_salt", exact(64), nullable=True),  # the signing secret is made of it and the server's key
    Column("kinds_by_mail", String(255), nullable=False),  # separated by spaces
    Column("kinds_by_webhook", String(255), nullable=False),
    Column("deciding_links", Boolean, nullable=True),  # messages have links that decide; NULL: they have none
)

notice_chats = Table(  # a row for each chat where somebody reads notices
    "notice_chats",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("way", exact(16), primary_key=True),  # slack, discord, chatwork, line
    Column("place", String(255), nullable=False),  # the part of the address that is no secret
    Column(
        "sealed", String(1000), nullable=False
    ),  # the secret that posts there, sealed with a key of the server's root
    Column("kinds", String(255), nullable=False),  # as in notice_ways
)

push_subscriptions = Table(  # a row for each browser that shows notices, and for those that did
    "push_subscriptions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("endpoint_hash", exact(64), nullable=True),  # NULL: it has ended
    Column("sealed", String(2000), nullable=True),  # endpoint and keys, as those of notice_chats; NULL: it has ended
    Column("host", String(253), nullable=False),  # of the endpoint: the push service of the browser's vendor
    Column("agent", String(255), nullable=False),
    Column("browser_hash", exact(64), nullable=False),  # of the cookie by which the browser is known
    Column("session_hash", exact(64), nullable=False),  # of the session that was last signed in with it
    Column("kinds", String(255), nullable=False),  # as in notice_ways
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),  # a notice was last accepted for it
    Column("ended_at", UtcDateTime, nullable=True),
    Column("end_reason", StoredReason, nullable=True),
    UniqueConstraint("endpoint_hash"),
    Index("ix_push_subscriptions_user", "user_id", "ended_at"),
    Index("ix_push_subscriptions_browser", "browser_hash"),
    Index("ix_push_subscriptions_session", "session_hash"),
)

notice_sendings = Table(
    "notice_sendings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("notice_id", Id, nullable=True),  # NULL: a confirmation of the address, or a test
    Column("way", exact(16), nullable=False),  # mail, webhook, browser, or a chat
    Column("what", exact(16), nullable=False),  # opened, closed, proof, trial, account
    Column("state", exact(16), nullable=False),  # waiting, sent, failed
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),  # claimed by a sender until then, or postponed
    Column("created_at", UtcDateTime, nullable=False),
    Column("problem", String(255), nullable=True),
    Column("refusal", StoredReason, nullable=True),  # what the chat said, where `problem` has no words for a person
    Column("reason", StoredReason, nullable=True),  # what happened to the account
    Column("mail_address", String(254), nullable=True),  # where it goes; NULL: where notices go
    Column("push_id", Id, nullable=True),  # the row of push_subscriptions that it goes to
    Index("ix_notice_sendings_due", "state", "not_before"),
    Index("ix_notice_sendings_user", "user_id", "id"),
)

decision_links = Table(  # each was sent in a message; whoever has it decides on one replacement
    "decision_links",
    metadata,
    Column("token_hash", exact(64), primary_key=True),  # SHA-256, so that reading the table does not allow to decide
    Column("user_id", Id, nullable=False),
    Column("listing_id", Id, nullable=False),
    Column("revival_id", Id, nullable=False),
    Column("way", exact(16), nullable=False),  # as in notice_sendings: how the message went
    Column("shown", exact(96), nullable=False),  # marketplace and item that the message named
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),  # for good, whatever is undone afterwards
    Column("ended_by", exact(16), nullable=True),  # an identity.links.End
    Index("ix_decision_links_user", "user_id"),
    Index("ix_decision_links_listing", "listing_id"),
)
