"""The base of exceptions that refuse something for a reason."""

from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell


class Refusal(Exception):
    """Something is refused for `reason`; the text of the exception is its English sentence."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return tell(self.reason, Language.EN)
