"""What is made once for all applications of a process of tests is still each application's own."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.routing import APIRoute
from tests import made_once

from mercarich_web.site.rendering import make_site


@pytest.fixture(autouse=True)
def _made_once() -> None:
    made_once.make_once()


def application(least: int) -> APIRoute:
    app = FastAPI()

    @app.get("/pieces")
    def pieces(count: Annotated[int, Query(ge=least)] = 5) -> int:
        return count

    return next(route for route in app.routes if isinstance(route, APIRoute) and route.path == "/pieces")


def test_equal_parameters_have_one_validator() -> None:
    one, other = application(1), application(1)

    assert one.dependant.query_params[0] is other.dependant.query_params[0]


def test_parameters_with_other_bounds_have_their_own() -> None:
    strict, lenient = application(3), application(2)

    assert strict.dependant.query_params[0].validate(2)[1]
    assert not lenient.dependant.query_params[0].validate(2)[1]


def test_a_template_is_compiled_once_in_each_language() -> None:
    one, other = make_site({}, https=False), make_site({}, https=False)

    assert one.environments["ja"].bytecode_cache is other.environments["ja"].bytecode_cache
    assert one.environments["ja"].bytecode_cache is not one.environments["en"].bytecode_cache
