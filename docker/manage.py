"""For old runbooks and crontabs: `python manage.py check_item_yahoo 2 4` is `mercarich check_item_yahoo 2 4`."""

import sys

from mercarich_platform.front import main

if __name__ == "__main__":
    sys.exit(main())
