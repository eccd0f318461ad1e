"""Eighty sellers share the workers: slices take turns, however many jobs each seller has started."""

import random
from collections import Counter

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import Workshop

from mercarich_web.jobs.jobs import Claim, Kind


@pytest.fixture
def shop(engine: Engine) -> Workshop:
    return Workshop(engine)


def test_between_two_slices_of_a_seller_every_waiting_seller_gets_one(shop: Workshop, rows: Rows) -> None:
    names = [f"seller-{number:02}" for number in range(80)]
    for name in names:
        rows.user(name)
    shop.shops.pages = {"cup": [[] for _ in range(100)]}
    for name in names:
        for _ in range(3 if name == "seller-07" else 1):
            shop.search(name, "cup", pages=100)

    for _ in range(2):
        served = [_served(shop) for _ in names]
        assert sorted(served) == list(range(1, 81))


@pytest.mark.parametrize("seed", range(5))
def test_nobody_waits_longer_than_one_slice_of_each_other_whatever_starts_and_ends(
    shop: Workshop, rows: Rows, seed: int
) -> None:
    """Random starts, workers and ends; the waiting time is counted in slices that others began."""
    draw = random.Random(seed)
    sellers = [rows.user(f"seller-{number}") for number in range(6)]
    waited: Counter[int] = Counter()
    claims: list[Claim] = []
    for _ in range(150):
        if draw.random() < 0.3:
            user = draw.choice(sellers)
            if shop.book.open_jobs(user) < 3:
                shop.search(f"seller-{user - sellers[0]}", "cup")
        if claims and draw.random() < 0.6:
            claim = claims.pop(draw.randrange(len(claims)))
            shop.desk.release(claim) if draw.random() < 0.8 else shop.stop(claim.job_id, "test")
        if len(claims) < 3 and (claim := shop.claim(Kind.SEARCH, f"w{len(claims)}")) is not None:
            busy = {each.user_id for each in claims}
            assert claim.user_id not in busy, "one slice of a seller at a time"
            claims.append(claim)
            for user in sellers:
                waits = user not in busy | {claim.user_id} and shop.book.open_jobs(user) > 0
                waited[user] = waited[user] + 1 if waits else 0
            assert max(waited.values()) <= len(sellers)
        shop.now.go(seconds=1)


def test_two_workers_never_have_the_same_job(shop: Workshop, rows: Rows) -> None:
    rows.user("hanako")
    shop.search("hanako", "cup")

    assert shop.claim(Kind.SEARCH, "first") is not None
    assert shop.claim(Kind.SEARCH, "second") is None


def _served(shop: Workshop) -> int:
    claim = shop.claim(Kind.SEARCH)
    assert claim is not None
    shop.now.go(seconds=1)
    shop.desk.release(claim)
    return claim.user_id
