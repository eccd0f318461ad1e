"""Calls of the API, valid and invalid: strategies made from docs/openapi.json."""

from typing import Any, NamedTuple

import jsonschema
from hypothesis import strategies as st

Document = dict[str, Any]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40)
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.lists(st.integers(), max_size=3), st.just({"a": {}})
)
ODD_WORDS = st.one_of(st.sampled_from(["0", "-1", "1e3", str(2**63), "1 OR 1=1", "../1", "%00", "１"]), TEXT)


class Call(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    json: Any
    files: dict[str, Any] | None


def calls(document: Document, method: str, path: str, ids: list[int]) -> st.SearchStrategy[Call]:
    """Calls of one operation; ids in its path are drawn from these, or invalid."""
    operation = document["paths"][path][method]
    query, places = {}, {}
    for parameter in operation.get("parameters", []):
        fits = _fitting(document, parameter["schema"]).map(_word)
        if parameter["in"] == "query":
            query[parameter["name"]] = st.one_of(fits, fits, ODD_WORDS)
        elif "integer" in str(parameter["schema"]):
            places[parameter["name"]] = st.one_of(st.sampled_from(ids).map(str), ODD_WORDS)
        else:
            places[parameter["name"]] = st.one_of(fits, ODD_WORDS)
    content = operation.get("requestBody", {}).get("content", {})
    body, files = st.none(), st.none()
    if "application/json" in content:
        fits = _fitting(document, content["application/json"]["schema"], ids)
        body = st.one_of(fits, fits, fits.map(_more), ODD)
    if "multipart/form-data" in content:
        data = st.one_of(st.binary(max_size=80), TEXT.map(lambda text: f"sku,marketplace,source_id\r\n{text}".encode()))
        files = st.one_of(data.map(lambda one: {"file": ("a.csv", one, "text/csv")}), st.just({"other": ("x", b"")}))
    filled = st.fixed_dictionaries(places).map(lambda given: path.format(**{k: _quoted(v) for k, v in given.items()}))
    return st.builds(Call, st.just(method), filled, st.fixed_dictionaries({}, optional=query), body, files)


def problem_of(document: Document, call: Call, path: str, answer: Any) -> str | None:
    """Return how a response differs from the document."""
    responses = document["paths"][path][call.method]["responses"]
    told = responses.get(str(answer.status_code))
    if answer.status_code in (400, 404, 405, 413) and told is None:
        told = responses["404"]
    if told is None:
        return f"{answer.status_code} is not in the document"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if "content" not in told:
        return None if not answer.content else "there is a body"
    if kind not in told["content"]:
        return f"{kind} is not in the document"
    schema = told["content"][kind].get("schema", {})
    if kind.endswith("json"):
        try:
            jsonschema.validate(answer.json(), schema | {"components": document["components"]})
        except jsonschema.ValidationError as error:
            return error.message
    return None


def _fitting(document: Document, schema: Document, ids: list[int] | None = None) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _fitting(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], ids)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return st.one_of([_fitting(document, one, ids) for one in schema[several]])
    return _plain(document, schema, ids)


def _plain(document: Document, schema: Document, ids: list[int] | None) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    if kind == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 2**31)
        return st.one_of(st.integers(low, high), st.sampled_from(ids)) if ids else st.integers(low, high)
    if kind == "array":
        most = min(schema.get("maxItems", 4), 4)
        return st.lists(_fitting(document, schema["items"], ids), min_size=schema.get("minItems", 0), max_size=most)
    if kind == "object":
        fields = {name: _fitting(document, one, ids) for name, one in schema.get("properties", {}).items()}
        needed = {name: one for name, one in fields.items() if name in schema.get("required", [])}
        return st.fixed_dictionaries(needed, optional={name: fields[name] for name in fields.keys() - needed.keys()})
    if kind == "boolean":
        return st.booleans()
    return st.none() if kind == "null" else TEXT


def _more(value: Any) -> Any:
    return value | {"user_id": 1} if isinstance(value, dict) else value


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode()) or "-"
