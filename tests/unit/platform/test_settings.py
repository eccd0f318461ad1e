"""Settings: a wrong variable is named with what was expected, a secret is never shown."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from mercarich_platform.settings import BadConfiguration, SharedSettings, load


class OwnSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="OWN_")

    rate: int = Field(gt=0)
    api_key: SecretStr = Field(default=SecretStr(""), max_length=3)


def test_the_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MERCARICH_DATABASE_URL", raising=False)
    monkeypatch.setenv("MERCARICH_DATA_DIR", str(tmp_path))
    assert load(SharedSettings).database == f"sqlite:///{tmp_path / 'mercarich.db'}"


def test_a_wrong_value_is_named_with_what_was_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_RATE", "-1")
    with pytest.raises(BadConfiguration, match=r"OWN_RATE: Input should be greater than 0 \(it is '-1'\)"):
        load(OwnSettings)


def test_a_missing_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OWN_RATE", raising=False)
    with pytest.raises(BadConfiguration, match="OWN_RATE: Field required"):
        load(OwnSettings)


def test_each_wrong_variable_has_its_sentence_and_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_RATE", "fast")
    monkeypatch.setenv("OWN_API_KEY", "hunter2")
    with pytest.raises(BadConfiguration, match=r"OWN_RATE.*; OWN_API_KEY") as caught:
        load(OwnSettings)
    assert "hunter2" not in str(caught.value)


def test_a_database_address_is_not_shown_by_printing_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCARICH_DATABASE_URL", "mysql+pymysql://root:hunter2@127.0.0.1/x")
    settings = load(SharedSettings)
    assert "hunter2" not in repr(settings)
    assert settings.database.endswith("hunter2@127.0.0.1/x")
