"""The operator's settings by environment, prefix `OPERATOR_`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OperatorSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="OPERATOR_", frozen=True, extra="ignore")

    namespace: str = ""
    """Where the workers are. Empty: the namespace of its own service account, or of the kubeconfig's context."""
    interval_seconds: float = Field(default=15.0, ge=1, le=300)
    """A round at least so often; a change of a setting, a Deployment or an autoscaler is seen within seconds."""
    max_connections: int = Field(default=0, ge=0, le=100_000)
    """Database connections that all workers together may use; 0: as many as they like."""
