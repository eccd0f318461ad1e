"""Sellers and their Amazon accounts, which feed links and judges."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("username", exact(64), nullable=False, unique=True),
    Column("plan", Integer, nullable=False),  # checks a day: 2 or 4
    Column("checks_a_day", Integer, nullable=True),  # the seller's choice, at most the plan; see mercarich_db.cadence
    Column("active", Boolean, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

amazon_accounts = Table(
    "amazon_accounts",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("seller_id", exact(32), nullable=False),
    Column("marketplace_id", exact(32), nullable=False),
    Column("refresh_token", Text, nullable=False),  # AES-256-GCM, see mercarich_feed.adapters.token_cipher
    Column("token_verdict", exact(16), nullable=False),  # unknown, valid, invalid
    Column("token_reason", String(255), nullable=True),
    Column("token_checked_at", UtcDateTime, nullable=True),
)

amazon_links = Table(  # sellers on their way to Amazon's consent page
    "amazon_links",
    metadata,
    # written by web
    Column("state_hash", exact(64), primary_key=True),  # SHA-256 of the OAuth state
    Column("user_id", Id, nullable=False),
    Column("session_hash", exact(64), nullable=False),  # sessions.token_hash: the browser that comes back has it
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # written by feed
    Column("used_at", UtcDateTime, nullable=True),  # can be used once
)
