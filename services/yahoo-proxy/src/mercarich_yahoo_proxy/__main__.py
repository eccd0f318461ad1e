"""The process: `mercarich-yahoo-proxy serve --host --port`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_marketplace import serve

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT = 1235


def main(argv: Sequence[str] | None = None) -> int:
    return serve.main("yahoo-proxy", PORT, _build, argv)


def _build() -> "FastAPI":
    from mercarich_yahoo_proxy.bootstrap import build  # drivers: not for a help page

    return build()


if __name__ == "__main__":
    sys.exit(main())
