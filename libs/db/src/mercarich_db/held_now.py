"""The listings that a run's holds keep back now: withdrawn, freed and deleted ones are not among them."""

from sqlalchemy import ScalarSelect, func, select

from mercarich_db.tables import holds, listings, runs


def held_now() -> ScalarSelect[int]:
    """Return the number of listings that wait for holds of the run of the outer query."""
    waiting = select(func.count()).select_from(listings.join(holds, holds.c.id == listings.c.hold_id))
    its_own = (holds.c.applied_at.is_(None), holds.c.run_id == runs.c.id)
    return waiting.where(*its_own).correlate(runs).scalar_subquery()
