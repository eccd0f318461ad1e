"""Properties of the objects beyond their schemas."""

import base64
import json
import re
from collections.abc import Iterator

import pytest
import yaml
from tests.chart.rendering import CASES, CHART, ON, Object, containers, objects, of_kind, parse, pods, selects, template
from tests.integration.operator.fake_api import ROLE

from mercarich_checker.bootstrap import WATCH_CONNECTIONS
from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.topics import TOPICS
from mercarich_db import engine
from mercarich_db.settings_store import DEFINITIONS
from mercarich_feed import settings as feed
from mercarich_marketplace.adapters.budgets_sql import CONNECTIONS as PROXYS
from mercarich_updater.settings import UpdaterSettings
from mercarich_web import bootstrap as pages
from mercarich_web.__main__ import GRACE_SECONDS
from mercarich_web.jobs import worker as jobs
from mercarich_web.jobs.jobs import Kind
from mercarich_web.notices import worker as notices
from mercarich_web.settings import WebSettings

WORKERS = {
    *(f"{service}-{name}" for service in ("checker", "updater") for name in ON),
    "feed",
    "jobs-search",
    "jobs-import",
}
POOL = "mercarich.dev/worker-pool"
VOLUMES = {"emptyDir", "configMap", "persistentVolumeClaim", "projected", "secret"}


@pytest.mark.parametrize("case", CASES)
def test_every_pod_is_restricted(case: str) -> None:
    found = list(pods(objects(case)))
    assert len(found) >= 14
    for name, pod in found:
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        assert all(set(volume) & VOLUMES for volume in spec.get("volumes", [])), name
        for container in containers(pod):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert "hostPort" not in str(container.get("ports")), name


def test_only_what_handles_pictures_holds_their_volume_and_does_not_walk_it_to_change_its_group() -> None:
    mounted = {
        name: (volume["persistentVolumeClaim"].get("readOnly", False), pod["spec"]["securityContext"])
        for name, pod in pods(objects("full"))
        for volume in pod["spec"].get("volumes", [])
        if "persistentVolumeClaim" in volume
    }
    assert {name: read_only for name, (read_only, _) in mounted.items()} == {
        "CronJob stock-delete-old-items": False,
        "Deployment stock-jobs-import": False,
        "Deployment stock-pages": True,
        "Deployment stock-toolbox": False,
        "Deployment stock-updater-mercari": True,
        "Deployment stock-updater-yahoo": True,
    }
    assert all(each["fsGroupChangePolicy"] == "OnRootMismatch" for _, each in mounted.values())
    told = {
        name
        for name, pod in pods(objects("full"))
        for container in pod["spec"]["containers"]
        if {"name": "MERCARICH_PICTURES", "value": "/data/pictures"} in container.get("env", ())
    }
    assert told == set(mounted)


@pytest.mark.parametrize("case", CASES)
def test_every_container_says_what_it_needs_and_from_which_image(case: str) -> None:
    for name, pod in pods(objects(case)):
        for container in containers(pod):
            resources = container["resources"]
            assert {"cpu", "memory"} <= set(resources["requests"]), name
            assert "memory" in resources["limits"], name
            assert re.fullmatch(r"\S+:[^:/\s]+", container["image"]), name
            assert not container["image"].endswith(":latest"), name


@pytest.mark.parametrize("case", CASES)
def test_only_the_operator_has_a_token(case: str) -> None:
    assert [name for name, pod in pods(objects(case)) if pod["spec"]["automountServiceAccountToken"] is not False] == [
        next(name for name, pod in pods(objects(case)) if _component(pod) == "operator")
    ]
    assert all(found["automountServiceAccountToken"] is False for found in of_kind(case, "ServiceAccount"))
    assert {found["kind"] for found in objects(case)}.isdisjoint({"ClusterRole", "ClusterRoleBinding"})
    (role,) = of_kind(case, "Role")
    given = {resource: set(rule["verbs"]) for rule in role["rules"] for resource in rule["resources"]}
    jobs = set() if case == "minimal" else {"jobs"}  # The fake API of the operator's tests allows the same.
    assert given == {name: verbs for name, verbs in ROLE.items() if name not in {"jobs"} - jobs}
    assert not {"secrets", "pods", "*"} & {name for rule in role["rules"] for name in rule["resources"]}
    assert not {"*", "delete", "update"} & {verb for rule in role["rules"] for verb in rule["verbs"]}


