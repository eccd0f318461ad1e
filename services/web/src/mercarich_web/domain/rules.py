"""A seller's own rules for replacements, each beside the general value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnRule:
    key: str
    value: str
    general: str
    own: bool
    """The seller has set it."""


class BadRule(Exception):
    """A value that cannot be used; the text says what was expected."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key
