"""What a person gives for pods and objects arrives where it was given for, and nowhere else."""

import json
import re
from collections.abc import Iterator

import pytest
from tests.chart.rendering import CASES, Object, containers, objects, of_kind, pods, template

HIGH = {"checker", "feed", "proxy", "operator", "web"}


def test_pods_have_what_all_have_and_what_their_component_has() -> None:
    for component, pod in _pods("full"):
        spec, labels, notes = pod["spec"], pod["metadata"]["labels"], pod["metadata"].get("annotations", {})
        is_checker = component.startswith("checker-")
        assert labels["team"] == "stock"
        assert notes["example.com/owner"] == "stock"
        assert spec["nodeSelector"] == {"kubernetes.io/os": "linux"} | ({"disk": "fast"} if is_checker else {})
        assert len(spec["tolerations"]) == (2 if is_checker else 1)
        assert ("tier" in labels) is is_checker
        assert ("example.com/tier" in notes) is is_checker
        assert ("podAntiAffinity" in spec["affinity"]) is (component == "yahoo-proxy")
        assert {"name": "more", "secret": {"secretName": "more"}} in spec["volumes"]
        own_dns, all_dns = {"searches": ["example.com"]}, {"options": [{"name": "ndots", "value": "2"}]}
        assert spec["dnsConfig"] == (own_dns if is_checker else all_dns)
        for container in containers(pod):
            sources = [{"prefix": "CHECKS_", "secretRef": {"name": "checks", "optional": True}}]
            assert container["envFrom"] == [{"configMapRef": {"name": "site"}}, *(sources if is_checker else [])]
            env = {each["name"]: each for each in container["env"]}
            assert len(env) == len(container["env"]), "a component's variable replaces that of all pods"
            assert env["TZ"]["value"] == ("UTC" if is_checker else "Asia/Tokyo")
            assert env["NODE"]["valueFrom"] == {"fieldRef": {"fieldPath": "spec.nodeName"}}
            assert {"name": "more", "mountPath": "/more", "readOnly": True} in container["volumeMounts"]


def test_what_a_component_gives_replaces_what_all_pods_have_by_the_same_name() -> None:
    given = {
        "checker.pods.extraEnv": [{"name": "NODE", "value": "own"}],
        "checker.pods.extraVolumes": [{"name": "more", "emptyDir": {}}, {"name": "other", "emptyDir": {}}],
        "checker.pods.extraVolumeMounts": [{"name": "other", "mountPath": "/more"}],
    }
    sets = [word for name, value in given.items() for word in ("--set-json", f"{name}={json.dumps(value)}")]
    for component, pod in _pods("full", *sets):
        is_checker = component.startswith("checker-")
        volumes = [each for each in pod["spec"]["volumes"] if each["name"] in ("more", "other")]
        assert volumes == (
            given["checker.pods.extraVolumes"] if is_checker else [{"name": "more", "secret": {"secretName": "more"}}]
        )
        for container in containers(pod):
            assert [each for each in container["env"] if each["name"] == "NODE"] == (
                given["checker.pods.extraEnv"]
                if is_checker
                else [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]
            )
            assert [each for each in container["volumeMounts"] if each["mountPath"] == "/more"] == (
                given["checker.pods.extraVolumeMounts"]
                if is_checker
                else [{"name": "more", "mountPath": "/more", "readOnly": True}]
            )


def test_objects_of_ones_own_are_installed_with_the_release() -> None:
    given = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "{{ .Release.Name }}-site"},
            "data": {"KIND": "own"},
        },
        {"apiVersion": "example.com/v1", "kind": "Watch", "metadata": {"name": "site"}, "spec": {"lines": [1, 2]}},
    ]
    more = objects("minimal", "--set-json", f"extraObjects={json.dumps(given)}")
    own = [each for each in more if each not in objects("minimal")]

    assert sorted(own, key=lambda each: str(each["kind"])) == [
        {**given[0], "metadata": {"name": "rel-site"}},
        given[1],
    ]


