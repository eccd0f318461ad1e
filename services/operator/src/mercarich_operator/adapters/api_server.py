"""Calls to the Kubernetes API server: with the service account in a pod, with KUBECONFIG for developers."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

import httpx
import kopf

from mercarich_operator.ports import ClusterAway
from mercarich_platform.settings import BadConfiguration

TIMEOUT_SECONDS = 10.0
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_CONFLICT = 409

KUBECONFIG = "KUBECONFIG"
"""kubectl's variable: the file by which a developer's operator reaches a cluster.

Why: a pod has a service account.
Empty: the service account's token.
"""
API_HOST = "KUBERNETES_SERVICE_HOST"
"""The API server's address, as Kubernetes tells every pod.

Why: Kubernetes sets it.
Empty: the name `kubernetes.default.svc`, which needs the cluster's DNS.
"""
API_PORT = "KUBERNETES_SERVICE_PORT"
"""The port of that address.

Why: Kubernetes sets it.
Empty: 443.
"""


class Exists(ClusterAway):
    """An object of that name exists already."""


def selector(term: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the query for objects that fit the term, such as `key` or `key=value`, and have the labels."""
    return {"labelSelector": ",".join([term, *(f"{key}={value}" for key, value in labels.items())])}


def connection() -> kopf.ConnectionInfo:
    """Return address and credentials for the API server now: a pod's token changes every hour.

    Raises `BadConfiguration`.
    """
    found = kopf.login_with_kubeconfig(settings=kopf.OperatorSettings()) if os.environ.get(KUBECONFIG) else None
    if found is not None:
        return found
    found = kopf.login_with_service_account(settings=kopf.OperatorSettings())
    if found is None:
        raise BadConfiguration("no credentials for the API server: found no service account's token and no KUBECONFIG")
    host, port = os.environ.get(API_HOST), os.environ.get(API_PORT, "443")
    if not host:
        return found
    # The address in every pod's environment works even while the cluster's DNS does not.
    return dataclasses.replace(found, server=f"https://{f'[{host}]' if ':' in host else host}:{port}")


def default_namespace() -> str:
    """Return the namespace of the service account or of the kubeconfig's context. Raises `BadConfiguration`."""
    found = connection().default_namespace
    if not found:
        raise BadConfiguration("OPERATOR_NAMESPACE is not set: expected the namespace of the workers")
    return found


class ApiServer:
    """One connection, renewed when its credentials change. Every call raises `ClusterAway`."""

    def __init__(self) -> None:
        self._info: kopf.ConnectionInfo | None = None
        self._client: httpx.Client | None = None

    def renew(self) -> None:
        """Read the credentials again. To be called regularly."""
        try:
            info = connection()
        except (OSError, ValueError) as error:
            raise ClusterAway(f"the API server's credentials cannot be read: {error}") from error
        if info == self._info:
            return
        self.close()
        verify: Any = info.as_ssl_context() if info.server.startswith("https:") else True
        self._client = httpx.Client(
            base_url=info.server,
            headers=info.as_http_headers(),
            verify=verify,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )
        self._info = info

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client, self._info = None, None

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        kind: str = JSON,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Call the API and return the parsed JSON of the answer."""
        if self._client is None:
            self.renew()
        assert self._client is not None
        try:
            answer = self._client.request(
                method, path, json=body, params=query, headers={"Content-Type": kind} if body is not None else None
            )
            if answer.is_error:
                raise _refused(method, path, answer)
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ClusterAway(f"the API server does not answer: {type(error).__name__} {error}".strip()) from error


def _refused(method: str, path: str, answer: httpx.Response) -> ClusterAway:
    try:
        message = str(answer.json().get("message", ""))
    except (ValueError, AttributeError):
        message = answer.text
    kind = Exists if answer.status_code == _CONFLICT and method == "POST" else ClusterAway
    return kind(f"the API server answered {answer.status_code} to {method} {path}: {message[:300]}")
