"""Ids in addresses, bodies and forms, limited to what a database column can hold."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

MOST = 2**63 - 1
"""The largest id: a signed 64-bit integer."""

Id = Annotated[int, Path(ge=1, le=MOST)]
GivenId = Annotated[int, Field(ge=1, le=MOST)]
"""An id in a body or a form."""
