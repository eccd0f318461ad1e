"""Values that cannot work are refused before rendering, with a sentence that names the value."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from tests.chart.rendering import CHART, HELMS, helm

BAD = {
    "database.existingSecret=": "database.existingSecret: name the Secret",
    "kafka.bootstrap=": "kafka.bootstrap: name your brokers",
    "kafka.bootstrap=no-port": "kafka",
    "feed.existingSecret=": "feed.existingSecret: name the Secret",
    "pages.existingSecret=": "pages.existingSecret: name the Secret",
    "amazonLinking.applicationId=amzn1.sp.solution.x": "pages.publicUrl: amazonLinking.applicationId needs",
    "feed.settings.FEED_PAGES_URL=https://x.example": "FEED_PAGES_URL",
    "marketplaces.yahoo.acceptTerms=": "marketplaces.yahoo.acceptTerms: the proxy would ask the real site",
    "marketplaces.mercari.acceptTerms=": "marketplaces.mercari.acceptTerms: the proxy would ask the real site",
    "marketplaces.yahoo.acceptTerms=true": "acceptTerms",
    "marketplaces.yahoo.checker.bounds.min=9,marketplaces.yahoo.checker.bounds.max=3": (
        "marketplaces.yahoo.checker.bounds: min (9) is above max (3)"
    ),
    "pages.replicas.min=5,pages.replicas.max=2": "pages.replicas: min (5) is above max (2)",
    "feed.bounds.min=4,feed.bounds.max=2": "feed.bounds: min (4) is above max (2)",
    "marketplaces.mercari.checker.bounds.min=0": "bounds",
    "marketplaces.ebay.enabled=true": "ebay",
    "yahooProxy.acceptTerms=yes": "yahooProxy",
    "checker.yahoo.bounds.max=3": "yahoo",
    "feed.bounds.max=1000000": "bounds",
    "feed.bounds.max=many": "bounds",
    "checker.settings.CHECKER_SLOTS=0": "CHECKER_SLOTS",
    "checker.settings.CHECKER_SLOTS=65": "CHECKER_SLOTS",
    "checker.settings.CHECKER_SLOT=8": "CHECKER_SLOT",
    "checker.settings.CHECKER_YAHOO_PROXY_URL=http://x": "CHECKER_YAHOO_PROXY_URL",
    "feed.settings.FEED_ENCRYPTION_KEY=secret": "FEED_ENCRYPTION_KEY",
    "feed.settings.FEED_LWA_SECRET_CREATED=28.11.2026": "FEED_LWA_SECRET_CREATED",
    "marketplaces.yahoo.settings.YAHOO_PROXY_RATE_PER_SECOND=-1": "YAHOO_PROXY_RATE_PER_SECOND",
    "marketplaces.yahoo.replicas=0": "replicas",
    "schedules.items.check-item-yahoo.schedule=TZ=UTC 0 0 * * *": "schedule",
    "schedules.items.check-item-yahoo.schedule=0 0 * *": "schedule",
    "schedules.items.check-item-ebay.suspend=true": "check-item-ebay",
    "schedules.items.check-item-yahoo.startingDeadlineSeconds=5": "startingDeadlineSeconds",
    f"fullnameOverride={'n' * 41}": "fullnameOverride",
    "fullnameOverride=2stock": "fullnameOverride",
    "nameOverride=stock.shop": "nameOverride",
    "kafka.bootstrap=kafka.example:70000": "bootstrap",
    "kafka.bootstrap=300.1.1.1:9092": "bootstrap",
    "kafka.bootstrap=kafka.example:9094": "kafka.ports: NetworkPolicies block port 9094",
    "feed.spapiUrl=http://simulator.shop.svc:8100/spapi": "feed.spapiUrl: NetworkPolicies let this process reach",
    "marketplaces.yahoo.upstreamUrl=https://x.example:8443/": "marketplaces.yahoo.upstreamUrl: NetworkPolicies let",
    "pages.publicUrl=https://shop example": "publicUrl",
    "networkPolicy.apiServer={10.0.0.0/33}": "apiServer",
    "networkPolicy.apiServer={300.0.0.0/8}": "apiServer",
    "networkPolicy.database[0].ipBlock.cidr=10.0.0.1": "database",
    "schedules.items.check-item-yahoo.schedule=61 25 * * *": "schedule",
    "schedules.items.check-item-yahoo.schedule=0 0 0 * *": "schedule",
    "schedules.items.check-item-yahoo.schedule=0 0 * * 8": "schedule",
    "schedules.items.check-item-yahoo.schedule=*/0 * * * *": "schedule",
    "schedules.items.check-item-yahoo.schedule=50-10 * * * *": (
        "schedules.items.check-item-yahoo.schedule: the range 50-10 ends before it begins"
    ),
    "schedules.timeZone=Asia/Tokio": "schedules.timeZone: no time zone is called Asia/Tokio",
    "schedules.suspend=true,schedules.items.check-item-yahoo.suspend=false": (
        "schedules.items.check-item-yahoo.suspend has no effect: schedules.suspend stops every CronJob"
    ),
    "dev.enabled=true": "database.existingSecret has no effect: dev.enabled brings",
    "dev.simulator.sellers=3": "dev.simulator has no effect: it belongs to the trial",
    "pages.ingress.tlsSecret=shop-tls": "pages.ingress.tlsSecret has no effect: there is no Ingress",
    "notices.existingSecret=mail": "notices.existingSecret has no effect: without a mail server",
    "notices.settings.NOTICES_MAIL_FROM=a@b.example": "notices.settings.NOTICES_MAIL_FROM has no effect",
    "notices.settings.NOTICES_SMTP_HOST=mail.example": "notices.settings.NOTICES_SMTP_HOST: mail needs the sender's",
    "pages.publicUrl=https://shop.example,pages.ingress.enabled=true": "pages.settings.PAGES_TRUSTED_PROXIES: name",
    "pages.publicUrl=https://192.0.2.1,pages.ingress.enabled=true,pages.settings.PAGES_TRUSTED_PROXIES=10.0.0.0/8": (
        "pages.publicUrl: an Ingress needs a host name"
    ),
    "pages.publicUrl=https://a.example,pages.httpRoute.enabled=true,pages.settings.PAGES_TRUSTED_PROXIES=10.0.0.0/8": (
        "pages.httpRoute.parentRefs: name the Gateway"
    ),
    "checker.pods.labels.mercarich\\.dev/access=web": "dev/access",
    "pods.labels.team=not a value": "team",
    "commonLabels.app\\.kubernetes\\.io/instance=other": "io/instance",
    "pods.extraEnv[0].name=FEED_ENCRYPTION_KEY,pods.extraEnv[0].value=x": "extraEnv",
    "pods.extraEnvFrom[0].configMapRef.key=x": "extraEnvFrom",
    "pods.dnsConfig.ndots=2": "ndots",
    "extraObjects[0].kind=ConfigMap": "extraObjects",
    "pods.extraVolumes[0].name=tmp": "extraVolumes",
    "pods.extraVolumeMounts[0].name=more": "extraVolumeMounts",
    "pods.topologySpreadConstraints[0].topologyKey=zone": "maxSkew",
    "feed.pods.replicas=3": "replicas",
    "image.digests.feed=sha256:abc": "digests",
    "image.digests.other=sha256:abc": "other",
    "feed.resources.limits.memory=128Mb": "memory",
    "feed.resources.requests.cpu=half": "cpu",
    "caBundle.existingSecret=a,caBundle.existingConfigMap=b": "caBundle: name either",
    "caBundle.key=bundle.pem": "caBundle.key has no effect: no certificates are named",
    "serviceAccount.create=false": "serviceAccount.name: name the account that exists",
    "serviceAccount.create=false,serviceAccount.name=a,serviceAccount.annotations.a=b": (
        "serviceAccount.annotations.a has no effect: serviceAccount.create is false"
    ),
    "priorityClasses.high=a,priorityClasses.normal=b,priorityClasses.low=c,pods.priorityClassName=d": (
        "pods.priorityClassName has no effect: priorityClasses name the class of every pod"
    ),
    "image.pullPolicy=Sometimes": "pullPolicy",
    "image.tag=not a tag": "tag",
    "log.level=TRACE": "level",
    "monitoring.rules.enabled=true,monitoring.rules.disabled.MercarichNothing=true": "MercarichNothing",
    "monitoring.rules.disabled.MercarichBatchMissed=true": "monitoring.rules.disabled has no effect",
    "monitoring.rules.runbookUrl=docs/runbook.md": "runbookUrl",
    "networkPolicy.dnsPorts={70000}": "dnsPorts",
    "operator.resources.limits.gpu=1": "gpu",
    "dev.mariadb.runAsUser=0": "runAsUser",
    "worker.replicas=3": "worker",
    "marketplaces.yahoo.replicas=3": "marketplaces.yahoo.replicas: 3 replicas share 2 calls at once",
    "database.maxConnections=148": "database.maxConnections: of 148 connections none is left for workers",
}


GOOD = (
    "kafka.bootstrap=10.1.2.3:9092",
    "feed.spapiUrl=https://simulator.example:443/spapi",
    r"networkPolicy.apiServer={fd00::/8,10.1.0.0/16}",
    "schedules.timeZone=UTC",
    "schedules.items.check-item-yahoo.schedule=*/15 * * * *",
    "schedules.items.check-item-yahoo.schedule=5 08-10 1-7 JAN-mar sun",
    "watch.enabled=false",
)
"""What resembles the bad ones."""


@pytest.mark.parametrize("good", GOOD)
def test_a_value_that_works_is_taken(good: str) -> None:
    done = helm("helm4", "template", "rel", ".", "-f", "ci/default-needed-values.yaml", "--set", good)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("binary", HELMS)
@pytest.mark.parametrize("bad", BAD)
def test_a_value_that_cannot_work_is_refused_by_name(bad: str, binary: str) -> None:
    done = helm(binary, "template", "rel", ".", "-f", "ci/default-needed-values.yaml", "--set", bad)

    assert done.returncode != 0
    assert BAD[bad] in done.stderr


def test_without_any_value_the_first_missing_one_is_named() -> None:
    done = helm("helm4", "template", "rel", ".")

    assert done.returncode != 0
    assert "database.existingSecret: name the Secret" in done.stderr


def test_the_schema_is_closed_everywhere() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    open_ones = [
        path
        for path, part in _parts(schema, schema, "")
        if part.get("type") == "object" and "additionalProperties" not in part and not path.endswith(_FOREIGN)
    ]

    assert open_ones == []


def test_the_schema_knows_exactly_the_values_that_are_there() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(schema["properties"]) - {"global"} == set(values)
    assert _missing(schema, schema, values, "") == []


def test_every_value_has_a_comment() -> None:
    table = (CHART / "README.md").read_text()
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    lacking = [name for name in _leaves(values, "") if not any(f"`{part}`" in table for part in _prefixes(name))]

    assert lacking == []


_FOREIGN = (
    *("/global", "/affinity", "/tolerations/items", "/podSelector", "/namespaceSelector"),
    *(
        "/topologySpreadConstraints/items",
        "/extraEnv/items",
        "/extraObjects/items",
        "/extraVolumes/items",
        "/extraVolumeMounts/items",
    ),
    "/extraObjects/items/metadata",
)
"""Parts whose shape is Kubernetes' or helm's own."""


def _resolved(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return the part, or the definition that it refers to."""
    if "$ref" not in part:
        return part
    definition: dict[str, Any] = whole["definitions"][part["$ref"].removeprefix("#/definitions/")]
    return definition


def _parts(whole: dict[str, Any], part: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = _resolved(whole, part)
    yield path, schema
    for name, each in schema.get("properties", {}).items():
        yield from _parts(whole, each, f"{path}/{name}")
    if "items" in schema:
        yield from _parts(whole, schema["items"], f"{path}/items")


def _missing(whole: dict[str, Any], schema: dict[str, Any], values: dict[str, Any], path: str) -> list[str]:
    """Properties of closed objects that values.yaml does not show, where it shows any."""
    found = []
    for name, each in schema["properties"].items():
        part = _resolved(whole, each)
        if name not in values:
            found.append(f"{path}{name}")
        elif part.get("properties") and values[name] and not name.endswith(("resources", "bounds")):
            found += _missing(whole, part, values[name], f"{path}{name}.")
    return [name for name in found if name != "global"]


def _leaves(values: dict[str, Any], path: str) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def _prefixes(name: str) -> list[str]:
    words = name.split(".")
    return [".".join(words[:count]) for count in range(len(words), 0, -1)]
