"""What sellers decide on orders."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_decisions",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("order_item_id", exact(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decision", exact(24), nullable=True),
        sa.Column("note", sa.String(255), nullable=True),
        sa.Column("paid_jpy", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "order_item_id", name="pk_order_decisions"),
        if_not_exists=True,
    )
