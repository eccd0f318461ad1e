"""Typed settings: defaults, bounds, sentences; each definition can be read from its own default."""

import pytest

from mercarich_db.settings_store import DEFINITIONS, BadSetting, Definition


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_default_is_valid_and_explained(definition: Definition) -> None:
    assert definition.parse(str(definition.default)) == definition.default
    assert type(definition.parse(str(definition.default))) is type(definition.default)
    assert definition.meaning


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("CHECK_BATCH_ITEMS", "0", "CHECK_BATCH_ITEMS: expected a whole number from 1 to 1000, not '0'"),
        ("CHECK_BATCH_ITEMS", "1001", "expected a whole number from 1 to 1000"),
        ("CHECK_BATCH_ITEMS", "2.5", "expected a whole number"),
        ("CHECK_BATCH_ITEMS", "", "expected a whole number"),
        ("BRAKE_SHARE", "1.01", "BRAKE_SHARE: expected a number from 0 to 1, not '1.01'"),
        ("BRAKE_SHARE", "-0.1", "expected a number from 0 to 1"),
        ("BRAKE_SHARE", "nan", "expected a number from 0 to 1"),
        ("BRAKE_SHARE", "inf", "expected a number from 0 to 1"),
        ("BRAKE_SHARE", "much", "expected a number from 0 to 1"),
        ("REVIVAL_OTHER_CONDITIONS", "1=1 2=7", "expected pairs such as 1=1 3=2, with numbers from 1 to 6, not '1=1"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(key: str, text: str, says: str) -> None:
    with pytest.raises(BadSetting, match=says.replace(".", r"\.")):
        DEFINITIONS[key].parse(text)


@pytest.mark.parametrize(("key", "text", "value"), [("CHECK_BATCH_ITEMS", "1000", 1000), ("BRAKE_SHARE", "0", 0.0)])
def test_the_bounds_themselves_are_allowed(key: str, text: str, value: float) -> None:
    assert DEFINITIONS[key].parse(text) == value


def test_text_loses_the_spaces_around_it() -> None:
    assert DEFINITIONS["CANARY_ITEMS_YAHOO"].parse("  x1=on_sale x2=gone ") == "x1=on_sale x2=gone"
