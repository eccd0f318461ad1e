"""Jobs of sellers: bulk searches and CSV imports, with what they stage."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _jobs()
    _job_queries()
    _job_files()
    _job_rows()
    _job_problems()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("kind", exact(16), nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("phase", exact(16), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(500), nullable=True),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("heartbeat_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("not_before", UtcDateTime, nullable=True),
        sa.Column("turn", Id, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("claim", exact(64), nullable=True),
        sa.Column("claimed_at", UtcDateTime, nullable=True),
        sa.Column("claim_until", UtcDateTime, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_jobs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_open", "jobs", ["kind", "ended_at", "turn"], unique=False)
    op.create_index("ix_jobs_seller", "jobs", ["user_id", "kind", "turn"], unique=False)


def _job_queries() -> None:
    op.create_table(
        "job_queries",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("given", sa.String(1000), nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("keyword", sa.String(200), nullable=False),
        sa.Column("price_min", sa.Integer(), nullable=True),
        sa.Column("price_max", sa.Integer(), nullable=True),
        sa.Column("conditions", exact(16), nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_queries")),
    )


def _job_files() -> None:
    op.create_table(
        "job_files",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "place", name=op.f("pk_job_files")),
    )


def _job_rows() -> None:
    op.create_table(
        "job_rows",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku", exact(64), nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("item_id", exact(64), nullable=False),
        sa.Column("asin", exact(16), nullable=True),
        sa.Column("title", sa.String(255), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_rows")),
    )
    op.create_index("ix_job_rows_sku", "job_rows", ["job_id", "sku"], unique=False)
    op.create_index("ix_job_rows_source", "job_rows", ["job_id", "marketplace", "item_id"], unique=False)


def _job_problems() -> None:
    op.create_table(
        "job_problems",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", exact(32), nullable=True),
        sa.Column("problem", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_problems")),
    )
