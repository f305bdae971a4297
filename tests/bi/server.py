"""A Superset of its own, in a folder of its own, for as long as a test needs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER = PASSWORD = "admin"

# Nothing is cached: what the page shows is what the file holds.
_SETTINGS = """
SECRET_KEY = "only for this test, on this machine"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
CACHE_CONFIG = DATA_CACHE_CONFIG = {{"CACHE_TYPE": "NullCache"}}
"""


@dataclass(frozen=True, slots=True)
class Superset:
    """A server and the folder it keeps its own data in.

    Attributes
    ----------
    folder
        Settings and metadata.
    port
        Where it listens.
    """

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its commands need to find it."""
        return {
            **os.environ,
            "SUPERSET_HOME": str(self.folder),
            "SUPERSET_CONFIG_PATH": str(self.folder / "superset_config.py"),
            "FLASK_APP": "superset",
            "SCARF_ANALYTICS": "false",
        }

    def command(self, *arguments: str) -> None:
        """Run one of its commands."""
        done = subprocess.run(
            [_program(), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepared(folder: Path) -> Superset:
    """Return a new Superset with an administrator."""
    superset = Superset(folder, free_port())
    (folder / "superset_config.py").write_text(_SETTINGS.format(folder=folder), encoding="utf-8")
    superset.command("db", "upgrade")
    superset.command(
        *("fab", "create-admin", "--username", USER, "--password", PASSWORD),
        *("--firstname", "A", "--lastname", "Reader", "--email", "reader@example.org"),
    )
    superset.command("init")
    return superset


@contextmanager
def running(superset: Superset) -> Iterator[None]:
    """Serve for as long as the block lasts."""
    with (superset.folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [_program(), "run", "--port", str(superset.port), "--with-threads"],
            env=superset.environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_healthy(superset)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_healthy(superset: Superset) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{superset.address}/health")
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
        else:
            return
    raise AssertionError((superset.folder / "server.log").read_text()[-3000:])


def _program() -> str:
    return str(Path(sys.executable).with_name("superset"))
