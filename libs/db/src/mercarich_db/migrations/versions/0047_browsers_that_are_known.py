"""What the cookies of browsers that have signed in before are signed with."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import exact

revision = "0047"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("logins", sa.Column("devices_salt", exact(64), nullable=True))
