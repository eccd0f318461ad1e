"""The operator's settings by environment, prefix `OPERATOR_`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OperatorSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="OPERATOR_", frozen=True, extra="ignore")

    namespace: str = ""
    """The Kubernetes namespace where the workers are.

    Why: the operator runs beside them.
    Empty: the namespace of its own service account, or of the kubeconfig's context.
    """
    release: str = ""
    """The installation whose workers and CronJobs are the operator's, by their label `mercarich.dev/release`.

    Why: several installations may share a namespace, each with an operator; the chart sets it to the release's name.
    Empty: all workers and CronJobs of the namespace.
    """
    interval_seconds: float = Field(default=15.0, ge=1, le=300)
    """A round at least so often; a change of a setting, a Deployment or an autoscaler is seen within seconds.

    Unit: seconds
    Why: what nobody signals, such as a change by hand whose watch was lost, is put right within a quarter of a minute.
    """
    max_connections: int = Field(default=0, ge=0, le=100_000)
    """Database connections that all workers together may use.

    Unit: connections
    Why: the operator does not know the server; the chart sets it from `database.maxConnections`.
    Zero: no bound: as many workers as their settings ask for.
    """
