"""The metric by which each process tells its name and release."""

from importlib.metadata import version

from prometheus_client import Gauge

BUILD = Gauge(
    "mercarich_build_info", "1; the labels say which process this is and of which release", ["process", "version"]
)


def tell_build(process: str, build: Gauge = BUILD) -> None:
    """Set the metric for this process, such as `checker-yahoo`. `build` is for processes with their own registry."""
    build.labels(process, version("mercarich-platform")).set(1)
