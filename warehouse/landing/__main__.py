"""Entry point of `python -m warehouse.landing`."""

import sys

from warehouse.command import command
from warehouse.landing.cli import main

if __name__ == "__main__":
    sys.exit(command(main))
