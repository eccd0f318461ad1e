"""NetworkPolicies as a matrix: who may reach whom, compared with the ports that each process opens."""

from ipaddress import ip_address, ip_network

import pytest
from tests.chart.rendering import CASES, Object, objects, of_kind, pods, selects

from mercarich_contracts.linking import CALLBACK_PATH

ENFORCED = tuple(case for case in CASES if case != "minimal")
NEEDED = {
    "checker": {"mariadb:3306", "kafka:9092", "proxy:1234", "proxy:1235"},
    "updater": {"mariadb:3306", "kafka:9092", "proxy:1234", "proxy:1235"},
    "jobs": {"mariadb:3306", "kafka:9092", "proxy:1234", "proxy:1235"},
    "feed": {"mariadb:3306", "kafka:9092", "simulator:8100"},
    "proxy": {"mariadb:3306", "simulator:8100"},
    "operator": {"mariadb:3306", "kafka:9092"},
    "web": {"mariadb:3306", "kafka:9092"},
    "pages": {"mariadb:3306", "kafka:9092", "proxy:1234", "proxy:1235"},
    "notices": {"mariadb:3306"},
    "seed": {"mariadb:3306", "simulator:8100"},
    "simulator": set(),
    "mariadb": set(),
    "kafka": set(),
}
"""What the code connects to, by the label mercarich.dev/access, in the development profile."""
PORTS = (443, 1234, 1235, 3306, 5432, 6443, 8100, 9092, 9093, 9100)
INTERNET, API_SERVER, DATABASE = "203.0.113.9", "10.96.0.1", "10.1.2.3"
INTERNET_6, API_SERVER_6 = "2001:db8::9", "fd00:10:96::1"
WITHIN = ("10.1.2.3", "100.64.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1", "fd00:ec2::254", "fe80::1")
"""Addresses that are not the internet: the cluster, its nodes, and what a cloud tells its machines."""


def test_in_the_development_profile_pods_reach_each_other_exactly_as_needed() -> None:
    accesses = _accesses("dev")
    assert set(accesses) == set(NEEDED)
    for source, labels in accesses.items():
        reached = {
            f"{target}:{port}"
            for target, others in accesses.items()
            for port in PORTS
            if _leaves("dev", labels, others, port) and _enters("dev", labels, others, port)
        }
        assert reached == NEEDED[source], source


def test_each_side_of_a_pair_allows_it_on_purpose() -> None:
    accesses = _accesses("dev")
    for source, labels in accesses.items():
        for target, others in accesses.items():
            for port in PORTS:
                assert _leaves("dev", labels, others, port) == _enters("dev", labels, others, port), (
                    source,
                    target,
                    port,
                )


@pytest.mark.parametrize("case", CASES)
def test_o5_the_proxy_of_mercari_listens_on_1234_inside_the_cluster_only(case: str) -> None:
    services = {each["metadata"]["name"]: each["spec"] for each in of_kind(case, "Service")}
    [proxy] = [spec for name, spec in services.items() if name.endswith("mercari-proxy")]

    assert [port["port"] for port in proxy["ports"]] == [1234]
    assert {spec.get("type", "ClusterIP") for spec in services.values()} == {"ClusterIP"}
    for way in of_kind(case, "Ingress", "Gateway", "HTTPRoute"):
        assert way["metadata"]["name"].endswith("-pages"), "the only way in"
    assert not any("hostPort" in port for _, pod in pods(objects(case)) for port in _ports(pod))


@pytest.mark.parametrize("internet", [INTERNET, INTERNET_6])
@pytest.mark.parametrize("case", ENFORCED)
def test_only_proxies_feed_and_notices_reach_the_internet_and_only_outside_development(
    case: str, internet: str
) -> None:
    reaching = {access for access, labels in _accesses(case).items() if _leaves_to(case, labels, internet, 443)}

    linking = {"oauth"} if case == "full" else set()
    assert reaching == (set() if case == "dev" else {"proxy", "feed", "notices"} | linking)
    for labels in _accesses(case).values():
        assert not any(_leaves_to(case, labels, internet, port) for port in (22, 25, 80, 6443, 8080))


