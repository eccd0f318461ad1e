"""Reasons are stored as codes with values: the columns take what such a text needs, and sentences become reasons."""

from alembic import op
from sqlalchemy import Column, String, text

from mercarich_db.migrations.columns import add_missing, widen
from mercarich_db.migrations.old_sentences import rewrite

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

REASONS = {
    ("listing_events", "reason"): 255,
    ("listings", "push_problem"): 255,
    ("holds", "reason"): 255,
    ("runs", "note"): 500,
    ("submissions", "problem"): 255,
    ("submission_items", "issue"): 255,
    ("listing_removals", "problem"): 255,
    ("revival_candidates", "reason"): 255,
    ("jobs", "message"): 500,
    ("job_queries", "problem"): 255,
    ("job_problems", "problem"): 255,
}
"""Column -> its length until now. 600 characters are as many as an index with the other columns of a shop takes."""
REQUIRED = {("holds", "reason"), ("job_problems", "problem")}
"""Those that are never NULL."""
KEYS = {
    "job_problems": ("job_id", "number"),
    "job_queries": ("job_id", "number"),
    "listing_removals": ("listing_id",),
    "submission_items": ("submission_id", "listing_id"),
}


def upgrade() -> None:
    add_missing("notices", Column("reason", String(600), nullable=True))
    for (table, column), before in REASONS.items():
        widen(table, column, before, 600, nullable=(table, column) not in REQUIRED)
        kind = "kind" if table == "listing_events" else None
        rewrite(op.get_bind(), table, column, KEYS.get(table, ("id",)), kind=kind)
    op.execute(text("UPDATE holds SET released_by = NULL WHERE released_by = 'second look'"))
