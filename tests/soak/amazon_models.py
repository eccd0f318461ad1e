"""Whether the requests to Amazon are as Amazon's own models want them: operations, parameters and bodies.

The models are no part of the repository (`tests.services.recordings`); without them nothing is judged.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
from tests.services.recordings import folder
from tests.soak.plant import Plant

from mercarich_simulator.web import Reply, Request

_PREFIX = "/spapi"
_KEPT = 20
_WORDS = {"true", "false"}


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: re.Pattern[str]
    parameters: Mapping[str, Mapping[str, Any]]
    """Those of the query, by name."""
    body: Any
    """A validator; None: it has no body."""


class AmazonModels:
    """Judges each request of the week."""

    def __init__(self, plant: Plant) -> None:
        models = folder("spapi", "models")
        self._operations = None if models is None else [*_operations(models)]
        self._feeds: Any = None if models is None else _feeds(models.parent / "schemas" / "feeds")
        self.counts = Counter[str]()
        """Requests that are `valid`, and those that are not."""
        self.problems: list[str] = []
        """Of the first invalid ones."""
        if self._operations is not None:
            plant.market.on_amazon.append(self._look)

    @property
    def is_known(self) -> bool:
        return self._operations is not None

    def _look(self, request: Request, _reply: Reply) -> None:
        is_document = request.method == "PUT" and not request.path.startswith(_PREFIX)
        if not is_document and not request.path.startswith(_PREFIX):
            return  # what is read from the address of a document
        problem = next(self._problems(request), None)
        self.counts["valid" if problem is None else "invalid"] += 1
        if problem is not None and len(self.problems) < _KEPT:
            self.problems.append(f"{request.method} {request.path}: {problem}")

    def _problems(self, request: Request) -> Iterator[str]:
        if not request.path.startswith(_PREFIX):
            yield from (error.message for error in self._feeds.iter_errors(json.loads(request.body)))
            return
        path = request.path.removeprefix(_PREFIX)
        its = [one for one in self._operations or () if one.method == request.method and one.path.fullmatch(path)]
        if not its:
            yield "there is no such operation"
            return
        yield from _of_query(its[0].parameters, request.queries)
        if its[0].body is not None:
            yield from (error.message for error in its[0].body.iter_errors(json.loads(request.body or b"null")))


def _of_query(parameters: Mapping[str, Mapping[str, Any]], given: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield from (f"{name} is no parameter" for name in given.keys() - parameters.keys())
    for name, parameter in parameters.items():
        values = [one for text in given.get(name, ()) for one in _split(parameter, text)]
        if not values:
            if parameter.get("required"):
                yield f"{name} is missing"
            continue
        most = parameter.get("maxItems", len(values))
        if len(values) > most:
            yield f"{name} has {len(values)} values, and may have {most}"
        kind = parameter.get("items", parameter) if parameter["type"] == "array" else parameter
        yield from (f"{name} must not be {value!r}" for value in values if not _fits(kind, value))


def _split(parameter: Mapping[str, Any], text: str) -> Sequence[str]:
    return text.split(",") if parameter["type"] == "array" and parameter.get("collectionFormat") != "multi" else [text]


def _fits(kind: Mapping[str, Any], value: str) -> bool:
    if kind["type"] == "integer":
        return value.isdecimal() and kind.get("minimum", 0) <= int(value) <= kind.get("maximum", float("inf"))
    if kind["type"] == "boolean":
        return value in _WORDS
    return value in kind.get("enum", [value])


def _operations(models: Path) -> Iterator[_Operation]:
    for file in sorted(models.glob("*.json")):
        document = json.loads(file.read_text("utf-8"))
        for path, methods in document["paths"].items():
            parts = re.findall(r"{\w+}|[^{]+", path)
            pattern = re.compile("".join("[^/]+" if part[0] == "{" else re.escape(part) for part in parts))
            for method, operation in methods.items():
                if isinstance(operation, dict) and "operationId" in operation:
                    asked = [_resolved(document, one) for one in operation.get("parameters", ())]
                    yield _Operation(
                        method.upper(),
                        pattern,
                        {one["name"]: one for one in asked if one["in"] == "query"},
                        next((_validator(document, one["schema"]) for one in asked if one["in"] == "body"), None),
                    )


def _resolved(document: Any, parameter: Any) -> Any:
    reference = parameter.get("$ref")
    return parameter if reference is None else document["parameters"][reference.rpartition("/")[2]]


def _validator(document: Any, schema: Any) -> Any:
    return jsonschema.Draft4Validator({**schema, "definitions": document["definitions"]})


def _feeds(schemas: Path) -> Any:
    schema = json.loads((schemas / "listings-feed-schema-v2.json").read_text("utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)
