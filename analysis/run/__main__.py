"""``python -m analysis.run``."""

import sys

from analysis.run import main
from warehouse.command import command

if __name__ == "__main__":
    sys.exit(command(main))
