"""The Superset dashboard of a copy: the shipped bundle with the copy's own address in it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

NAME = "dashboard.zip"

_FOLDER = Path(__file__).parents[1] / "dashboard"
_ROOT = "regional_panel"
_PLACE = "{database}"
_MOMENT = (1980, 1, 1, 0, 0, 0)


def write_dashboard(bundle: Path, database: Path) -> None:
    """Write the bundle of a published file.

    `superset import-dashboards --path dashboard.zip --username admin` makes the database,
    read-only, its datasets, charts and dashboard; a second import replaces them.

    Parameters
    ----------
    bundle
        The file to write.
    database
        The published file that the dashboard shall read.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    bundle.write_bytes(_bundle(database))
    bundle.chmod(0o644)


def _bundle(database: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(_FOLDER.rglob("*.yaml")):
            text = path.read_text(encoding="utf-8").replace(_PLACE, str(database.resolve()))
            name = f"{_ROOT}/{path.relative_to(_FOLDER).as_posix()}"
            bundle.writestr(zipfile.ZipInfo(name, _MOMENT), text)
    return stream.getvalue()
