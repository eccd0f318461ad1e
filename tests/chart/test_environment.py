"""Every variable that a process reads is given to it or deliberately left at its default, and none is given
needlessly."""

import importlib
import json
import re
from collections.abc import Iterator

import pytest
from pydantic_settings import BaseSettings
from tests.chart.rendering import CASES, ON, ROOT, Object, containers, objects, pods

from mercarich_platform import proxy_urls

SETTINGS: dict[str, tuple[str, ...]] = {
    "mercarich_platform": ("SharedSettings",),
    "mercarich_checker": ("CheckerSettings",),
    "mercarich_updater": ("UpdaterSettings",),
    "mercarich_feed": ("FeedSettings",),
    "mercarich_operator": ("OperatorSettings",),
    "mercarich_web": ("WebSettings", "PagesSettings", "NoticesSettings"),
}
READ_ELSEWHERE = {"MERCARICH_BY_HAND", "MERCARICH_REQUEST_KEY", "MERCARICH_SCHEDULE"}
"""Variables that commands read from the environment directly."""
NOT_OURS = re.compile(r"(MARIADB|KAFKA)_|(LOG_DIR|NODE|TZ)$")
"""Of the development servers, and what `full` gives by extraEnv."""
DEFAULTED = {
    "MERCARICH_DATA_DIR": "one machine's folder; a pod has database and Secrets instead",
    "MERCARICH_LOG_FORMAT": "JSON is the default",
    "MERCARICH_METRICS_HOST": "every address of the pod is the default",
    "MERCARICH_KAFKA_PASSWORD_FILE": "the password comes from the Secret by MERCARICH_KAFKA_PASSWORD",
    "MERCARICH_KAFKA_TOKEN_FILE": "test_kafka has it: no case goes by tokens",
    "FEED_ENCRYPTION_KEY_FILE": "the key comes from the Secret by FEED_ENCRYPTION_KEY",
}
NO_BROKER = {"seed", "notices", "proxy"}
PERSONS_CHOICE = ("checker", "updater", "feed", "sellerJobs", "pages", "notices")
"""Components whose other variables are the values `<component>.settings`, which the schema limits, as it limits
`marketplaces.<name>.settings` of the proxies."""


def test_every_variable_that_is_read_is_given_or_defaulted_with_a_reason() -> None:
    given = {name for case in CASES for _, _, name in _given(objects(case))}
    optional = _in_schema()

    assert _read() - given - optional - set(DEFAULTED) == set()
    assert set(DEFAULTED) <= _read(), "a reason for a variable that nobody reads"
    assert set(DEFAULTED).isdisjoint(given)


@pytest.mark.parametrize("case", CASES)
def test_every_variable_that_is_given_is_read(case: str) -> None:
    ours = {name for _, _, name in _given(objects(case)) if not NOT_OURS.match(name)}

    assert ours - _read() - READ_ELSEWHERE == set()


def test_commands_read_what_is_said_to_be_read_elsewhere() -> None:
    files = [*ROOT.glob("services/*/src/**/commands*.py"), *ROOT.glob("libs/*/src/**/*.py")]
    text = "".join(path.read_text() for path in files)

    assert all(name in text for name in READ_ELSEWHERE)


@pytest.mark.parametrize("case", CASES)
def test_a_process_is_given_no_variable_of_another_service(case: str) -> None:
    prefixes = {
        "checker": "CHECKER_",
        "updater": "UPDATER_",
        "feed": "FEED_",
        "oauth": "FEED_",
        "operator": "OPERATOR_",
        "seed": "FEED_",
        "jobs": "WEB_",
        "web": ("PAGES_PUBLIC_URL", "NOTICES_SMTP_HOST"),
        "pages": ("PAGES_", "NOTICES_SMTP_HOST"),
        "notices": ("NOTICES_", "PAGES_KEY", "PAGES_OLD_KEY", "PAGES_PUBLIC_URL", "PAGES_PUSH_KEY"),
    }
    proxies = {site.proxy: f"{site.upper}_PROXY_" for site in ON}
    for access, component, name in _given(objects(case)):
        own = proxies.get(component) or prefixes.get(access, "MERCARICH_")
        allowed = (own,) if isinstance(own, str) else own
        assert name.startswith(("MERCARICH_", *allowed)) or NOT_OURS.match(name), (component, name)


