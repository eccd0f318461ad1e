"""Sellers, their Amazon accounts and the audit log, as operators see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.coverage import Coverage


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
    agent: str | None
    """The User-Agent of the browser; None: there was none, or it is not known."""


@dataclass(frozen=True, slots=True)
class TokenState:
    """A seller's Amazon account, and the changes that have not reached it."""

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
    """The last completed check of all tokens."""

    ended_at: datetime
    valid: int
    invalid: int
    unknown: int
    exposed: int
    problem: str | None
    """What is wrong with the application itself; then no seller's token was judged."""


@dataclass(frozen=True, slots=True)
class SellerRow:
    user_id: int
    username: str
    plan: int
    active: bool
    created_at: datetime
    may_sign_in: bool
    verdict: str | None
    """The verdict on the token; None: no account is linked."""


@dataclass(frozen=True, slots=True)
class SellerDetails:
    seller: SellerRow
    listings: int
    exposed: int
    """Withdrawals that Amazon has not accepted yet."""
    deeds: Sequence[AuditEntry]
    """Audit entries about this seller, newest first."""
    coverages: Sequence[Coverage]
    """How fresh the looks at the seller's sources on sale are, by marketplace."""
