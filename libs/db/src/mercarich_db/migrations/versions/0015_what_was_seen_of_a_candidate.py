"""What was seen of a candidate, as far as it was looked at: who sells it, its shipping, how alike the pictures are."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import exact

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "revival_candidates",
        sa.Column("page_seen", sa.Boolean, nullable=True),
        sa.Column("seller_id", exact(64), nullable=True),
        sa.Column("rating_good", sa.Integer, nullable=True),
        sa.Column("rating_bad", sa.Integer, nullable=True),
        sa.Column("condition_code", sa.Integer, nullable=True),
        sa.Column("shipping_payer", exact(8), nullable=True),
        sa.Column("shipping_cost_jpy", sa.Integer, nullable=True),
        sa.Column("ships_from", sa.String(64), nullable=True),
        sa.Column("ship_days_max", sa.Integer, nullable=True),
        sa.Column("image_url", sa.String(512), nullable=True),
        sa.Column("quick_correlation", sa.Float, nullable=True),
        sa.Column("share_forth", sa.Float, nullable=True),
        sa.Column("share_back", sa.Float, nullable=True),
        sa.Column("inliers", sa.Integer, nullable=True),
        sa.Column("colour_distance", sa.Float, nullable=True),
        sa.Column("changed_share", sa.Float, nullable=True),
        sa.Column("odd_share", sa.Float, nullable=True),
    )
