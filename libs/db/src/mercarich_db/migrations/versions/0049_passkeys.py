"""Passkeys, and the challenges that they sign."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, UtcDateTime, exact

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("credential_hash", exact(64), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("transports", sa.String(128), nullable=False),
        sa.Column("sign_count", Id, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_hash", name="uq_passkeys_credential_hash"),
        if_not_exists=True,
    )
    op.create_index("ix_passkeys_user", "passkeys", ["user_id"], if_not_exists=True)
    add_missing(
        "sessions",
        sa.Column("challenge", exact(128), nullable=True),
        sa.Column("challenge_at", UtcDateTime, nullable=True),
    )
