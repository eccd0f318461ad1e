"""Ids as addresses, bodies and forms bring them: what a database can hold."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

MOST = 2**63 - 1
"""The largest that a database keeps."""

Id = Annotated[int, Path(ge=1, le=MOST)]
GivenId = Annotated[int, Field(ge=1, le=MOST)]
"""One in a body or a form."""
