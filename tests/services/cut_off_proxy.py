"""A proxy as a process whose way to its shared budget can be cut: while a file exists, the database is away.

    python -m tests.services.cut_off_proxy mercarich_mercari_proxy PORT FILE

The variables of the environment are those of the proxy.
"""

import importlib
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mercarich_marketplace.assembly import Proxy, in_database
from mercarich_marketplace.budget import Ask, Grant
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.sharing import Budgets
from mercarich_platform.http_server import configuration, serve
from mercarich_platform.outages import DatabaseAway


class CutOff:
    """The budgets of the database, while there is no `file`."""

    def __init__(self, inner: Budgets, file: Path) -> None:
        self._inner, self._file = inner, file

    def settle(self, name: str, ask: Ask) -> Grant:
        if self._file.exists():
            raise DatabaseAway("cut off by the test")
        grant = self._inner.settle(name, ask)
        if self._file.exists():
            raise DatabaseAway("cut off by the test, after the question had arrived")
        return grant

    def close(self) -> None:
        self._inner.close()


def main(module: str, port: int, file: Path) -> None:
    proxy: Proxy[Any] = importlib.import_module(f"{module}.bootstrap").PROXY

    def budgets(limits: Mapping[str, Limits]) -> Budgets:
        return CutOff(in_database(limits), file)

    serve(configuration(proxy.build(budgets=budgets), grace_seconds=1), socket.create_server(("127.0.0.1", port)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
