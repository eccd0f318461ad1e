"""Coverage from sources counted by the age of their last look."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mercarich_checker.domain.coverage import BANDS, Band, Unseen, coverages
from mercarich_contracts.coverage import LATE_AFTER

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
CHECKS = {1: 2, 2: 4, 3: 4}
SOURCES = st.lists(st.tuples(st.sampled_from(sorted(CHECKS)), st.integers(0, 5000)), max_size=60)


def bands_of(sources: list[tuple[int, int]]) -> list[Band]:
    """Return the bands of sources, which are (seller, age of the last look in minutes)."""
    found: dict[tuple[int, int], Band] = {}
    for user_id, minutes in sources:
        age = timedelta(minutes=minutes)
        place = next((place for place, limit in enumerate(BANDS) if age <= limit), len(BANDS))
        known = found.get((user_id, place), Band(user_id, place, 0, NOW))
        found[user_id, place] = Band(user_id, place, known.sources + 1, min(known.oldest_at, NOW - age))
    return list(found.values())


@given(SOURCES)
def test_what_is_told_is_true_of_the_sources(sources: list[tuple[int, int]]) -> None:
    together, of_seller = coverages("yahoo", bands_of(sources), [], CHECKS, NOW)

    for users, told in [(CHECKS, together), *(((user_id,), one) for user_id, one in of_seller.items())]:
        ages = sorted(timedelta(minutes=minutes) for user_id, minutes in sources if user_id in users)
        late = [NOW - told.oldest_at] if told.oldest_at is not None else []
        assert (told.sources, late) == (len(ages), ages[-1:])
        for since, share in ((told.half_since, 0.5), (told.most_since, 0.95)):
            if since is not None:
                assert sum(age <= NOW - since for age in ages) >= share * len(ages)
    covered = sum(timedelta(minutes=minutes) <= LATE_AFTER[CHECKS[user_id]] for user_id, minutes in sources)
    assert together.covered == covered == sum(one.covered for one in of_seller.values())


def test_sources_without_a_look_have_no_age() -> None:
    seen = Band(1, 0, 8, NOW - timedelta(minutes=1))
    together, of_seller = coverages("yahoo", [seen], [Unseen(1, 10, 3), Unseen(2, 4, 0)], CHECKS, NOW)

    assert (together.sources, together.covered, together.unseen) == (22, 19, 14)
    assert (of_seller[1].most_since, of_seller[2].most_since) == (NOW - timedelta(minutes=1), None)
    assert [(one.sources, one.covered, one.unseen) for one in of_seller.values()] == [(18, 15, 10), (4, 4, 4)]


def test_a_seller_who_is_stopped_while_it_is_counted_does_not_count() -> None:
    bands = [Band(1, 0, 8, NOW - timedelta(minutes=1)), Band(9, 0, 5, NOW - timedelta(minutes=2))]
    together, of_seller = coverages("yahoo", bands, [Unseen(9, 10, 3)], CHECKS, NOW)

    assert (list(of_seller), together.sources, together.unseen) == ([1], 8, 0)
    assert together.oldest_at == NOW - timedelta(minutes=1)


def test_nothing_on_sale_is_covered() -> None:
    together, of_seller = coverages("yahoo", [], [], {}, NOW)

    assert (together.sources, together.share, together.oldest_at, of_seller) == (0, 1.0, None, {})
