"""The JSON schema of the chart's values: closed everywhere, the processes' variables taken from their settings."""

from collections.abc import Mapping, Sequence

from pydantic_settings import BaseSettings
from values_patterns import BROKER, CIDR, CRON, HOST, PORT_NUMBER, URL
from values_shapes import (
    ACCOUNT,
    DEFINITIONS,
    FLAG,
    KEY,
    KEY_OR_NONE,
    LABELS,
    LIST,
    NAME,
    OBJECTS,
    PATH,
    PODS,
    PORT,
    PORTS,
    PREFIX,
    RESOURCES,
    TEXT,
    WORDS,
    Schema,
    closed,
    text,
    whole,
)

from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.sites import SITES, Site
from mercarich_feed.settings import FeedSettings
from mercarich_marketplace.settings import ProxySettings
from mercarich_platform.settings import SharedSettings
from mercarich_updater.settings import UpdaterSettings
from mercarich_web.settings import NoticesSettings, PagesSettings, WebSettings

_RUNS: Schema = {"resources": RESOURCES, "pods": PODS}
"""What each component has."""
_IMAGES = ("checker", "updater", "feed", "web", "operator", "simulator", *(site.proxy for site in SITES.values()))
_DAY: Schema = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
"""Of a day, since helm does not check formats."""
SETTINGS: Mapping[str, tuple[type[BaseSettings], frozenset[str]]] = {
    "checker": (CheckerSettings, frozenset({"proxy_urls"})),
    "updater": (UpdaterSettings, frozenset({"proxy_urls"})),
    "feed": (
        FeedSettings,
        frozenset(
            {
                *("lwa_url", "spapi_url", "lwa_client_id", "lwa_client_secret", "pages_url", "redirect_uri"),
                *("encryption_key", "old_encryption_key", "encryption_key_file"),
                *("trusted_proxies", "order_queue_secret_access_key"),
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


def schema(schedules: Sequence[str], alerts: Sequence[str]) -> Schema:
    """Return the schema of a chart with these CronJobs and alerts."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart mercarich",
        "definitions": DEFINITIONS,
        **closed(
            nameOverride=PREFIX,
            fullnameOverride=PREFIX,
            commonLabels=LABELS,
            commonAnnotations=WORDS,
            extraObjects=OBJECTS,
            image=closed(
                registry=text(rf"^({HOST}(:{PORT_NUMBER})?(/[a-z0-9._/-]+)?)?$"),
                repository=text(r"^[a-z0-9._/-]+$"),
                tag=text(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$|^$"),
                digests=closed(**dict.fromkeys(_IMAGES, text(r"^sha256:[0-9a-f]{64}$"))),
                pullPolicy={"enum": ["IfNotPresent", "Always", "Never"]},
                pullSecrets={"type": "array", "items": closed(name=TEXT)},
            ),
            database=closed(
                existingSecret=NAME,
                key=KEY,
                proxyKey=KEY_OR_NONE,
                port=PORT,
                maxConnections=whole(1, 100_000),
                reservedConnections=whole(0, 10_000),
            ),
            kafka=_kafka(),
            log=closed(level={"enum": ["DEBUG", "INFO", "WARNING", "ERROR"]}),
            pods=PODS,
            priorityClasses=closed(high=NAME, normal=NAME, low=NAME),
            serviceAccount=ACCOUNT,
            openshift=closed(enabled=FLAG),
            caBundle=closed(existingConfigMap=NAME, existingSecret=NAME, key=KEY),
            **_components(),
            jobs=closed(waitSeconds=whole(1, 86_400), upgradeSeconds=whole(60, 86_400), **_RUNS),
            schedules=_schedules(schedules),
            networkPolicy=_network(),
            podDisruptionBudget=closed(enabled=FLAG),
            monitoring=_monitoring(alerts),
            dev=_dev(),
            **{"global": {"type": "object"}},  # helm adds it to every chart that is a dependency
        ),
    }


def _kafka() -> Schema:
    """Return the schema of what the processes check as fields of `SharedSettings`."""
    fields = SharedSettings.model_json_schema()["properties"]
    words = {"protocol": _bounds(fields["kafka_security"]), "mechanism": _bounds(fields["kafka_mechanism"])}
    names = dict.fromkeys(("existingSecret", "caSecret", "certSecret"), NAME)
    keys = dict.fromkeys(("passwordKey", "caKey", "certKey", "keyKey"), KEY)
    security = closed(**words, user=TEXT, tokenAudience=text(r"^\S*$"), **names, **keys)
    prefix = _bounds(fields["kafka_prefix"])
    return closed(bootstrap=text(rf"^({BROKER}(,{BROKER})*)?$"), ports=PORTS, prefix=prefix, security=security)


def _components() -> dict[str, Schema]:
    pool = {"bounds": closed(min=whole(1, 1000), max=whole(1, 1000)), "perReplicaTarget": whole(1, 1_000_000)}
    gateway = closed(name=NAME, namespace=NAME, sectionName=NAME)
    optional = dict.fromkeys(("oldEncryptionKey", "orderQueueSecretAccessKey"), KEY_OR_NONE)
    keys = closed(clientId=KEY, clientSecret=KEY, encryptionKey=KEY, **optional)
    url = text(rf"^{URL}$")
    return {
        "checker": closed(settings=_variables("checker"), **_RUNS),
        "updater": closed(settings=_variables("updater"), **_RUNS),
        "feed": closed(
            **pool,
            existingSecret=NAME,
            keys=keys,
            lwaUrl=url,
            spapiUrl=url,
            settings=_variables("feed"),
            **_RUNS,
        ),
        "sellerJobs": closed(
            search=closed(**pool, resources=RESOURCES),
            **{"import": closed(**pool, resources=RESOURCES)},
            settings=_variables("sellerJobs"),
            **_RUNS,
        ),
        "pages": closed(
            publicUrl=text(rf"^(https?://{HOST}(:{PORT_NUMBER})?)?$"),
            existingSecret=NAME,
            key=KEY,
            oldKey=KEY_OR_NONE,
            pushKey=KEY_OR_NONE,
            replicas=closed(min=whole(1, 100), max=whole(1, 100)),
            ingress=closed(enabled=FLAG, className=NAME, annotations=WORDS, tlsSecret=NAME),
            httpRoute=closed(enabled=FLAG, parentRefs={"type": "array", "items": gateway}),
            settings=_variables("pages"),
            **_RUNS,
        ),
        "amazonLinking": closed(applicationId=TEXT, consentUrl=url, **_RUNS),
        "watch": closed(enabled=FLAG, **_RUNS),
        "notices": closed(existingSecret=NAME, key=KEY, settings=_variables("notices"), **_RUNS),
        "marketplaces": closed(**{str(site): _marketplace(site, pool) for site in SITES.values()}),
        "operator": closed(serviceAccount=ACCOUNT, intervalSeconds=whole(1, 300), **_RUNS),
        "pictures": closed(claim=text(r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$")),
        "toolbox": closed(enabled=FLAG, **_RUNS),
    }


def _marketplace(site: Site, pool: Mapping[str, Schema]) -> Schema:
    return closed(
        enabled=FLAG,
        acceptTerms={"enum": ["", "yes"]},
        upstreamUrl=text(rf"^({URL})?$"),
        settings=_variables("proxy", site.proxy_prefix),
        replicas=whole(1, 8),
        **_RUNS,
        checker=closed(**pool, resources=RESOURCES),
        updater=closed(**pool, resources=RESOURCES),
    )


def _schedules(names: Sequence[str]) -> Schema:
    item = closed(
        schedule=text(CRON),
        suspend=FLAG,
        activeDeadlineSeconds=whole(1, 604_800),
        startingDeadlineSeconds=whole(10, 604_800),
    )
    return closed(
        timeZone=text(r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$"),
        suspend=FLAG,
        startFromPages=FLAG,
        successfulJobsHistoryLimit=whole(0, 100),
        failedJobsHistoryLimit=whole(0, 100),
        ttlSecondsAfterFinished=whole(0, 31_536_000),
        items=closed(**dict.fromkeys(names, item)),
        **_RUNS,
    )


def _network() -> Schema:
    peers = {
        "type": "array",
        "items": closed(
            podSelector={"type": "object"},
            namespaceSelector={"type": "object"},
            ipBlock=closed(cidr=text(CIDR), **{"except": {"type": "array", "items": text(CIDR)}}),
        ),
    }
    networks = {"type": "array", "items": text(CIDR)}
    return closed(
        enabled=FLAG,
        scrapers=peers,
        visitors=peers,
        database=peers,
        kafka=peers,
        dns=peers,
        dnsPorts=PORTS,
        apiServer=networks,
        apiServerPorts=PORTS,
        internetExcept=networks,
    )


def _monitoring(alerts: Sequence[str]) -> Schema:
    flag = closed(enabled=FLAG)
    return closed(
        annotations=FLAG,
        podMonitor=flag,
        serviceMonitor=flag,
        interval=text(r"^\d+(s|m)$"),
        labels=WORDS,
        rules=closed(
            enabled=FLAG,
            runbookUrl=text(rf"^(https?://{HOST}(:{PORT_NUMBER})?(/[^\s#]*)?)?$"),
            disabled=closed(**dict.fromkeys(alerts, FLAG)),
        ),
        dashboards=closed(enabled=FLAG, labels=WORDS, annotations=WORDS),
    )


def _dev() -> Schema:
    process = {
        "image": text(r"^\S+$"),
        "command": LIST,
        "args": LIST,
        "env": {"type": "object", "additionalProperties": {"type": "string"}},
        "runAsUser": whole(1, 2**31 - 1),
        "resources": RESOURCES,
    }
    storage = {"dataPath": PATH, "socketPath": PATH, "storage": text(r"^\d+[KMGT]i$"), "storageClassName": NAME}
    return closed(
        enabled=FLAG,
        mariadb=closed(**process, **storage),
        kafka=closed(**process),
        simulator=closed(
            sellers=whole(1, 100_000),
            listings=whole(1, 10_000_000),
            args=LIST,
            storage=storage["storage"],
            storageClassName=NAME,
            resources=RESOURCES,
        ),
    )


def _variables(component: str, prefix: str = "") -> Schema:
    """Return the schema of a component's variables, with the bounds that the process itself checks."""
    settings, elsewhere = SETTINGS[component]
    prefix = prefix or settings.model_config.get("env_prefix", "")
    fields = settings.model_json_schema()["properties"]
    return closed(**{f"{prefix}{name}".upper(): _bounds(fields[name]) for name in fields if name not in elsewhere})


def _bounds(field: Schema) -> Schema:
    """Return the part of a field's schema that restricts its value. None is left out: an unset variable means None."""
    for choice in field.get("anyOf", []):
        if choice.get("type") != "null":
            return _bounds(choice)
    bounds = {key: value for key, value in field.items() if key not in ("title", "default", "format", "writeOnly")}
    return bounds | _DAY if field.get("format") == "date" else bounds
