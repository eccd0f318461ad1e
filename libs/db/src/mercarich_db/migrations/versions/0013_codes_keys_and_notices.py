"""The second step of signing in, keys of the API, and notices with the ways they go out."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("logins", sa.Column("codes_salt", exact(64), nullable=True))
    op.add_column("logins", sa.Column("codes_since", UtcDateTime, nullable=True))
    op.add_column("logins", sa.Column("codes_used", Id, nullable=True))
    op.add_column("sessions", sa.Column("half", sa.Boolean, nullable=False, server_default="0"))
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("code_hash", exact(64), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("key_hash", exact(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(255), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_index("ix_api_keys_user", "api_keys", ["user_id"])
    op.create_table(
        "notices",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("kind", exact(32), nullable=False),
        sa.Column("cause", exact(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("about", sa.String(255), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("user_id", "kind", "cause", name="uq_notices_user_id_kind_cause"),
    )
    op.create_index("ix_notices_open", "notices", ["closed_at", "user_id"])
    op.create_index("ix_notices_seller", "notices", ["user_id", "opened_at"])
    op.create_table(
        "notice_ways",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("mail_address", sa.String(254), nullable=True),
        sa.Column("mail_proven_at", UtcDateTime, nullable=True),
        sa.Column("webhook_url", sa.String(1000), nullable=True),
        sa.Column("webhook_salt", exact(64), nullable=True),
        sa.Column("kinds_by_mail", sa.String(255), nullable=False),
        sa.Column("kinds_by_webhook", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_notice_ways"),
    )
    op.create_table(
        "notice_sendings",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=True),
        sa.Column("way", exact(16), nullable=False),
        sa.Column("what", exact(16), nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice_sendings"),
    )
    op.create_index("ix_notice_sendings_due", "notice_sendings", ["state", "not_before"])
    op.create_index("ix_notice_sendings_user", "notice_sendings", ["user_id", "id"])