@pytest.mark.parametrize("case", ENFORCED)
def test_what_reaches_the_internet_does_not_reach_the_networks_within(case: str) -> None:
    for access, labels in _accesses(case).items():
        if access != "operator":
            assert [address for address in WITHIN if _leaves_to(case, labels, address, 443)] == [], access


def test_networks_that_are_not_the_internet_are_named_of_either_kind() -> None:
    more = ("--set", r"networkPolicy.internetExcept={10.0.0.0/8,2001:db8::/32}")
    policies = [each for each in objects("default-needed", *more) if each["kind"] == "NetworkPolicy"]
    [policy] = [each for each in policies if each["metadata"]["name"] == "rel-mercarich-feed"]
    [internet] = [rule for rule in policy["spec"]["egress"] if any("ipBlock" in peer for peer in rule.get("to", []))]

    assert [peer["ipBlock"] for peer in internet["to"]] == [
        {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]},
        {"cidr": "::/0", "except": ["2001:db8::/32"]},
    ]


@pytest.mark.parametrize("address", [API_SERVER, API_SERVER_6])
@pytest.mark.parametrize("case", ["dev", "default-needed"])
def test_only_the_operator_reaches_the_api_server(case: str, address: str) -> None:
    reaching = {
        access
        for access, labels in _accesses(case).items()
        for port in (443, 6443)
        if _leaves_to(case, labels, address, port)
    }

    assert reaching == {"operator"}


def test_the_api_server_and_the_database_can_be_narrowed() -> None:
    accesses = _accesses("full")

    assert _leaves_to("full", accesses["operator"], "203.0.113.7", 6443)
    assert not _leaves_to("full", accesses["operator"], API_SERVER, 443)
    assert {access for access in accesses if _leaves_to("full", accesses[access], DATABASE, 3307)} == {
        "checker",
        "updater",
        "feed",
        "jobs",
        "operator",
        "web",
        "pages",
        "notices",
        "oauth",
        "proxy",
    }
    assert not any(_leaves_to("full", labels, "10.2.0.1", 3307) for labels in accesses.values())


@pytest.mark.parametrize("case", ENFORCED)
def test_every_pod_is_denied_what_is_not_allowed(case: str) -> None:
    for name, pod in pods(objects(case)):
        labels = pod["metadata"]["labels"]
        (default,) = [each for each in of_kind(case, "NetworkPolicy") if each["metadata"]["name"].endswith("-default")]
        assert selects(default["spec"]["podSelector"], labels), name
        assert sorted(default["spec"]["policyTypes"]) == ["Egress", "Ingress"]
        assert "ingress" not in default["spec"]


@pytest.mark.parametrize("case", ENFORCED)
def test_every_pod_may_ask_dns(case: str) -> None:
    dns = {"k8s-app": "kube-dns"}
    for labels in _accesses(case).values():
        assert _leaves(case, labels, dns, 53, namespace="kube-system")


def test_only_scrapers_enter_where_metrics_are_and_nobody_without_them() -> None:
    prometheus = {"app.kubernetes.io/name": "prometheus"}
    entered = {
        f"{access}:{port}"
        for access, labels in _accesses("dev").items()
        for port in PORTS
        if _enters("dev", prometheus, labels, port)
    }
    assert entered == {
        "checker:9100",
        "updater:9100",
        "feed:9100",
        "jobs:9100",
        "operator:9100",
        "pages:9100",
        "notices:9100",
        "proxy:1234",
        "proxy:1235",
    }
    for labels in _accesses("default-needed").values():
        assert not any(_enters("default-needed", prometheus, labels, port) for port in PORTS)