@pytest.mark.parametrize("case", CASES)
def test_secrets_come_by_reference_and_only_to_those_who_need_them(case: str) -> None:
    everybody = {"checker", "updater", "feed", "jobs", "operator", "web", "seed", "pages", "notices", "proxy"}
    tokens = {"feed", "oauth"} if case == "full" else {"feed"}
    secret = {
        "MERCARICH_DATABASE_URL": everybody | tokens,
        "PAGES_KEY": {"pages", "notices"},
        "PAGES_OLD_KEY": {"pages", "notices"} if case == "full" else set(),
        "PAGES_PUSH_KEY": {"pages", "notices"} if case == "full" else set(),
        "NOTICES_SMTP_PASSWORD": {"notices"} if case == "full" else set(),
        "FEED_LWA_CLIENT_ID": tokens,
        "FEED_LWA_CLIENT_SECRET": tokens,
        "MERCARICH_KAFKA_PASSWORD": everybody - NO_BROKER if case == "full" else set(),
        "FEED_ENCRYPTION_KEY": tokens | {"seed"},
        "FEED_OLD_ENCRYPTION_KEY": tokens if case == "full" else set(),
        "FEED_ORDER_QUEUE_SECRET_ACCESS_KEY": {"feed"} if case == "full" else set(),
    }
    holders: dict[str, set[str]] = {}
    for _, pod in pods(objects(case)):
        for container in containers(pod):
            for variable in container.get("env", []):
                if variable["name"] in secret:
                    assert set(variable["valueFrom"]) == {"secretKeyRef"}
                    holders.setdefault(variable["name"], set()).add(pod["metadata"]["labels"]["mercarich.dev/access"])
    seed = {"seed"} if case != "dev" else set()
    assert holders == {name: whom - seed for name, whom in secret.items() if whom}


def test_proxies_may_have_a_database_user_of_their_own() -> None:
    keys = {
        container["name"]: variable["valueFrom"]["secretKeyRef"]["key"]
        for _, pod in pods(objects("full"))
        for container in pod["spec"]["containers"]
        for variable in container.get("env", [])
        if variable["name"] == "MERCARICH_DATABASE_URL"
    }

    assert keys.pop("proxy") == "proxy-url"
    assert set(keys.values()) == {"url"}


def test_large_numbers_stay_whole() -> None:
    given = [
        variable
        for _, pod in pods(objects("full"))
        for container in containers(pod)
        for variable in container.get("env", [])
        if variable["name"] == "YAHOO_PROXY_CACHE_ITEMS"
    ]

    assert given == [{"name": "YAHOO_PROXY_CACHE_ITEMS", "value": "1000000"}]


def _given(found: tuple[Object, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield (access, component, variable) of every container."""
    for _, pod in pods(found):
        labels = pod["metadata"]["labels"]
        for container in containers(pod):
            for variable in container.get("env", []):
                yield labels["mercarich.dev/access"], labels["app.kubernetes.io/component"], variable["name"]


def _read() -> set[str]:
    names = set()
    for package, own in SETTINGS.items():
        for name in own:
            names |= _variables(getattr(importlib.import_module(f"{package}.settings"), name))
    for site in ON:
        names |= _variables(importlib.import_module(f"mercarich_{site}_proxy.bootstrap").PROXY.settings)
    return names


def _variables(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config.get("env_prefix", "")
    fields = set(settings.model_fields) - {"proxy_urls"}
    is_asking = issubclass(settings, proxy_urls.ProxyUrls)
    on = {site.marketplace for site in ON}
    urls = [name for name, market in proxy_urls.variables(prefix).items() if is_asking and market in on]
    return {*urls, *(f"{prefix}{field}".upper() for field in fields)}


def _in_schema() -> set[str]:
    schema = json.loads((ROOT / "charts/mercarich/values.schema.json").read_text())["properties"]
    parts = [*(schema[name] for name in PERSONS_CHOICE), *schema["marketplaces"]["properties"].values()]
    return {name for part in parts for name in part["properties"]["settings"]["properties"]}
