"""Housekeeping: pictures, deletions, the schedule, token checks."""

from sqlalchemy import Column, Index, Integer, String, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

listing_pictures = Table(  # written by web
    "listing_pictures",
    metadata,
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),  # 0 the main picture, 1 to 3 the others
    Column("path", exact(255), nullable=False),  # below the pictures' folder: <user id>/…
    Index("ix_listing_pictures_path", "path"),
)

pictures_wanted = Table(  # written by web; a row is deleted when its listing's pictures are saved or given up
    "pictures_wanted",
    metadata,
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),  # place in its seller's queue; sellers take turns
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcDateTime, nullable=True),  # with a worker until then, or put off
    Column("problem", String(255), nullable=True),
    Index("ix_pictures_wanted_place", "place", "listing_id"),
)

listing_removals = Table(  # listings no longer `listed`, kept until Amazon has accepted their deletion
    "listing_removals",
    metadata,
    # written by web
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    # written by feed
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcDateTime, nullable=True),  # with a worker until then, or put off
    Column("problem", StoredReason, nullable=True),
    Column("accepted_at", UtcDateTime, nullable=True),
    Index("ix_listing_removals_user_id", "user_id", "accepted_at"),
)

deletions = Table(  # written by web
    "deletions",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("day", exact(10), primary_key=True),  # in Tokyo, 2026-11-25
    Column("listings", Integer, nullable=False),
)

prunings = Table(  # written by web: counts of old records that were deleted
    "prunings",
    metadata,
    Column("record", exact(32), primary_key=True),
    Column("rows", Id, nullable=False, autoincrement=False),  # total since the beginning
    Column("pruned_at", UtcDateTime, nullable=False),  # when old ones were last looked for
)

schedule_pauses = Table(  # written by web
    "schedule_pauses",
    metadata,
    Column("name", exact(64), primary_key=True),
    Column("paused_at", UtcDateTime, nullable=False),
    Column("paused_by", String(64), nullable=False),
)

schedule_known = Table(  # written by `mercarich db upgrade`: from then on, a row that never starts counts as missed
    "schedule_known",
    metadata,
    Column("name", exact(64), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)

schedule_wishes = Table(  # requested starts; a row is deleted when its start has happened
    "schedule_wishes",
    metadata,
    # written by web
    Column("name", exact(64), primary_key=True),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("wanted_by", String(64), nullable=False),
    # written by the operator
    Column("job", exact(63), nullable=True),  # the Job that was made for it
    Column("problem", String(255), nullable=True),  # why it was not made yet
)

restorations = Table(  # written by web: restores of the whole database from a backup
    "restorations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("restored_at", UtcDateTime, nullable=False),  # when all of it was marked as unverified
    Column("verified_at", UtcDateTime, nullable=True),  # when the last of it was looked at again
)

token_checks = Table(  # written by feed
    "token_checks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("valid", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("exposed", Integer, nullable=False),  # withdrawals of sellers whose token is refused
    Column("problem", String(255), nullable=True),  # a failure of our own credentials: no seller was judged
)
