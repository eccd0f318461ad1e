"""The pages: people come through their Service, whichever replica answers, and start a schedule by hand."""

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import until
from tests.cluster.release import Release
from tests.cluster.visitor import Visitor

SELLER, OPERATOR = "tier-seller", "tier-operator"


@pytest.fixture(autouse=True)
def _standing(release: Release) -> None:
    release.wait_ready()


def test_a_seller_joins_signs_in_and_out_through_the_service(visitor: Visitor) -> None:
    base = visitor.service
    assert visitor.get(base, "/")["location"] == "/sign-in"
    visitor.invited(SELLER)

    cookie = visitor.sign_in(base, SELLER)

    assert visitor.get(base, "/", cookie)["status"] == 200
    assert SELLER in visitor.get(base, "/account", cookie)["text"]
    assert visitor.post(base, "/sign-out", cookie)["status"] == 303
    assert visitor.get(base, "/", cookie)["location"] == "/sign-in"


def test_a_session_of_one_replica_works_at_the_other_and_ends_at_both(visitor: Visitor, keep: Keep) -> None:
    until(lambda: len(visitor.replicas()) == 2, 60, "two replicas are ready")
    first, second = visitor.replicas()
    cookie = visitor.sign_in(first, SELLER)

    seen = [visitor.get(base, "/account", cookie)["status"] for base in (second, first)]
    form = visitor.post(second, "/look", cookie, theme="dark")["status"]
    out = visitor.post(second, "/sign-out", cookie)["status"]
    after = [visitor.get(base, "/account", cookie)["location"] for base in (first, second)]

    keep("6-pages", {"replicas": [first, second], "seen": seen, "form": form, "out": out, "after": after})
    assert (seen, form, out) == ([200, 200], 303, 303)
    assert all(location.startswith("/sign-in") for location in after)
