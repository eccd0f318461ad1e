"""A reason as a program reads it: its code and its values, beside the sentence in English."""

from typing import Any

from pydantic import BaseModel, Field

from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import coded
from mercarich_reasons.telling import Language, tell


class Coded(BaseModel):
    """Of a shape with the sentence of a reason."""

    reason_code: str | None = Field(None, description="Of the reason; more codes may come.")
    reason_values: dict[str, Any] | None = None


def code_of(reason: Reason | None) -> dict[str, Any]:
    """The fields of `Coded`."""
    code, values = coded(reason) or (None, None)
    return {"reason_code": code, "reason_values": values}


def english(reason: Reason | None) -> str | None:
    """The sentence."""
    return tell(reason, Language.EN) if reason is not None else None
