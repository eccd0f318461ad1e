"""Typed settings: defaults, bounds, refusals; each definition can parse its own default."""

import pytest

from mercarich_db.settings_store import DEFINITIONS, BadSetting, Definition
from mercarich_reasons.reason import Reason
from mercarich_reasons.settings import NoChoice, NoConditionPair, NoNumber, NoText, NoWholeNumber


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_default_is_valid_and_explained(definition: Definition) -> None:
    assert definition.parse(str(definition.default)) == definition.default
    assert type(definition.parse(str(definition.default))) is type(definition.default)
    assert definition.meaning


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        *(
            ("CHECK_BATCH_ITEMS", text, NoWholeNumber("CHECK_BATCH_ITEMS", 1, 1000, text))
            for text in ("0", "1001", "2.5", "")
        ),
        *(
            ("BRAKE_SHARE", text, NoNumber("BRAKE_SHARE", 0, 1, text))
            for text in ("1.01", "-0.1", "nan", "inf", "much")
        ),
        ("REVIVAL_OTHER_CONDITIONS", "1=1 2=7", NoConditionPair("2=7")),
        ("REVIVAL_MATCH", "perhaps", NoChoice("REVIVAL_MATCH", ("default", "seed"), "perhaps")),
        ("CANARY_ITEMS_YAHOO", "x\x1b=gone", NoText("CANARY_ITEMS_YAHOO", 4000)),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(key: str, text: str, why: Reason) -> None:
    with pytest.raises(BadSetting) as refused:
        DEFINITIONS[key].parse(text)

    assert refused.value.reason == why


@pytest.mark.parametrize(("key", "text", "value"), [("CHECK_BATCH_ITEMS", "1000", 1000), ("BRAKE_SHARE", "0", 0.0)])
def test_the_bounds_themselves_are_allowed(key: str, text: str, value: float) -> None:
    assert DEFINITIONS[key].parse(text) == value


def test_text_loses_the_spaces_around_it() -> None:
    assert DEFINITIONS["CANARY_ITEMS_YAHOO"].parse("  x1=on_sale x2=gone ") == "x1=on_sale x2=gone"
