"""Parameters in the pages' addresses: where a table continues, and the page to return to."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from starlette.types import Scope

from mercarich_web.api.ids import MOST
from mercarich_web.api.problems import API

LONGEST = 2_000
"""Longest address to return to. A table's address with a hundred Japanese characters in its search fits easily."""

Below = Annotated[int | None, Query(ge=1, le=MOST)]
"""The id below which a page of rows begins, newest first; None: the first page."""
Above = Annotated[int, Query(ge=0, le=MOST)]
"""The id above which a page of rows begins."""
Next = Annotated[str, Query(max_length=LONGEST)]
NextField = Annotated[str, Form(alias="next", max_length=LONGEST)]


def pattern(scope: Scope) -> str:
    """Return the pattern of the route that serves the request, empty when there is none. FastAPI leaves out the
    prefixes of nested routers."""
    path: str = getattr(scope.get("route"), "path", "")
    begins = f"{API}/"
    return API + path if path and scope["path"].startswith(begins) and not path.startswith(begins) else path


def own_path(path: str) -> str:
    """Return the path if it is on this site, else the home page: nobody is redirected to another site."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe else "/"


def address(path: str, values: Mapping[str, str | int | None]) -> str:
    """Return the address with those values in its query that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path
