"""The whole way with real processes: a source sells, is withdrawn, replaced and pushed; the ledger stays clean."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.chaos.rig import MARKETPLACES, Plant, Rig, running, until
from tests.system.revived import applied

from mercarich_db.engine import reading
from mercarich_db.tables import listing_events

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    plant = Plant(sellers=2, listings=40, restores=0, revives=True, mercari_per_second=40)
    with running(tmp_path, plant) as rig:
        yield rig


def _runs(rig: Rig, command: str) -> None:
    """Of both marketplaces, at the same time."""
    keys = {f"{command}-{marketplace}": f"{command}_{marketplace}" for marketplace in MARKETPLACES}
    for key, name in keys.items():
        rig.command(key, name, *(() if command == "update_feed" else ("2", "4")))
    for key in keys:
        assert rig.ended(key, 90) == 0, rig.log(key).read_text()[-2000:]


def test_m7_what_sold_is_withdrawn_replaced_and_up_again_on_a_source_that_is_there(rig: Rig) -> None:
    began = datetime.now(UTC).timestamp()
    _runs(rig, "check_item")
    until(lambda: rig.books.withdrawals_waiting() == 0, 30, "zeros at Amazon")
    with reading(rig.engine) as connection:
        kinds = connection.execute(select(listing_events.c.kind)).scalars().all()
    assert "withdrawn" in kinds, kinds

    _runs(rig, "update_item")  # For withdrawals that woke no worker.
    revived = len(applied(rig.engine))
    assert revived > 0

    def all_pushed() -> bool:
        if rig.books.pushes_waiting() and not any(rig.runs(f"update_feed-{name}") for name in MARKETPLACES):
            _runs(rig, "update_feed")
        return rig.books.pushes_waiting() == 0

    until(all_pushed, 90, "restores at Amazon")
    rig.simulator.tell_sources(applied(rig.engine))
    ledger = rig.simulator.ledger(gone_before=began)
    assert ledger["clean"], ledger["cases"]
    assert ledger["revived"] == revived
