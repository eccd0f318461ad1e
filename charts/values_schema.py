"""The JSON schema of the chart's values: closed everywhere, the processes' variables taken from their settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_settings import BaseSettings
from values_patterns import BROKER, CIDR, CRON, HOST, PORT_NUMBER, URL

from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.sites import SITES, Site
from mercarich_feed.settings import FeedSettings
from mercarich_marketplace.settings import ProxySettings
from mercarich_updater.settings import UpdaterSettings
from mercarich_web.settings import NoticesSettings, PagesSettings, WebSettings

Schema = dict[str, Any]

_DAY: Schema = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
"""Of a day, since helm does not check formats."""
SETTINGS: Mapping[str, tuple[type[BaseSettings], frozenset[str]]] = {
    "checker": (CheckerSettings, frozenset({"proxy_urls"})),
    "updater": (UpdaterSettings, frozenset({"proxy_urls"})),
    "feed": (
        FeedSettings,
        frozenset(
            {
                "lwa_url",
                "spapi_url",
                "lwa_client_id",
                "lwa_client_secret",
                "encryption_key",
                "old_encryption_key",
                "encryption_key_file",
                "pages_url",
                "redirect_uri",
            }
        ),
    ),
    "sellerJobs": (WebSettings, frozenset({"proxy_urls"})),
    "pages": (
        PagesSettings,
        frozenset(
            {
                "public_url",
                "key",
                "old_key",
                "proxy_urls",
                "amazon_application_id",
                "amazon_consent_url",
                "amazon_redirect_uri",
            }
        ),
    ),
    "notices": (NoticesSettings, frozenset({"smtp_password"})),
    "proxy": (ProxySettings, frozenset({"upstream", "upstream_url", "accept_terms", "shared_budget"})),
}
"""Component -> its settings class, and the names of the fields that other values or Secrets set."""


def schema(schedules: Sequence[str]) -> Schema:
    """Return the schema of a chart with these CronJobs."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart mercarich",
        **_object(
            nameOverride=_PREFIX,
            fullnameOverride=_PREFIX,
            image=_object(
                registry=_string(rf"^({HOST}(:{PORT_NUMBER})?(/[a-z0-9._/-]+)?)?$"),
                repository=_string(r"^[a-z0-9._/-]+$"),
                tag=_string(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$|^$"),
                pullPolicy={"enum": ["IfNotPresent", "Always", "Never"]},
                pullSecrets={"type": "array", "items": _object(name=_TEXT)},
            ),
            database=_object(
                existingSecret=_NAME,
                key=_KEY,
                proxyKey=_KEY_OR_NONE,
                port=_PORT,
                maxConnections=_whole(1, 100_000),
                reservedConnections=_whole(0, 10_000),
            ),
            kafka=_object(bootstrap=_string(rf"^({BROKER}(,{BROKER})*)?$"), ports=_PORTS),
            log=_object(level={"enum": ["DEBUG", "INFO", "WARNING", "ERROR"]}),
            pods=_object(
                labels=_WORDS,
                annotations=_WORDS,
                nodeSelector=_WORDS,
                tolerations={"type": "array", "items": {"type": "object"}},
                affinity={"type": "object"},
                priorityClassName=_NAME,
            ),
            **_components(),
            jobs=_object(waitSeconds=_whole(1, 86_400), upgradeSeconds=_whole(60, 86_400), resources=_RESOURCES),
            schedules=_schedules(schedules),
            networkPolicy=_network(),
            podDisruptionBudget=_object(enabled=_FLAG),
            monitoring=_monitoring(),
            dev=_dev(),
            **{"global": {"type": "object"}},  # helm adds it to every chart that is a dependency
        ),
    }