@pytest.mark.parametrize("case", CASES)
def test_pools_carry_the_contract_with_the_operator_and_no_replicas(case: str) -> None:
    found = {each["metadata"]["labels"].get(POOL): each for each in of_kind(case, "Deployment")}
    assert set(found) - {None} == WORKERS
    topics = {topic.name: topic for topic in TOPICS}
    for pool in WORKERS:
        deployment = found[pool]
        notes = deployment["metadata"]["annotations"]
        assert "replicas" not in deployment["spec"]
        assert notes["mercarich.dev/settings-key"] in DEFINITIONS
        low, high = map(int, notes["mercarich.dev/bounds"].split(".."))
        assert 1 <= low <= high <= topics[notes["mercarich.dev/topic"]].partitions
        assert notes["mercarich.dev/group"] == pool
        assert int(notes["mercarich.dev/per-replica-target"]) > 0
        assert int(notes["mercarich.dev/connections"]) > 0
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    hpas = of_kind(case, "HorizontalPodAutoscaler")
    assert [hpa["spec"]["scaleTargetRef"]["name"].rpartition("-")[2] for hpa in hpas] == ["pages"]


def test_what_a_worker_claims_of_the_databases_connections_is_what_it_opens_at_most() -> None:
    claims = _claims()
    for market in ON:
        assert claims[f"checker-{market}"] == CheckerSettings().connections
        assert claims[f"updater-{market}"] == UpdaterSettings().connections
    assert claims["feed"] == feed.CONNECTIONS
    for kind in Kind:
        assert claims[f"jobs-{kind}"] == jobs.connections_of(kind, WebSettings())


def test_the_first_numbers_of_workers_fit_into_the_databases_connections() -> None:
    claims, first = _claims(), {pool: DEFINITIONS[key].default for pool, key in _settings_keys().items()}
    budget = _budget("default-needed")

    assert sum(claims[pool] * int(number) for pool, number in first.items()) <= budget


@pytest.mark.parametrize("case", CASES)
def test_all_connections_of_all_processes_at_their_most_are_within_what_the_server_grants(case: str) -> None:
    """The operator's connection budget for the pools, and all other connections: at the HPA's maximum, during an
    upgrade."""
    [hpa] = of_kind(case, "HorizontalPodAutoscaler")
    surges = {"pages": pages.CONNECTIONS, "notices": notices.CONNECTIONS, "oauth": engine.CONNECTIONS, **_claims()}
    deployments = {_component(each["spec"]["template"]) for each in of_kind(case, "Deployment")}
    without = {"simulator"}
    proxies = [each for each in of_kind(case, "Deployment") if _is_proxy(each)]
    standing = {
        **{_component(each["spec"]["template"]): each["spec"]["replicas"] * PROXYS for each in proxies},
        "pages": hpa["spec"]["maxReplicas"] * pages.CONNECTIONS,
        "notices": notices.CONNECTIONS,
        "operator": engine.CONNECTIONS,
        "toolbox": engine.CONNECTIONS,
        "oauth": engine.CONNECTIONS,
        **{f"watch-{site}": WATCH_CONNECTIONS for site in ON},
    }
    assert deployments - without <= standing.keys() | WORKERS, "who has no connections counted here?"
    jobs = [each for each in of_kind(case, "CronJob", "Job", "Pod") if "seed" not in each["metadata"]["name"]]
    total = _budget(case) + sum(standing.values()) + sum(surges.values()) + len(jobs) * engine.CONNECTIONS

    granted = {"full": 400}.get(case, 274)
    assert total <= granted
    if case == "dev":
        assert granted <= 300
        assert "--max-connections=300" in next(_database_args(case))


def test_the_recipe_for_a_server_with_151_connections_leaves_one_worker_of_each_pool() -> None:
    """The one in docs/kubernetes.md. Pages and notices count twice: one more of each during an upgrade."""
    one = ",".join(f"marketplaces.{site}.replicas=1" for site in ON)
    recipe = "database.maxConnections=151,database.reservedConnections=92,pages.replicas.min=1,pages.replicas.max=1"
    recipe += f",{one},watch.enabled=false"
    budget = _budget("default-needed", "--set", recipe)
    watches = sum(
        name.startswith("Deployment rel-mercarich-watch-")
        for name, _ in pods(objects("default-needed", "--set", recipe))
    )

    assert sum(_claims().values()) <= budget
    assert (
        budget + 92 + 2 * pages.CONNECTIONS + 2 * notices.CONNECTIONS + len(ON) * PROXYS + watches * WATCH_CONNECTIONS
        <= 151
    )


