"""A reason for programs: its code and values, beside the English sentence."""

from typing import Any

from pydantic import BaseModel, Field

from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import coded
from mercarich_reasons.telling import Language, tell


class Coded(BaseModel):
    """Fields of a shape that contains the sentence of a reason."""

    reason_code: str | None = Field(None, description="Of the reason; more codes may come.")
    reason_values: dict[str, Any] | None = None


def code_of(reason: Reason | None) -> dict[str, Any]:
    """Return the fields of `Coded`."""
    code, values = coded(reason) or (None, None)
    return {"reason_code": code, "reason_values": values}


def english(reason: Reason | None) -> str | None:
    """Return the sentence."""
    return tell(reason, Language.EN) if reason is not None else None
