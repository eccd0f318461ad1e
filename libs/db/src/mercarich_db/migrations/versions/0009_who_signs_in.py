"""Who signs in: passwords, sessions, invitations, failed tries, audit log. A seller's listings by last change."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("password_at", UtcDateTime, nullable=False),
        sa.Column("language", exact(8), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_logins_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_logins"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", exact(64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user_id"])
    op.create_table(
        "invitations",
        sa.Column("token_hash", exact(64), nullable=False),
        sa.Column("username", exact(64), nullable=False),
        sa.Column("plan", sa.Integer, nullable=False),
        sa.Column("is_staff", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitations"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("name", exact(80), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sign_in_failures"),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", exact(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("detail", sa.Text, nullable=True),
        sa.Column("address", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_user", "audit_log", ["user_id", "id"])
    op.create_index("ix_listings_changed", "listings", ["user_id", "changed_at", "id"])
