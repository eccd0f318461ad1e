"""A listing's state at Amazon, for tests to vary."""

from mercarich_listings.push import Push

AT_REST = Push(
    id=7,
    user_id=2,
    sku="S-1",
    revision=5,
    quantity=0,
    pushed_revision=5,
    pushed_quantity=0,
    pushed_at=None,
    verified_at=None,
    next_read_at=None,
    push_claim=None,
    push_claim_until=None,
    push_attempts=0,
    push_not_before=None,
    push_problem=None,
    push_failed_revision=None,
    orphan=False,
)
"""Down, as the books say; nothing is under way, and nothing has failed."""
