"""The process: `mercarich-yahoo-proxy serve --host --port`."""

import sys
from collections.abc import Sequence

from mercarich_marketplace import serve
from mercarich_yahoo_proxy.bootstrap import build

PORT = 1235


def main(argv: Sequence[str] | None = None) -> int:
    return serve.main("yahoo-proxy", PORT, build, argv)


if __name__ == "__main__":
    sys.exit(main())
