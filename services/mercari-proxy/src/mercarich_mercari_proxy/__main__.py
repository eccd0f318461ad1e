"""The process: `mercarich-mercari-proxy serve --host --port`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_marketplace import serve

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT = 1234


def main(argv: Sequence[str] | None = None) -> int:
    return serve.main("mercari-proxy", PORT, _build, argv)


def _build() -> "FastAPI":
    from mercarich_mercari_proxy.bootstrap import build  # drivers: not for a help page

    return build()


if __name__ == "__main__":
    sys.exit(main())
