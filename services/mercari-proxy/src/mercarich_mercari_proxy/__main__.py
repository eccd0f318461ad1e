"""The process: `mercarich-mercari-proxy serve --host --port`."""

import sys
from collections.abc import Sequence

from mercarich_marketplace import serve
from mercarich_mercari_proxy.bootstrap import build

PORT = 1234


def main(argv: Sequence[str] | None = None) -> int:
    return serve.main("mercari-proxy", PORT, build, argv)


if __name__ == "__main__":
    sys.exit(main())
