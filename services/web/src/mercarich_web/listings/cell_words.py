"""What people write into cells: numbers with yen and commas, yes and no in two languages, in letters of any width."""

import re
import unicodedata

_YEN = r"(?:[¥\\円]|jpy)?"
"""A file in Shift_JIS has its yen sign where others have a backslash."""
_NUMBER = re.compile(rf"{_YEN}\s*([0-9]{{1,9}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,2}})(?:\.00?)?\s*{_YEN}", re.IGNORECASE)
"""One number: two in a cell are none. Thousands by commas alone: a point between them would be a price of a thousandth
elsewhere."""

_YES = (
    "yes y true 1 on active はい する 出品 出品中 出品する 出品済 出品済み 販売中 公開 公開中",
    "有 有り あり 有効 済 済み ○ ◯ 〇 ● ◎ ✓ ✔ ☑",
)
_NO = (
    "no n false 0 off inactive incomplete draft いいえ しない 出品しない 未 未出品 下書き 非公開",
    "無 無し なし 無効 停止 停止中 出品停止 × ✕ x - ☐",
)
_WORDS = {
    unicodedata.normalize("NFKC", word): meaning
    for words, meaning in ((_YES, True), (_NO, False))
    for word in " ".join(words).split()
}
_TOTALS = frozenset({"合計", "総合計", "総計", "小計", "計", "total", "subtotal", "grandtotal", "sum"})
_ERRORS = frozenset(
    {
        *("#N/A", "#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!"),
        *("#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#GETTING_DATA", "#ERROR!"),
    }
)
_NUMBERED_ERROR = re.compile("(?:err|エラー):[0-9]{3}", re.IGNORECASE)
"""As LibreOffice has them."""
_EXAMPLES = ("(例)", "(example)")


def plain(text: str) -> str:
    """Return the text in ordinary letters: full-width ones are ASCII, half-width kana are full."""
    return unicodedata.normalize("NFKC", text).strip()


def whole_number(text: str) -> int | None:
    """Return the whole number that a text means: `¥12,800`, `１２８００円`, `12800.0`. None: it is none."""
    if any(unicodedata.category(mark) == "No" for mark in text):
        return None  # ① and ² are digits in plain letters: 12² would be 122.
    found = _NUMBER.fullmatch(plain(text))
    return int(found[1].replace(",", "")) if found else None


def yes_or_no(text: str) -> bool | None:
    """Return what a text says; None: neither."""
    return _WORDS.get(plain(text).lower())


def is_total(text: str) -> bool:
    """Return whether a cell is the name of a line of totals."""
    return re.sub(r"[\s::]+", "", plain(text).lower()) in _TOTALS


def is_error(text: str) -> bool:
    """Return whether a cell has an error of a spreadsheet in place of a value."""
    given = plain(text)
    return given.upper() in _ERRORS or _NUMBERED_ERROR.fullmatch(given) is not None


def is_example(text: str) -> bool:
    """Return whether a cell marks the example of a template."""
    return plain(text).lower().startswith(_EXAMPLES)
