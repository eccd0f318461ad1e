"""What a marketplace needs besides its `Site` (CONTRIBUTING, "Add a marketplace"): the test that fails names it."""

import re
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_contracts.sites import SITES, Site
from mercarich_contracts.slots import slot_at
from mercarich_local import procfile
from mercarich_local.system import PORTS
from mercarich_platform.clock import utc_now
from mercarich_platform.front import installed
from mercarich_reasons.telling import Language, source_words

ROOT = Path(__file__).parents[2]
every_site = pytest.mark.parametrize("site", SITES.values(), ids=str)


def test_every_marketplace_has_a_site() -> None:
    assert set(SITES) == set(Marketplace), "add it to SITES in mercarich_contracts.sites"


def test_no_two_sites_share_what_tells_them_apart() -> None:
    ports = list(PORTS.values())
    prefixes = [site.sku_prefix for site in SITES.values()]

    assert len(set(ports)) == len(ports), f"two processes listen at one port: {sorted(ports)}"
    assert len(set(prefixes)) == len(prefixes), f"two sites have one sku_prefix: {prefixes}"


@every_site
def test_it_has_a_name_in_every_language(site: Site) -> None:
    for language in Language:
        name = getattr(site.words, language)
        assert name, f"Site.words.{language} is empty"
        assert source_words(language).MARKETPLACES[site.marketplace] == name


@every_site
def test_its_ids_are_read_as_they_are_and_from_the_addresses_of_their_pages(site: Site) -> None:
    for kind in site.items:
        assert site.is_item(kind.example), f"Items.example {kind.example!r} is no id by Items.ids"
        assert site.item_id_in(kind.example) == kind.example
        assert not re.compile(kind.ids).groups, "Items.ids has groups of its own"
        for page in kind.addresses:
            address = page.replace("*.", "page.").format(id=kind.example, language="en", page="qanda")
            assert site.item_id_in(address) == kind.example, f"{page} is not read"
        assert site.page_url(kind.example) == kind.page.format(id=kind.example)


@every_site
def test_its_times_can_be_read(site: Site) -> None:
    rows = [row for row in SCHEDULE if row.command[0].endswith(f"_{site}")]

    assert [slot_at(row.cron, utc_now()) for row in rows]
    assert {row.command[0] for row in rows} <= set(installed())


@every_site
def test_it_has_a_proxy_of_its_own(site: Site) -> None:
    package = f"mercarich_{site}_proxy"
    assert find_spec(package) is not None, f"services/{site}-proxy is not there, or not in requirements-dev.txt"

    proxy = import_module(f"{package}.bootstrap").PROXY

    assert proxy.settings.site is site, f"{package}.settings is of {proxy.settings.site}"
    assert proxy.settings.model_config["env_prefix"] == f"{site.upper}_PROXY_", f"{package}.settings: config_of(SITE)"


@every_site
def test_its_proxy_is_a_member_of_the_workspace(site: Site) -> None:
    package, folder = f"mercarich_{site}_proxy", f"services/{site}-proxy"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = project["importlinter"]

    assert f"-e ./{folder}\n" in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), "requirements-dev.txt"
    assert f"{folder}/src" in project["mypy"]["mypy_path"].split(":"), "pyproject.toml, mypy_path"
    assert package in contracts["root_packages"], "pyproject.toml, root_packages of the import contracts"
    assert any(package in layer for layer in contracts["contracts"][0]["layers"]), "pyproject.toml, the first contract"
    assert package in contracts["contracts"][1]["containers"], "pyproject.toml, the second contract"
    assert (ROOT / folder / "requirements.lock").exists(), "make lock: without a lock there is no image"


@every_site
def test_its_processes_run_on_one_machine(site: Site) -> None:
    commands = {process.name: process.command for process in procfile.read(ROOT / "Procfile")}

    for service in ("checker", "updater"):
        expected = f"mercarich-{service} worker --marketplace {site}"
        assert commands.get(f"{service}-{site}") == expected, f"Procfile: {service}-{site}: {expected}"
    expected = f"mercarich-{site.proxy} serve --port ${site.upper}_PROXY_PORT"
    assert commands.get(site.proxy) == expected, f"Procfile: {site.proxy}: {expected}"


@every_site
def test_the_chart_has_its_values(site: Site) -> None:
    values = yaml.safe_load((ROOT / "charts/mercarich/values.yaml").read_text(encoding="utf-8"))

    assert site.marketplace.value in values["marketplaces"], f"charts/mercarich/values.yaml: marketplaces.{site}"
