"""``python -m analysis.run``."""

import sys

from analysis.run import main

if __name__ == "__main__":
    sys.exit(main())