def _budget(case: str, *more: str) -> int:
    """Return the connections of the worker pools as the operator is configured."""
    [budget] = [
        int(variable["value"])
        for _, pod in pods(objects(case, *more))
        for container in containers(pod)
        for variable in container.get("env", ())
        if variable["name"] == "OPERATOR_MAX_CONNECTIONS"
    ]
    return budget


def _database_args(case: str) -> Iterator[list[str]]:
    for _, pod in pods(objects(case)):
        if _component(pod) == "mariadb":
            yield pod["spec"]["containers"][0]["args"]


def _notes() -> dict[str, dict[str, str]]:
    deployments = {_component(each["spec"]["template"]): each for each in of_kind("default-needed", "Deployment")}
    return {pool: deployments[pool]["metadata"]["annotations"] for pool in WORKERS}


def _claims() -> dict[str, int]:
    return {pool: int(notes["mercarich.dev/connections"]) for pool, notes in _notes().items()}


def _settings_keys() -> dict[str, str]:
    return {pool: notes["mercarich.dev/settings-key"] for pool, notes in _notes().items()}


@pytest.mark.parametrize("case", CASES)
def test_the_replicas_of_a_proxy_share_their_budget_and_are_replaced_one_after_the_other(case: str) -> None:
    proxies = [each for each in of_kind(case, "Deployment") if _is_proxy(each)]
    assert len(proxies) == len(ON)
    for deployment in proxies:
        assert deployment["spec"]["replicas"] == (1 if (case, "mercari") == ("full", _market(deployment)) else 2)
        assert deployment["spec"]["strategy"] == {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        given = {variable["name"]: variable.get("value") for variable in container["env"]}
        assert given[f"{_market(deployment).upper()}_PROXY_SHARED_BUDGET"] == "true"


def _is_proxy(deployment: Object) -> bool:
    return _component(deployment["spec"]["template"]).endswith("-proxy")


def _market(deployment: Object) -> str:
    return _component(deployment["spec"]["template"]).removesuffix("-proxy")


@pytest.mark.parametrize("case", CASES)
def test_selectors_find_their_own_pods_only(case: str) -> None:
    labelled = [(name, pod["metadata"]["labels"]) for name, pod in pods(objects(case))]
    for found in of_kind(case, "Deployment", "StatefulSet", "PodDisruptionBudget"):
        matched = {name.split()[1] for name, labels in labelled if selects(found["spec"]["selector"], labels)}
        assert matched == {found["metadata"]["name"]}
    for service in of_kind(case, "Service"):
        matched = {
            name.split()[1] for name, labels in labelled if service["spec"]["selector"].items() <= labels.items()
        }
        assert matched == {service["metadata"]["name"]}


@pytest.mark.parametrize("case", CASES)
def test_no_probe_that_restarts_a_pod_asks_broker_or_database(case: str) -> None:
    for name, pod in pods(objects(case)):
        for container in containers(pod):
            for probe in ("startupProbe", "livenessProbe"):
                path = container.get(probe, {}).get("httpGet", {}).get("path", "/healthz")
                assert path == "/healthz", name


@pytest.mark.parametrize("case", CASES)
def test_a_rollout_stops_at_the_first_worker_that_cannot_work(case: str) -> None:
    """By its readiness. `minReadySeconds` are for a worker that is in its group, gets its partitions some seconds
    later, and then rejects what it is given."""
    found = {_component(each["spec"]["template"]): each["spec"] for each in of_kind(case, "Deployment")}
    watches = {name for name in found if name.startswith("watch-")}
    assert watches or case == "minimal"
    for name in WORKERS | watches | {"operator", "notices"}:
        [container] = found[name]["template"]["spec"]["containers"]
        probe = container["readinessProbe"]
        assert probe["httpGet"] == {"path": "/readyz", "port": "metrics"}, name
        assert (probe["periodSeconds"], probe["failureThreshold"]) == (5, 1), name
    for name in WORKERS:
        assert found[name]["minReadySeconds"] == 20, name
        assert found[name]["minReadySeconds"] < found[name].get("progressDeadlineSeconds", 600), name


@pytest.mark.parametrize("case", CASES)
def test_pods_that_are_not_ready_hold_up_no_drain(case: str) -> None:
    """When the broker is away no worker is ready, and without this policy no node could be drained until it is back."""
    budgets = of_kind(case, "PodDisruptionBudget")
    assert {each["spec"]["unhealthyPodEvictionPolicy"] for each in budgets} <= {"AlwaysAllow"}
    assert budgets or case == "minimal"


@pytest.mark.parametrize("case", CASES)
def test_pods_end_within_the_shutdown_budget(case: str) -> None:
    assert {pod["spec"]["terminationGracePeriodSeconds"] for _, pod in pods(objects(case))} == {60}


@pytest.mark.parametrize("case", CASES)
def test_a_rolling_upgrade_of_the_pages_never_lacks_a_replica_and_lets_answers_finish(case: str) -> None:
    [found] = [each for each in of_kind(case, "Deployment") if each["metadata"]["name"].endswith("-pages")]
    [hpa] = of_kind(case, "HorizontalPodAutoscaler")
    spec = found["spec"]["template"]["spec"]
    [container] = spec["containers"]
    drain = container["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert found["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert "replicas" not in found["spec"]
    assert hpa["spec"]["scaleTargetRef"]["name"] == found["metadata"]["name"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "metrics"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "metrics"}
    assert drain > container["readinessProbe"]["periodSeconds"], "before SIGTERM nobody comes any more"
    assert drain + GRACE_SECONDS < spec["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("case", CASES)
def test_a_budget_never_blocks_the_drain_of_a_single_replica(case: str) -> None:
    assert {
        str(found["spec"]) for found in of_kind(case, "PodDisruptionBudget") if "minAvailable" in found["spec"]
    } == set()
    assert all(found["spec"]["maxUnavailable"] == 1 for found in of_kind(case, "PodDisruptionBudget"))


@pytest.mark.parametrize("case", CASES)
def test_every_secret_and_config_that_is_named_exists_or_is_brought(case: str) -> None:
    there = {
        found["metadata"]["name"]: {**found.get("data", {}), **found.get("stringData", {})}
        for found in of_kind(case, "Secret", "ConfigMap")
    }
    brought = {
        "mercarich-database",
        "mercarich-amazon",
        "mercarich-pages",
        "db",
        "amazon",
        "pages",
        "mail",
        "private-ca",
        "stock-user",
    }
    for name, pod in pods(objects(case)):
        for container in containers(pod):
            for variable in container.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference and reference["name"] not in brought:
                    assert reference["key"] in there[reference["name"]], name
        for volume in pod["spec"].get("volumes", []):
            if "configMap" in volume:
                assert volume["configMap"]["name"] in there.keys() | brought, name


def test_no_secret_is_rendered_but_the_made_up_one_of_development() -> None:
    assert [case for case in CASES if of_kind(case, "Secret")] == ["dev"]
    (secret,) = of_kind("dev", "Secret")
    assert len(base64.b64decode(secret["stringData"]["encryption-key"])) == 32


def test_the_development_secret_is_what_the_simulator_takes() -> None:
    from mercarich_simulator.settings import SimulatorSettings
    from mercarich_simulator.world import begin

    catalogue = begin(SimulatorSettings(seed=1, listings=0)).catalogue
    (secret,) = of_kind("dev", "Secret")

    assert secret["stringData"]["lwa-client-id"] == catalogue.client_id
    assert secret["stringData"]["lwa-client-secret"] == catalogue.client_secret


def test_a_job_has_another_name_when_it_is_another_job_and_the_same_otherwise() -> None:
    first, again, other = (_jobs(*more) for more in ((), (), ("--set", "image.tag=0.2.0")))

    assert first == again
    assert not first & other
    assert all(re.fullmatch(r"rel-mercarich-(migrate|topics|seed)-[0-9a-f]{8}", name) for name in first | other)


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_a_hook_but_the_test_and_nothing_carries_a_finalizer(case: str) -> None:
    for found in objects(case):
        notes = found["metadata"].get("annotations", {})
        assert notes.get("helm.sh/hook", "test") == "test"
        assert ("helm.sh/hook" in notes) == (found["kind"] == "Pod")
        assert "finalizers" not in found["metadata"]


def test_helm_test_changes_nothing() -> None:
    """What made the topics that are missing could find none missing."""
    [pod] = [each for each in of_kind("dev", "Pod") if each["metadata"]["name"].endswith("-test")]
    commands = [each["command"] for each in pod["spec"]["containers"]]
    assert commands == [["mercarich", "db", "wait", "--seconds", "60"], ["mercarich", "topics", "check"]]


@pytest.mark.parametrize("case", CASES)
def test_whoever_uses_the_tables_waits_for_the_migrations(case: str) -> None:
    for name, pod in pods(objects(case)):
        waits = [each["command"][:3] for each in pod["spec"].get("initContainers", [])]
        if _component(pod) in {"toolbox", "migrate", "topics", "test", "mariadb", "kafka", "simulator"}:
            assert waits == [], name
        else:
            assert waits == [["mercarich", "db", "wait"]], name


def test_dashboards_and_alerts_come_as_they_are_but_for_what_tells_releases_apart() -> None:
    shown = {found["metadata"]["name"]: found for found in objects("full")}
    for path in (CHART / "dashboards").glob("*.json"):
        config = shown[f"stock-dashboard-{path.stem}"]
        [(name, text)] = config["data"].items()
        [ours, written] = [json.loads(each) for each in (text, path.read_text())]
        assert name == f"shop_stock_{path.stem}.json"
        assert ours["title"] == f"{written['title']} (shop/stock)"
        assert ours["uid"].startswith(f"{written['uid']}-")
        assert {**ours, "title": "", "uid": ""} == {**written, "title": "", "uid": ""}
        assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert config["metadata"]["annotations"]["grafana_folder"] == "Mercarich"
    for path in (CHART / "alerts").glob("*.yaml"):
        rule = shown[f"stock-{path.stem}"]
        assert rule["spec"] == yaml.safe_load(path.read_text())
        assert rule["metadata"]["labels"]["release"] == "kube-prometheus-stack"


def test_no_dashboard_of_a_release_replaces_that_of_another_in_one_grafana() -> None:
    """The sidecar puts all of them into one folder by their files' names, and Grafana knows them by uid and title."""
    files, uids, titles = ([], [], [])
    for release, space in (("rel", "a"), ("rel", "a-rel"), ("other", "a"), ("rel-rel", "a"), ("x" * 53, "y" * 63)):
        rendered = template("dev", more=["--set", "monitoring.dashboards.enabled=true"], release=release, space=space)
        for found in parse(rendered):
            if "-dashboard-" in found["metadata"]["name"]:
                [(name, text)] = found["data"].items()
                files.append(name)
                uids.append(json.loads(text)["uid"])
                titles.append(json.loads(text)["title"])

    assert len(files) == 5 * len(list((CHART / "dashboards").glob("*.json")))
    for distinct in (files, uids, titles):
        assert len(set(distinct)) == len(distinct)
    assert max(map(len, uids)) <= 40, "Grafana's limit"
    assert max(map(len, files)) <= 253


def test_an_alert_can_be_switched_off() -> None:
    def alerts(*more: str) -> list[str]:
        [spec] = [found["spec"] for found in objects("full", *more) if found["kind"] == "PrometheusRule"]
        assert all(group["rules"] for group in spec["groups"])
        return [rule["alert"] for group in spec["groups"] for rule in group["rules"]]

    off = alerts(
        "--set",
        "monitoring.rules.disabled.MercarichBatchMissed=true,monitoring.rules.disabled.MercarichProxyDown=false",
    )

    assert off == [name for name in alerts() if name != "MercarichBatchMissed"]
    group = yaml.safe_load((CHART / "alerts/mercarich.yaml").read_text())["groups"][0]
    whole = ",".join(f"monitoring.rules.disabled.{rule['alert']}=true" for rule in group["rules"])
    assert {rule["alert"] for rule in group["rules"]}.isdisjoint(alerts("--set", whole))


def test_alerts_link_to_the_runbook_that_people_can_open() -> None:
    url = "https://docs.shop.example/runbook.html"
    rendered = objects("full", "--set", f"monitoring.rules.runbookUrl={url}")
    [spec] = [found["spec"] for found in rendered if found["kind"] == "PrometheusRule"]
    links = [rule["annotations"]["runbook_url"] for group in spec["groups"] for rule in group["rules"]]

    assert f"{url}#mercarichbatchmissed" in links
    assert spec == yaml.safe_load((CHART / "alerts/mercarich.yaml").read_text().replace("docs/runbook.md#", f"{url}#"))


def _jobs(*more: str) -> set[str]:
    return {found["metadata"]["name"] for found in objects("dev", *more) if found["kind"] == "Job"}


def _component(pod: Object) -> str:
    return str(pod["metadata"]["labels"]["app.kubernetes.io/component"])
