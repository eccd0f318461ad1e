"""What a seller's rule reads of a replacement that waits, and which ones the rule approved."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import StoredReason, UtcDateTime, exact

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_NUMBERS = (
    *("alike_parts", "postage_jpy", "rating_good", "rating_bad", "condition_code"),
    *("first_price_jpy", "first_condition_code", "offer_price_jpy", "profit_jpy"),
)
_INDEXES = {
    "seller": ["user_id", "state", "id"],
    "found": ["user_id", "at"],
    "by_rule": ["user_id", "rule_approved_at"],
}


def upgrade() -> None:
    add_missing("revivals", sa.Column("proposed", sa.Boolean(), nullable=True))
    add_missing("revivals", sa.Column("seller_id", exact(64), nullable=True))
    for name in _NUMBERS:
        add_missing("revivals", sa.Column(name, sa.Integer(), nullable=True))
    add_missing("revivals", sa.Column("rule_approved_at", UtcDateTime, nullable=True))
    add_missing("revivals", sa.Column("rule_reason", StoredReason, nullable=True))
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_revivals_{name}", "revivals", columns, if_not_exists=True)
