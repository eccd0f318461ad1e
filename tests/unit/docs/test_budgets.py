"""The budgets that the documentation tells are those of the proxies, and what they are enough for follows from them."""

import re
from pathlib import Path

import pytest

from mercarich_contracts.capacity import DAY_SECONDS
from mercarich_contracts.sites import SITES
from mercarich_marketplace.settings import ProxySettings
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_yahoo_proxy.settings import YahooProxySettings

PAGE = Path(__file__).parents[3] / "docs" / "performance.md"


@pytest.mark.parametrize("settings", [YahooProxySettings, MercariProxySettings])
def test_the_page_tells_default_and_cap_of_each_budget(settings: type[ProxySettings]) -> None:
    polite, highest = settings.polite_rate, settings.highest_rate
    name = SITES[settings.site.marketplace].words.en
    told = next(line for line in PAGE.read_text().splitlines() if re.match(rf"\| {name} \| [\d.]+ \|", line))

    enough = [f"{int(rate * DAY_SECONDS / 2):,}" for rate in (polite, highest)]
    assert [cell.strip() for cell in told.strip("|").split("|")] == [name, f"{polite:g}", f"{highest:g}", *enough]
    assert settings(upstream="web", accept_terms="yes").rate == polite
