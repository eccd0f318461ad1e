"""Since when Amazon was seen to differ from the books.

SKUs that Amazon does not know get the time of the listing's last change: nothing reads them again. Whatever else
differs gets its time at the next read, within a day.
"""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("listings", sa.Column("differs_since", UtcDateTime, nullable=True))
    op.execute("UPDATE listings SET differs_since = changed_at WHERE orphan AND differs_since IS NULL")
    op.create_index("ix_listings_differs", "listings", ["differs_since", "user_id"], if_not_exists=True)
