"""The process: `mercarich-mercari-proxy serve --host --port`."""

import sys

from mercarich_contracts.sites import mercari
from mercarich_marketplace import serve

main = serve.process(mercari.SITE, "mercarich_mercari_proxy.bootstrap")

if __name__ == "__main__":
    sys.exit(main())