def _components() -> dict[str, Schema]:
    pool = {"bounds": _object(min=_whole(1, 1000), max=_whole(1, 1000)), "perReplicaTarget": _whole(1, 1_000_000)}
    gateway = _object(name=_NAME, namespace=_NAME, sectionName=_NAME)
    keys = _object(clientId=_KEY, clientSecret=_KEY, encryptionKey=_KEY, oldEncryptionKey=_KEY_OR_NONE)
    url = _string(rf"^{URL}$")
    return {
        "checker": _object(settings=_variables("checker"), resources=_RESOURCES),
        "updater": _object(settings=_variables("updater"), resources=_RESOURCES),
        "feed": _object(
            **pool,
            existingSecret=_NAME,
            keys=keys,
            lwaUrl=url,
            spapiUrl=url,
            settings=_variables("feed"),
            resources=_RESOURCES,
        ),
        "sellerJobs": _object(
            search=_object(**pool),
            **{"import": _object(**pool)},
            settings=_variables("sellerJobs"),
            resources=_RESOURCES,
        ),
        "pages": _object(
            publicUrl=_string(rf"^(https?://{HOST}(:{PORT_NUMBER})?)?$"),
            existingSecret=_NAME,
            key=_KEY,
            oldKey=_KEY_OR_NONE,
            replicas=_object(min=_whole(1, 100), max=_whole(1, 100)),
            ingress=_object(enabled=_FLAG, className=_NAME, annotations=_WORDS, tlsSecret=_NAME),
            httpRoute=_object(enabled=_FLAG, parentRefs={"type": "array", "items": gateway}),
            settings=_variables("pages"),
            resources=_RESOURCES,
        ),
        "amazonLinking": _object(applicationId=_TEXT, consentUrl=url, resources=_RESOURCES),
        "watch": _object(enabled=_FLAG, resources=_RESOURCES),
        "notices": _object(existingSecret=_NAME, key=_KEY, settings=_variables("notices"), resources=_RESOURCES),
        "marketplaces": _object(**{str(site): _marketplace(site, pool) for site in SITES.values()}),
        "operator": _object(intervalSeconds=_whole(1, 300), resources=_RESOURCES),
        "pictures": _object(claim=_string(r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$")),
        "toolbox": _object(enabled=_FLAG, resources=_RESOURCES),
    }


def _marketplace(site: Site, pool: Mapping[str, Schema]) -> Schema:
    return _object(
        enabled=_FLAG,
        acceptTerms={"enum": ["", "yes"]},
        upstreamUrl=_string(rf"^({URL})?$"),
        settings=_variables("proxy", site.proxy_prefix),
        replicas=_whole(1, 8),
        resources=_RESOURCES,
        checker=_object(**pool),
        updater=_object(**pool),
    )


def _schedules(names: Sequence[str]) -> Schema:
    item = _object(
        schedule=_string(CRON),
        suspend=_FLAG,
        activeDeadlineSeconds=_whole(1, 604_800),
        startingDeadlineSeconds=_whole(10, 604_800),
    )
    return _object(
        timeZone=_string(r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$"),
        suspend=_FLAG,
        startFromPages=_FLAG,
        successfulJobsHistoryLimit=_whole(0, 100),
        failedJobsHistoryLimit=_whole(0, 100),
        ttlSecondsAfterFinished=_whole(0, 31_536_000),
        items=_object(**dict.fromkeys(names, item)),
        resources=_RESOURCES,
    )


def _network() -> Schema:
    peers = {
        "type": "array",
        "items": _object(
            podSelector={"type": "object"},
            namespaceSelector={"type": "object"},
            ipBlock=_object(cidr=_string(CIDR), **{"except": {"type": "array", "items": _string(CIDR)}}),
        ),
    }
    networks = {"type": "array", "items": _string(CIDR)}
    return _object(
        enabled=_FLAG,
        scrapers=peers,
        visitors=peers,
        database=peers,
        kafka=peers,
        dns=peers,
        dnsPorts=_PORTS,
        apiServer=networks,
        apiServerPorts=_PORTS,
        internetExcept=networks,
    )


def _monitoring() -> Schema:
    flag = _object(enabled=_FLAG)
    return _object(
        annotations=_FLAG,
        podMonitor=flag,
        serviceMonitor=flag,
        interval=_string(r"^\d+(s|m)$"),
        labels=_WORDS,
        rules=_object(enabled=_FLAG, runbookUrl=_string(rf"^(https?://{HOST}(:{PORT_NUMBER})?(/[^\s#]*)?)?$")),
        dashboards=_object(enabled=_FLAG, labels=_WORDS, annotations=_WORDS),
    )


def _dev() -> Schema:
    process = {
        "image": _string(r"^\S+$"),
        "command": _LIST,
        "args": _LIST,
        "env": {"type": "object", "additionalProperties": {"type": "string"}},
        "runAsUser": _whole(1, 2**31 - 1),
        "resources": _RESOURCES,
    }
    storage = {"dataPath": _PATH, "socketPath": _PATH, "storage": _string(r"^\d+[KMGT]i$"), "storageClassName": _NAME}
    return _object(
        enabled=_FLAG,
        mariadb=_object(**process, **storage),
        kafka=_object(**process),
        simulator=_object(
            sellers=_whole(1, 100_000),
            listings=_whole(1, 10_000_000),
            args=_LIST,
            storage=storage["storage"],
            storageClassName=_NAME,
            resources=_RESOURCES,
        ),
    )


def _variables(component: str, prefix: str = "") -> Schema:
    """Return the schema of a component's variables, with the bounds that the process itself checks."""
    settings, elsewhere = SETTINGS[component]
    prefix = prefix or settings.model_config.get("env_prefix", "")
    fields = settings.model_json_schema()["properties"]
    return _object(**{f"{prefix}{name}".upper(): _bounds(fields[name]) for name in fields if name not in elsewhere})


def _bounds(field: Schema) -> Schema:
    """Return the part of a field's schema that restricts its value. None is left out: an unset variable means None."""
    for choice in field.get("anyOf", []):
        if choice.get("type") != "null":
            return _bounds(choice)
    bounds = {key: value for key, value in field.items() if key not in ("title", "default", "format", "writeOnly")}
    return bounds | _DAY if field.get("format") == "date" else bounds


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _string(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_PORT = _whole(1, 65_535)
_PORTS: Schema = {"type": "array", "items": _PORT, "minItems": 1}
_LIST: Schema = {"type": "array", "items": _TEXT}
_NAME = _string(r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$")
_PREFIX = _string(r"^([a-z]([a-z0-9-]{0,38}[a-z0-9])?)?$")
"""Of names of Services, with room for what the chart appends."""
_KEY = _string(r"^[A-Za-z0-9._-]+$")
_KEY_OR_NONE = _string(r"^[A-Za-z0-9._-]*$")
_PATH = _string(r"^/\S+$")
_WORDS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_QUANTITIES = _object(
    cpu={"type": ["string", "number"]},
    memory={"type": "string"},
    **{"ephemeral-storage": {"type": "string"}},
)
_RESOURCES = _object(requests=_QUANTITIES, limits=_QUANTITIES)
