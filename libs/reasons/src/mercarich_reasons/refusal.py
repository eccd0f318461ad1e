"""The base of the exceptions that say why something is not done, or not taken."""

from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell


class Refusal(Exception):
    """`reason` says why; the text of the exception is its English sentence."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return tell(self.reason, Language.EN)
