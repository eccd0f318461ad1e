"""Mail addresses of who is invited, and the mails that invite them, each with a link of its own."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "invitations",
        sa.Column("mail_address", sa.String(254), nullable=True),
        sa.Column("language", exact(8), nullable=True),
    )
    op.create_table(
        "invitation_mails",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("invitation_hash", exact(64), nullable=False),
        sa.Column("mail_address", sa.String(254), nullable=False),
        sa.Column("token_hash", exact(64), nullable=True),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.Column("refusal", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitation_mails"),
        if_not_exists=True,
    )
    for name, columns in (
        ("ix_invitation_mails_due", ["state", "not_before"]),
        ("ix_invitation_mails_address", ["mail_address", "created_at"]),
        ("ix_invitation_mails_token", ["token_hash"]),
        ("ix_invitation_mails_invitation", ["invitation_hash"]),
    ):
        op.create_index(name, "invitation_mails", columns, if_not_exists=True)