def test_pods_are_spread_by_the_given_constraints_over_those_of_their_component() -> None:
    for name, topology in {"full": "topology.kubernetes.io/zone", "dev": "kubernetes.io/hostname"}.items():
        for component, pod in _pods(name):
            [constraint] = pod["spec"]["topologySpreadConstraints"]
            assert (constraint["topologyKey"], constraint["whenUnsatisfiable"]) == (topology, "ScheduleAnyway")
            assert constraint["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == component


def test_what_withdraws_comes_before_what_searches() -> None:
    for component, pod in _pods("full"):
        access = pod["metadata"]["labels"]["mercarich.dev/access"]
        expected = "first" if access in HIGH else "stock" if access in ("updater", "jobs") else "second"
        expected = "checks" if component.startswith("checker-") else expected
        assert pod["spec"]["priorityClassName"] == expected, component
    assert [component for component, pod in _pods("dev") if "priorityClassName" in pod["spec"]] == []


def test_every_pod_of_ours_has_the_certificates_of_a_private_ca() -> None:
    for secret in (False, True):
        more = ("--set", "caBundle.existingConfigMap=,caBundle.existingSecret=private-ca") if secret else ()
        for _, pod in _pods("full", *more):
            [volume] = [each for each in pod["spec"]["volumes"] if each["name"] == "ca-bundle"]
            given = volume["secret" if secret else "configMap"]
            assert given["secretName" if secret else "name"] == "private-ca"
            assert given["items"] == [{"key": "ca-bundle.pem", "path": "ca.crt"}]
            for container in containers(pod):
                mount = {"name": "ca-bundle", "mountPath": "/etc/mercarich/ca", "readOnly": True}
                assert mount in container["volumeMounts"]


def test_every_object_has_the_common_labels_and_annotations() -> None:
    for each in objects("full"):
        assert each["metadata"]["labels"]["cost-center"] == "stock", each["metadata"]["name"]
        assert each["metadata"]["annotations"]["reloader.stakater.com/auto"] == "true", each["metadata"]["name"]
    assert [each["metadata"]["name"] for each in objects("minimal") if each["metadata"].get("annotations") == {}] == []


def test_a_label_of_monitoring_replaces_the_common_one_of_its_name() -> None:
    """A key that stands twice in a map is no YAML for some readers."""
    own = ("--set", "monitoring.labels.cost-center=own,monitoring.dashboards.labels.cost-center=own")
    text = template("full", more=own)
    kinds = ("PodMonitor", "ServiceMonitor", "PrometheusRule")
    found = [
        part for part in text.split("\n---\n") if re.search(rf"^kind: ({'|'.join(kinds)})$|-dashboard-", part, re.M)
    ]

    assert len(found) > len(kinds)
    for part in found:
        assert re.findall(r"^    cost-center: (\w+)$", part, re.M) == ["own"], part[:300]


def test_accounts_have_names_and_annotations_and_can_exist_already() -> None:
    [account] = of_kind("full", "ServiceAccount")
    [binding] = of_kind("full", "RoleBinding")

    assert account["metadata"]["name"] == "stock-account"
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] == "arn:aws:iam::1:role/stock"
    assert [each["name"] for each in binding["subjects"]] == ["stock-operator-account"]
    for component, pod in _pods("full"):
        expected = "stock-operator-account" if component == "operator" else "stock-account"
        assert pod["spec"]["serviceAccountName"] == expected, component


@pytest.mark.parametrize("case", CASES)
def test_every_account_of_a_pod_is_made_or_named(case: str) -> None:
    made = {each["metadata"]["name"] for each in of_kind(case, "ServiceAccount")}
    used = {pod["spec"]["serviceAccountName"] for _, pod in pods(objects(case))}

    assert used - made == ({"stock-operator-account"} if case == "full" else set())


def test_a_digest_names_the_image_of_its_service_alone() -> None:
    images = {container["image"] for _, pod in _pods("full") for container in containers(pod)}
    with_digest = {image for image in images if "@" in image}

    assert {image.split("@")[0] for image in with_digest} == {"registry.example/team/mercarich-feed:1.2.3"}
    assert all(image.split("@")[1].startswith("sha256:0123") for image in with_digest)


def test_one_pool_can_need_more_than_the_others_of_its_service() -> None:
    memory = {
        component: pod["spec"]["containers"][0]["resources"]["limits"]["memory"] for component, pod in _pods("full")
    }

    assert (memory["checker-yahoo"], memory["checker-mercari"]) == ("400Mi", "384Mi")
    assert (memory["jobs-search"], memory["jobs-import"]) == ("400Mi", "384Mi")


@pytest.mark.parametrize("case", ["default-needed", "dev"])
def test_on_openshift_pods_take_whatever_user_they_are_given(case: str) -> None:
    for component, pod in _pods(case, "--set", "openshift.enabled=true"):
        context = pod["spec"]["securityContext"]
        assert {"runAsUser", "runAsGroup", "fsGroup"}.isdisjoint(context), component
        assert context["runAsNonRoot"] is True
        written = {mount["mountPath"] for each in containers(pod) for mount in each["volumeMounts"]}
        assert "/tmp" in written, component
        for each in containers(pod):
            assert "runAsUser" not in each["securityContext"]


def _pods(case: str, *more: str) -> Iterator[tuple[str, Object]]:
    """Yield each pod with its component."""
    for _, pod in pods(objects(case, *more)):
        yield pod["metadata"]["labels"]["app.kubernetes.io/component"], pod
