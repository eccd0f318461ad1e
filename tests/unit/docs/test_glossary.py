"""One word for one thing: what the glossary says of Japanese is so on the pages and in messages."""

from pathlib import Path

import pytest
from tools.messages import WEB

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "glossary.md"
REASONS = ROOT / "libs/reasons/src/mercarich_reasons/words"
TEXTS = [WEB / "locales/ja.po", *sorted(REASONS.glob("*ja.py"))]


def rows() -> list[list[str]]:
    table = PAGE.read_text().split("## Words of the Japanese pages")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("word", [word.strip() for row in rows() for word in row[2].split(",") if word.strip()])
def test_a_word_that_was_given_up_is_nowhere(word: str) -> None:
    found = [f"{text.name}: {line}" for text in TEXTS for line in text.read_text().splitlines() if word in line]

    assert found == []


@pytest.mark.parametrize("words", [row[1] for row in rows()])
def test_a_word_of_the_glossary_is_on_the_pages(words: str) -> None:
    pages = TEXTS[0].read_text()

    assert [word for word in words.split(", ") if word not in pages] == []
