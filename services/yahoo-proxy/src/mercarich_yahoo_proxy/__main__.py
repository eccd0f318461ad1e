"""The process: `mercarich-yahoo-proxy serve --host --port`."""

import sys

from mercarich_contracts.sites import yahoo
from mercarich_marketplace import serve

main = serve.process(yahoo.SITE, "mercarich_yahoo_proxy.bootstrap")

if __name__ == "__main__":
    sys.exit(main())
