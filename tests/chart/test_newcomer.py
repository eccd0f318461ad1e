"""docs/kubernetes.md, "For real sellers", as a newcomer walks it: each Secret that it needs is made in it."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tests.chart.rendering import CHART, ROOT, Object, containers, helm, parse, pods

PAGE = (ROOT / "docs/kubernetes.md").read_text(encoding="utf-8")
WALK = PAGE.split("## For real sellers")[1].split("\n## ")[0]
LEFT_OUT = {"caBundle.existingSecret", "kafka.security.existingSecret"}
"""The page has a section of its own about each."""


def test_each_secret_of_the_documented_values_is_made_by_a_command_with_its_keys(tmp_path: Path) -> None:
    made = _made()
    named = set(_secrets(_values(), ""))
    assert {name for _, name in named} == set(made), "made and not named, or named and not made"
    needed = dict.fromkeys(_needed(tmp_path), None)
    assert {name for name, _ in needed} <= set(made)
    assert [(name, key) for name, key in needed if key not in made[name]] == []


def test_the_walk_names_each_secret_that_a_value_can_name() -> None:
    chart = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    paths = {path for path, _ in _secrets(chart, "")}
    assert {"database.existingSecret", "pages.ingress.tlsSecret", "image.pullSecrets"} <= paths
    assert paths - {path for path, _ in _secrets(_values(), "")} == LEFT_OUT


def test_secrets_are_made_after_the_namespace_and_before_the_installation() -> None:
    steps = [line.strip() for line in WALK.splitlines()]
    namespace = next(number for number, line in enumerate(steps) if "kubectl create namespace shop" in line)
    install = next(number for number, line in enumerate(steps) if line.startswith("helm install"))
    made = [number for number, line in enumerate(steps) if "create secret" in line]
    assert made
    assert namespace < min(made) <= max(made) < install


def _made() -> dict[str, set[str]]:
    """Return the keys of each Secret, by its name, as the commands of the page make them."""
    made: dict[str, set[str]] = {}
    for kind, name, rest in re.findall(r"kubectl -n shop create secret (\S+) (\S+) ([^\n]*)", WALK):
        keys = {"tls": {"tls.crt", "tls.key"}, "docker-registry": {".dockerconfigjson"}}
        made[name] = keys.get(kind) or set(re.findall(r"--from-literal=([^=]+)=", rest))
    return made


def _values() -> Any:
    [block] = re.findall(r"```yaml\n(.*?)```", WALK, re.DOTALL)
    return yaml.safe_load(textwrap.dedent(block))


def _secrets(values: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield each value that names a Secret: its path and the name."""
    for key, value in values.items():
        here = f"{path}.{key}".lstrip(".")
        if key in ("existingSecret", "tlsSecret"):
            yield here, value
        elif key == "pullSecrets":
            yield from [(here, each["name"]) for each in value] or [(here, "")]
        elif isinstance(value, dict):
            yield from _secrets(value, here)


def _needed(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the Secrets and keys that the documented values make the pods and the Ingress read."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(_values()), encoding="utf-8")
    done = helm("helm3", "template", "mercarich", ".", "-n", "shop", "-f", str(file))
    assert done.returncode == 0, done.stderr
    found = parse(done.stdout)
    for _, pod in pods(found):
        yield from ((each["name"], ".dockerconfigjson") for each in pod["spec"].get("imagePullSecrets", ()))
        for container in containers(pod):
            yield from _referred(container)
    for each in found:
        if each["kind"] == "Ingress":
            yield from ((tls["secretName"], "tls.crt") for tls in each["spec"]["tls"])


def _referred(container: Object) -> Iterator[tuple[str, str]]:
    for variable in container.get("env", ()):
        if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
            yield reference["name"], reference["key"]
