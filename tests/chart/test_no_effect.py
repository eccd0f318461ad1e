"""Each value has an effect beside all others, or is refused with a sentence: none is ignored without a word."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from tests.chart.rendering import CHART, helm

BASES = ("default-needed", "dev")
OTHER: dict[str, Any] = {
    "affinity": {"nodeAffinity": {}},
    "annotations": {"example.com/owner": "stock"},
    "args": ["--verbose"],
    "command": ["/bin/other"],
    "database": [{"ipBlock": {"cidr": "10.1.0.0/16"}}],
    "disabled": {"MercarichBatchMissed": True},
    "dns": [{"podSelector": {}}],
    "env": {"KAFKA_OPTS": "-Xss1m"},
    "apiServer": ["10.1.0.0/16"],
    "applicationId": "amzn1.sp.solution.other",
    "bootstrap": "other.example:9092",
    "dnsPorts": [54],
    "internetExcept": ["10.1.0.0/16"],
    "items": {"check-item-yahoo": {"schedule": "1 2 * * *"}},
    "kafka": [{"ipBlock": {"cidr": "10.1.0.0/16"}}],
    "commonAnnotations": {"example.com/owner": "stock"},
    "commonLabels": {"team": "stock"},
    "digests": {"web": f"sha256:{'0' * 64}"},
    "extraEnv": [{"name": "TZ", "value": "Asia/Tokyo"}],
    "dnsConfig": {"options": [{"name": "ndots", "value": "2"}]},
    "extraEnvFrom": [{"configMapRef": {"name": "site"}}],
    "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "site"}}],
    "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
    "extraVolumes": [{"name": "more", "emptyDir": {}}],
    "labels": {"team": "stock"},
    "level": "DEBUG",
    "mechanism": "PLAIN",
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "pods": {"priorityClassName": "other"},
    "parentRefs": [{"name": "public"}],
    "ports": [9092, 9093],
    "apiServerPorts": [444],
    "prefix": "other.",
    "protocol": "SSL",
    "pullPolicy": "Always",
    "pullSecrets": [{"name": "regcred"}],
    "resources": {"requests": {"cpu": "1m"}},
    "scrapers": [{"podSelector": {}}],
    "storage": "3Gi",
    "interval": "17s",
    "timeZone": "Asia/Seoul",
    "tolerations": [{"operator": "Exists"}],
    "topologySpreadConstraints": [
        {"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
    ],
    "visitors": [{"podSelector": {}}],
    "image": "other.example/image:1",
    "dataPath": "/other",
    "socketPath": "/other",
    "tag": "9.9.9",
}
"""A value other than the default, by the last word of its name; those of other types follow from the default."""
NEED_MORE = ("serviceAccount.create", "operator.serviceAccount.create")
"""Without the account that the chart makes, the name of another one is needed."""
SETTINGS = {
    "checker": {"CHECKER_SLOTS": 9},
    "updater": {"UPDATER_SLOTS": 3},
    "feed": {"FEED_PUSHERS": 9},
    "sellerJobs": {"WEB_JOB_SLOTS": 3},
    "pages": {"PAGES_DOCS": True},
    "notices": {"NOTICES_SMTP_USERNAME": "stock"},
    "marketplaces.yahoo": {"YAHOO_PROXY_RATE_PER_SECOND": 0.1},
    "marketplaces.mercari": {"MERCARI_PROXY_RATE_PER_SECOND": 0.1},
}


def _leaves(values: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        whole = name in ("resources", "settings", "labels", "annotations", "env") or not isinstance(value, dict)
        if whole or not value:
            yield f"{path}{name}", value
        else:
            yield from _leaves(value, f"{path}{name}.")


DEFAULTS = dict(_leaves(yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))))


def _other(name: str, default: Any, base: str) -> Any:
    """Return a value that the schema takes and that this base has not."""
    parent, _, last = name.rpartition(".")
    own = {"acceptTerms": "yes" if base == "dev" else "", "settings": SETTINGS.get(parent), "replicas": 1, **OTHER}
    if isinstance(default, bool):
        return base != "dev" if name == "dev.enabled" else not default
    if last in own:
        return own[last]
    if isinstance(default, int):
        return default - 1 if last == "max" or "onnections" in last else default + 1
    return "https://other.example" if last.endswith("Url") else "other"


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_value_changes_what_is_rendered_or_is_refused(name: str, base: str) -> None:
    done = _with(base, name, _other(name, DEFAULTS[name], base))

    if done.returncode == 0:
        assert done.stdout != _as_is(base), f"{name} is ignored without a word"
    else:
        assert DEFAULTS[name] is not True or name in NEED_MORE, "what is on by default can be switched off"
        assert "values don't meet the specifications" not in done.stderr, done.stderr
        assert re.search(r"\): [A-Za-z0-9_.-]+(: | has no effect: )", done.stderr), "which value, and what to do"


@cache
def _as_is(base: str) -> str:
    done = _with(base)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _with(base: str, name: str = "", value: Any = None) -> subprocess.CompletedProcess[str]:
    change = ["--set-json", f"{name}={json.dumps(value)}"] if name else []
    known = ["--api-versions", "monitoring.coreos.com/v1"]
    return helm("helm4", "template", "rel", ".", "-f", f"ci/{base}-values.yaml", *known, *change)
