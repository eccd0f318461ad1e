"""A small labelled set: the default rules take hardly a wrong candidate, and most of the right ones."""

import pytest
from bench.match_quality import compare, refusal, score

from mercarich_simulator.pictures.labelled import pairs
from mercarich_updater.domain.matching import DEFAULT, SEED

SEED_OF_PAIRS = 1
PAIRS = 120


@pytest.mark.timeout(1800)
def test_m7_labelled_pairs_are_told_apart() -> None:
    """The drawing and the comparing have no chance in them: the figures move only when one of them is changed."""
    seen = [compare(pair) for pair in pairs(SEED_OF_PAIRS, PAIRS)]
    default, seed = score(seen, DEFAULT), score(seen, SEED)

    assert default.precision >= 0.97
    assert default.recall >= 0.75
    assert seed.recall < default.recall
    assert all(refusal(DEFAULT, each) for each in seen if each.pair.sort in ("another kind", "dearer or worse"))
