"""How the suites run the project as its users do: real commands in a scratch place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A scratch database, published copy and report of the project.

    Attributes
    ----------
    folder
        Where everything that the commands write goes.
    raw
        The raw folder the build reads; None for the project's default.
    """

    folder: Path
    raw: Path | None = None

    @property
    def database(self) -> Path:
        """The file that `dbt build` and the analysis write."""
        return self.folder / "build" / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The copy for readers."""
        return self.folder / "published" / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """The folder of the report."""
        return self.folder / "reports"

    def environment(self, **extra: str) -> dict[str, str]:
        """Return the environment that sends every output into the scratch folder."""
        values = {
            **os.environ,
            "WAREHOUSE_PATH": str(self.database),
            "PUBLISHED_DIR": str(self.published.parent),
            "REPORT_DIR": str(self.reports),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "GX_ANALYTICS_ENABLED": "false",
            "NO_COLOR": "1",
            **extra,
        }
        if self.raw is not None:
            values["RAW_DIR"] = str(self.raw)
        return values

    def dbt(
        self, *arguments: str, cwd: Path = ROOT, check: bool = True, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        """Run dbt from the repository root, as a user would."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        program = str(Path(sys.executable).with_name("dbt"))
        return run([program, *arguments], self.environment(**extra), cwd, check=check)

    def python(
        self, *arguments: str, cwd: Path = ROOT, check: bool = True, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a Python module of the project, such as ``-m analysis.run``."""
        return run([sys.executable, *arguments], self.environment(**extra), cwd, check=check)


def copied(original: Workspace, folder: Path) -> Workspace:
    """Return a workspace of its own with the database and the published copy of another."""
    copy = Workspace(folder)
    copy.database.parent.mkdir(parents=True)
    shutil.copy(original.database, copy.database)
    shutil.copytree(original.published.parent, copy.published.parent, symlinks=True)
    return copy


def run(
    command: list[str], environment: dict[str, str], cwd: Path, *, check: bool
) -> subprocess.CompletedProcess[str]:
    """Run a command and show what it printed if it fails."""
    done = subprocess.run(
        command, env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
    return done
