"""What one setting is, and how a text becomes its value."""

from collections.abc import Callable
from dataclasses import dataclass

from mercarich_reasons.refusal import Refusal
from mercarich_reasons.settings import NoChoice, NoNumber, NoText, NoWholeNumber

LONGEST_TEXT = 4_000


class BadSetting(Refusal):
    """The key or the value is refused; the reason says what was expected."""


@dataclass(frozen=True, slots=True)
class Definition:
    """docs/settings.md tells all of this: `python -m tools.settings_page` writes it."""

    key: str
    default: int | float | str
    meaning: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    """The only texts that are allowed; empty: any text."""
    form: str = ""
    """What a text looks like, as an example."""
    reads: Callable[[str], object] = str
    """Raises `Refusal` for a text that cannot be."""
    unit: str = ""
    """Of a number: what it counts or measures."""
    why: str = ""
    """Why the default is what it is, in a sentence or two."""
    zero: str = ""
    """What happens at 0, or when the text is empty, where that is allowed."""

    @property
    def can_be_nothing(self) -> bool:
        """Whether 0, or an empty text, is allowed."""
        if isinstance(self.default, str):
            return not self.choices
        return self.low is not None and self.high is not None and self.low <= 0 <= self.high

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if isinstance(self.default, str):
            return " or ".join(self.choices) or self.form or "any text"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:.10g} to {self.high:.10g}"

    def parse(self, text: str) -> int | float | str:
        """Raises `BadSetting`."""
        if isinstance(self.default, str):
            return self._text(text)
        assert self.low is not None
        assert self.high is not None
        try:
            value = int(text) if isinstance(self.default, int) else float(text)
        except ValueError:
            raise self._no_number(self.low, self.high, text) from None
        if not self.low <= value <= self.high:
            raise self._no_number(self.low, self.high, text)
        return value

    def _no_number(self, low: float, high: float, text: str) -> BadSetting:
        if isinstance(self.default, int):
            return BadSetting(NoWholeNumber(self.key, int(low), int(high), text[:40]))
        return BadSetting(NoNumber(self.key, low, high, text[:40]))

    def _text(self, text: str) -> str:
        value = text.strip()
        if len(value) > LONGEST_TEXT or not "".join(value.split()).isprintable():
            raise BadSetting(NoText(self.key, LONGEST_TEXT))
        if self.choices and value not in self.choices:
            raise BadSetting(NoChoice(self.key, self.choices, value[:40]))
        try:
            self.reads(value)
        except Refusal as error:
            raise BadSetting(error.reason) from None
        return value
