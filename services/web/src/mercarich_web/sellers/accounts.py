"""Sellers, their accounts at Amazon and the audit log, as operators see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit log."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class TokenState:
    """A seller's account at Amazon, and what does not reach it."""

    user_id: int
    username: str
    seller_id: str
    verdict: str
    """unknown, valid, invalid"""
    reason: str | None
    checked_at: datetime | None
    exposed: int
    """Withdrawals that Amazon has not accepted yet."""


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """The last look at all tokens that ended."""

    ended_at: datetime
    valid: int
    invalid: int
    unknown: int
    exposed: int
    problem: str | None
    """Of the application itself: then no seller was judged."""


@dataclass(frozen=True, slots=True)
class SellerRow:
    user_id: int
    username: str
    plan: int
    active: bool
    created_at: datetime
    may_sign_in: bool
    verdict: str | None
    """Of its token; None: no account is linked."""


@dataclass(frozen=True, slots=True)
class SellerDetails:
    seller: SellerRow
    listings: int
    exposed: int
    """Withdrawals that Amazon has not accepted yet."""
    deeds: Sequence[AuditEntry]
    """What concerns this seller, newest first."""
