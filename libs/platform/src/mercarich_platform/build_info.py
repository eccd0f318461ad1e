"""What every process says of itself."""

from importlib.metadata import version

from prometheus_client import Gauge

BUILD = Gauge(
    "mercarich_build_info", "1; the labels say which process this is and of which release", ["process", "version"]
)


def tell_build(process: str, build: Gauge = BUILD) -> None:
    """Say who we are, for instance `checker-yahoo`; `build` is of another registry where there is one."""
    build.labels(process, version("mercarich-platform")).set(1)
