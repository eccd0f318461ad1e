"""Sellers and their Amazon accounts. Written by web, the token's verdict by feed."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("username", exact(64), nullable=False, unique=True),
    Column("plan", Integer, nullable=False),  # checks a day: 2 or 4
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
