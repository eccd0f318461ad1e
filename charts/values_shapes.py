"""JSON schemas of shapes that several values have: closed objects, words, quantities, what pods may have."""

from typing import Any

Schema = dict[str, Any]


def closed(**properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
PORT = whole(1, 65_535)
PORTS: Schema = {"type": "array", "items": PORT, "minItems": 1}
LIST: Schema = {"type": "array", "items": TEXT}
NAME = text(r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$")
PREFIX = text(r"^([a-z]([a-z0-9-]{0,38}[a-z0-9])?)?$")
"""Of names of Services, with room for what the chart appends."""
KEY = text(r"^[A-Za-z0-9._-]+$")
KEY_OR_NONE = text(r"^[A-Za-z0-9._-]*$")
PATH = text(r"^/\S+$")
WORDS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_MEMORY = text(r"^\d+(\.\d+)?(e\d+|[kMGTPE]i?|Ki)?$")
QUANTITIES = closed(
    cpu={"anyOf": [text(r"^(\d+m|\d+(\.\d+)?)$"), {"type": "number"}]},
    memory=_MEMORY,
    **{"ephemeral-storage": _MEMORY},
)
_RESOURCES = closed(requests=QUANTITIES, limits=QUANTITIES)
ACCOUNT = closed(create=FLAG, name=NAME, annotations=WORDS)
_OURS = "^(app\\.kubernetes\\.io/(name|instance|component|part-of|version|managed-by)|helm\\.sh/chart|mercarich\\.dev/)"
LABELS: Schema = {
    "type": "object",
    "propertyNames": {"not": {"pattern": _OURS}},
    "additionalProperties": text(r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$"),
}
"""Labels that a person adds: those of the chart are what its selectors go by."""
_VARIABLE: Schema = {
    "allOf": [
        text(r"^[A-Za-z_][A-Za-z0-9_]*$"),
        {"not": {"pattern": r"^(MERCARICH|CHECKER|UPDATER|FEED|WEB|PAGES|NOTICES|OPERATOR|[A-Z]+_PROXY)_"}},
    ]
}
"""The name of a variable that is not Mercarich's own."""
_VOLUME: Schema = {
    "allOf": [text(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"), {"not": {"enum": ["tmp", "data", "ca-bundle", "kafka"]}}]
}


def _items(**properties: Schema) -> Schema:
    """Return the shape of a list of Kubernetes' own objects, of which these fields alone are looked at."""
    item = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "array", "items": item}


_SOURCE = closed(name=NAME, optional=FLAG)
"""A ConfigMap or Secret of which each key is a variable."""

_PODS = closed(
    labels=LABELS,
    annotations=WORDS,
    nodeSelector=WORDS,
    tolerations=_items(),
    affinity={"type": "object"},
    topologySpreadConstraints=_items(
        topologyKey=TEXT,
        maxSkew=whole(1, 2**31 - 1),
        whenUnsatisfiable={"enum": ["DoNotSchedule", "ScheduleAnyway"]},
    ),
    priorityClassName=NAME,
    dnsConfig=closed(
        nameservers=LIST,
        searches=LIST,
        options={"type": "array", "items": closed(name=TEXT, value=TEXT)},
    ),
    extraEnv=_items(name=_VARIABLE),
    extraEnvFrom={
        "type": "array",
        "items": closed(prefix=TEXT, configMapRef=_SOURCE, secretRef=_SOURCE),
    },
    extraVolumes=_items(name=_VOLUME),
    extraVolumeMounts=_items(name=_VOLUME, mountPath=PATH),
)

OBJECTS = _items(apiVersion=TEXT, kind=TEXT, metadata={"type": "object"})
"""Objects of any kind, as Kubernetes knows them."""

DEFINITIONS: Schema = {"pods": _PODS, "resources": _RESOURCES}
"""What the schema has once, since many values have it."""
PODS: Schema = {"$ref": "#/definitions/pods"}
RESOURCES: Schema = {"$ref": "#/definitions/resources"}
