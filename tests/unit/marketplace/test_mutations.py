"""Damaged responses take nothing off sale, and put nothing back on (`tests/services/mutations.py` has more of them)."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.services import mutations
from tests.services.mutations import Specimen

from mercarich_marketplace.answers import Answer
from mercarich_marketplace.proofs import Proofs

SPECIMENS = list(mutations.specimens())


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Without a line for each status word that is not in the table."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_no_damage_to_the_tests_own_bodies_changes_what_an_item_is() -> None:
    result = mutations.run(SPECIMENS, 6_000, seed=1)

    assert result.offences == []
    assert result.known > 2_000


def test_no_damage_to_the_recorded_bodies_changes_what_an_item_is() -> None:
    result = mutations.run(list(mutations.recordings()), 4_000, seed=2)

    assert result.offences == []
    assert result.known > 1_000


def test_every_body_is_read_before_it_is_damaged() -> None:
    assert [each.name for each in SPECIMENS if not mutations.states(each, each.body, each.status)] == []


def test_a_reader_that_takes_any_flag_for_set_is_found() -> None:
    """As the seller's list once was read."""
    listed = next(each for each in SPECIMENS if "list" in each.name)

    def careless(answer: Answer) -> object:
        return listed.read(replace(answer, body=answer.body.replace(b'"is_no_price":"no"', b'"is_no_price":true')))

    result = mutations.run([replace(listed, read=careless)], 3_000, seed=3)

    assert any("is_no_price" in offence for offence in result.offences)


def test_without_a_row_of_the_table_nothing_is_read() -> None:
    bare: list[Specimen] = [replace(each, proofs=Proofs([])) for each in SPECIMENS]

    assert mutations.run(bare, 200, seed=4).known == 0
