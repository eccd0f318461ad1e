"""What addresses of the pages hold: the place a table goes on from, and the page that somebody is led back to."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from starlette.types import Scope

from mercarich_web.api.ids import MOST
from mercarich_web.api.problems import API

LONGEST = 2_000
"""Of an address to go back to: that of a table with a hundred Japanese characters in its search, with room to spare."""

Below = Annotated[int | None, Query(ge=1, le=MOST)]
"""The id that a page of rows ends before, newest first; None: the first page."""
Above = Annotated[int, Query(ge=0, le=MOST)]
"""The id that a page of rows begins after."""
Next = Annotated[str, Query(max_length=LONGEST)]
NextField = Annotated[str, Form(alias="next", max_length=LONGEST)]


def pattern(scope: Scope) -> str:
    """Of the route that answers; empty where there is none. FastAPI leaves out the prefix of routers in routers."""
    path: str = getattr(scope.get("route"), "path", "")
    begins = f"{API}/"
    return API + path if path and scope["path"].startswith(begins) and not path.startswith(begins) else path


def own_path(path: str) -> str:
    """The path if it is one of this site, else home: nobody is sent elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if safe else "/"


def address(path: str, values: Mapping[str, str | int | None]) -> str:
    """With a query of the values that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path
