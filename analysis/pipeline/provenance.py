"""Which code computed a run: version, commit, libraries."""

from __future__ import annotations

import json
import platform
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, version

from warehouse.connection import ROOT

PACKAGES = ("duckdb", "libpysal", "numpy", "pandas", "pyarrow", "scipy")


def code_version() -> str:
    """Return the project's version, with the git commit where there is one.

    A commit with uncommitted changes on top is marked ``-dirty``.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    number = str(settings["project"]["version"])
    commit = _commit()
    return f"{number}+{commit}" if commit else number


def packages() -> str:
    """Return the versions of Python and of the libraries that compute, as JSON."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return json.dumps(found)


def _commit() -> str | None:
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(
            # Without the lock that looking for changes takes: a commit meanwhile is not refused.
            [
                "git",
                "--no-optional-locks",
                "describe",
                "--always",
                "--dirty",
                "--abbrev=12",
                "--exclude=*",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