def test_amazons_callback_is_one_address_of_the_pages_host_and_its_pod_reaches_database_and_amazon_only() -> None:
    [ingress], [route] = of_kind("full", "Ingress"), of_kind("full", "HTTPRoute")
    [rule] = ingress["spec"]["rules"]
    paths = [(each["path"], each["pathType"], each["backend"]["service"]["name"]) for each in rule["http"]["paths"]]
    oauth = _accesses("full")["oauth"]
    kafka = {"app.kubernetes.io/name": "kafka"}
    visitor = {"app.kubernetes.io/name": "ingress"}

    assert paths == [("/amazon/linked", "Exact", "stock-oauth"), ("/", "Prefix", "stock-pages")]
    first, rest = route["spec"]["rules"]
    assert first["matches"] == [{"path": {"type": "Exact", "value": CALLBACK_PATH}}]
    assert [each["backendRefs"][0]["name"] for each in (first, rest)] == ["stock-oauth", "stock-pages"]
    assert _leaves_to("full", oauth, INTERNET, 443)
    assert not _leaves("full", oauth, kafka, 9094, namespace="kafka")
    entered = [rule for rule in _rules("full", oauth, "ingress") if _opens(rule, 8090)]
    assert [_pod_fits(rule["from"], visitor, "ingress") for rule in entered] == [True]
    assert not any(_enters("full", visitor, oauth, port) for port in (8080, 8090, 9100))
    assert "oauth" not in _accesses("default-needed")


def test_switched_off_there_is_no_policy() -> None:
    assert of_kind("minimal", "NetworkPolicy") == []


def _ports(pod: Object) -> list[Object]:
    return [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]


def _accesses(case: str) -> dict[str, dict[str, str]]:
    """Return one pod's labels for each access; the policies treat all pods of an access alike."""
    return {
        pod["metadata"]["labels"]["mercarich.dev/access"]: pod["metadata"]["labels"] for _, pod in pods(objects(case))
    }


def _rules(case: str, labels: dict[str, str], side: str) -> list[Object]:
    return [
        rule
        for policy in of_kind(case, "NetworkPolicy")
        if selects(policy["spec"]["podSelector"], labels)
        for rule in policy["spec"].get(side, [])
    ]


def _leaves(case: str, source: dict[str, str], target: dict[str, str], port: int, namespace: str = "shop") -> bool:
    rules = _rules(case, source, "egress")
    return any(_opens(rule, port) and _pod_fits(rule.get("to"), target, namespace) for rule in rules)


def _enters(case: str, source: dict[str, str], target: dict[str, str], port: int) -> bool:
    rules = _rules(case, target, "ingress")
    return any(_opens(rule, port) and _pod_fits(rule.get("from"), source, "shop") for rule in rules)


def _leaves_to(case: str, source: dict[str, str], address: str, port: int) -> bool:
    rules = _rules(case, source, "egress")
    return any(_opens(rule, port) and _address_fits(rule.get("to"), address) for rule in rules)


def _opens(rule: Object, port: int) -> bool:
    return any(each["port"] == port and each["protocol"] == "TCP" for each in rule["ports"])


def _pod_fits(peers: list[Object] | None, labels: dict[str, str], namespace: str) -> bool:
    if peers is None:
        return True
    return any(
        selects(peer.get("podSelector", {}), labels)
        and ("namespaceSelector" not in peer and namespace == "shop")
        | selects(peer.get("namespaceSelector", {"matchLabels": {"": "x"}}), {"kubernetes.io/metadata.name": namespace})
        for peer in peers
        if "ipBlock" not in peer
    )


def _address_fits(peers: list[Object] | None, address: str) -> bool:
    if peers is None:
        return True
    return any(
        ip_address(address) in ip_network(peer["ipBlock"]["cidr"])
        and not any(ip_address(address) in ip_network(network) for network in peer["ipBlock"].get("except", []))
        for peer in peers
        if "ipBlock" in peer
    )
