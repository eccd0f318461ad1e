"""The kinds of items of each site: what tells them apart."""

from itertools import combinations

import pytest

from mercarich_contracts.market import RouteName
from mercarich_contracts.sites import SITES, Site


@pytest.mark.parametrize("site", SITES.values(), ids=str)
def test_the_length_of_an_id_tells_its_kind(site: Site) -> None:
    for kind in site.items:
        shortest, longest = kind.lengths
        assert shortest <= len(kind.example) <= longest
        assert site.kind_of(kind.example) is kind
    for one, other in combinations(site.items, 2):
        assert one.lengths[1] < other.lengths[0] or other.lengths[1] < one.lengths[0]


def test_each_route_is_of_one_site() -> None:
    assert sorted(route for site in SITES.values() for route in site.routes) == sorted(RouteName)


def test_an_id_of_no_form_is_taken_for_the_first_kind() -> None:
    for site in SITES.values():
        assert site.kind_of("?") is site.items[0]
