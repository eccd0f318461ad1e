"""How pods are known to Kafka: variables and files together, in the pods that have a broker, and in no other."""

from typing import Any

import pytest
from tests.chart.rendering import containers, helm, objects, pods

FOLDER = "/etc/mercarich/kafka"
LOGIN = ("kafka.security.protocol=SASL_SSL", "kafka.security.user=stock", "kafka.security.existingSecret=stock")
TOKEN = ("kafka.security.protocol=SASL_SSL", "kafka.security.mechanism=OAUTHBEARER")


def test_files_are_where_the_variables_say_in_the_pods_that_have_a_broker_alone() -> None:
    seen = 0
    for name, pod in pods(objects("full")):
        asks = [one for one in containers(pod) if "MERCARICH_KAFKA_BOOTSTRAP" in _variables(one)]
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        assert ("kafka" in volumes) or not asks, name
        if pod["metadata"]["labels"]["mercarich.dev/access"] in ("proxy", "notices", "oauth", "seed"):
            assert "kafka" not in volumes, name
        for container in asks:
            seen += 1
            given = _variables(container)
            assert given["MERCARICH_KAFKA_PREFIX"]["value"] == "stock."
            assert given["MERCARICH_KAFKA_SECURITY"]["value"] == "SASL_SSL"
            assert given["MERCARICH_KAFKA_MECHANISM"]["value"] == "SCRAM-SHA-256"
            secret = given["MERCARICH_KAFKA_PASSWORD"]["valueFrom"]["secretKeyRef"]
            assert secret == {"name": "stock-user", "key": "scram"}
            named = {given[f"MERCARICH_KAFKA_{which}_FILE"]["value"] for which in ("CA", "CERT", "KEY")}
            assert named == _files(volumes["kafka"])
            assert {"name": "kafka", "mountPath": FOLDER, "readOnly": True} in container["volumeMounts"]
    assert seen > 10


def test_a_token_of_the_cluster_is_given_and_renewed_where_oauthbearer_is_chosen() -> None:
    found = objects("default-needed", *_set(*TOKEN, "kafka.security.tokenAudience=kafka"))
    given = [
        (pod, one) for _, pod in pods(found) for one in containers(pod) if "MERCARICH_KAFKA_SECURITY" in _variables(one)
    ]
    assert given
    for pod, container in given:
        variables = _variables(container)
        [volume] = [one for one in pod["spec"]["volumes"] if one["name"] == "kafka"]
        assert volume["projected"]["sources"] == [{"serviceAccountToken": {"audience": "kafka", "path": "token"}}]
        assert variables["MERCARICH_KAFKA_TOKEN_FILE"]["value"] == f"{FOLDER}/token"
        assert not {"MERCARICH_KAFKA_USER", "MERCARICH_KAFKA_PASSWORD"} & set(variables)


def test_by_default_there_is_no_word_of_security() -> None:
    for _, pod in pods(objects("default-needed")):
        assert "kafka" not in [volume["name"] for volume in pod["spec"].get("volumes", [])]
        for container in containers(pod):
            known = {name for name in _variables(container) if name.startswith("MERCARICH_KAFKA_")}
            assert known <= {"MERCARICH_KAFKA_BOOTSTRAP"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (LOGIN[:1], "kafka.security.user: SCRAM-SHA-512 needs a user"),
        (LOGIN[:2], "kafka.security.existingSecret: SCRAM-SHA-512 needs the Secret with the user's password"),
        (LOGIN[1:], "has no effect: kafka.security.protocol is PLAINTEXT, which has no users"),
        (TOKEN, "kafka.security.tokenAudience: OAUTHBEARER needs the audience that the brokers expect in a token"),
        (
            (*TOKEN, "kafka.security.tokenAudience=kafka", *LOGIN[1:]),
            "has no effect: OAUTHBEARER goes by kafka.security.tokenAudience",
        ),
        (
            (*LOGIN, "kafka.security.tokenAudience=kafka"),
            "kafka.security.tokenAudience has no effect: SCRAM-SHA-512 goes by a user and a password",
        ),
        (
            ("kafka.security.caSecret=ca",),
            "kafka.security.caSecret has no effect: kafka.security.protocol is PLAINTEXT, which has no certificates",
        ),
        (
            ("kafka.security.protocol=SSL", "kafka.security.caKey=x"),
            "kafka.security.caKey has no effect: no Secret is named; set kafka.security.caSecret, or remove it",
        ),
        (("kafka.security.protocol=TLS",), "protocol"),
        (("kafka.prefix=stock market",), "prefix"),
    ],
)
def test_what_cannot_work_is_refused(given: tuple[str, ...], says: str) -> None:
    done = helm("helm3", "template", "rel", ".", "-f", "ci/default-needed-values.yaml", *_set(*given))

    assert done.returncode != 0
    assert says in done.stderr


def _set(*values: str) -> list[str]:
    return [word for value in values for word in ("--set", value)]


def _variables(container: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {variable["name"]: variable for variable in container.get("env", [])}


def _files(volume: dict[str, Any]) -> set[str]:
    sources = volume["projected"]["sources"]
    return {f"{FOLDER}/{item['path']}" for source in sources for item in source["secret"]["items"]}
