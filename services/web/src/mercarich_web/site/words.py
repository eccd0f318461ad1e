"""The words for codes of the system, in English for the catalogues; templates translate them."""

from collections.abc import Mapping


def pair(words: Mapping[str, tuple[str, str]], code: str) -> tuple[str, str]:
    """A code of a later release is shown as it is."""
    return words.get(code, (code, ""))
