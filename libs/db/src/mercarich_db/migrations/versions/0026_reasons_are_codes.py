"""Reasons are stored as codes with values: the columns take what such a text needs."""

from mercarich_db.migrations.columns import widen

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

REASONS = {
    ("listing_events", "reason"): 255,
    ("listings", "push_problem"): 255,
}
"""Column -> its length until now. 600 characters are as many as an index with the other columns of a shop takes."""


def upgrade() -> None:
    for (table, column), before in REASONS.items():
        widen(table, column, before, 600)
