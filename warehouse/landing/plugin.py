"""The door through which `dbt build` lands the raw folder (a dbt-duckdb plugin)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from warehouse.connection import ROOT
from warehouse.errors import InputError
from warehouse.landing.land import Landing, land
from warehouse.landing.model import Settings

if TYPE_CHECKING:
    from dbt.adapters.duckdb.utils import SourceConfig

SAMPLE = ROOT / "warehouse/sample/raw"
MANIFEST = ROOT / "warehouse/sample/manifest.csv"
SEEDS = ROOT / "warehouse/seeds"


def settings_from(
    first_year: int,
    last_year: int,
    vintages: Mapping[str, str] | None = None,
    raw_dir: str | None = None,
) -> Settings:
    """Return the settings of a landing: RAW_DIR and SEED_DIR, or the project's own folders."""
    raw_dir = raw_dir or os.environ.get("RAW_DIR")
    seed_dir = os.environ.get("SEED_DIR")
    return Settings(
        raw_dir=Path(raw_dir).expanduser().resolve() if raw_dir else SAMPLE,
        seed_dir=Path(seed_dir).expanduser().resolve() if seed_dir else SEEDS,
        first_year=first_year,
        last_year=last_year,
        vintages=dict(vintages or {}),
        manifest=MANIFEST,
    )


class Plugin(BasePlugin):
    """Gives dbt the tables of the source `landing`; the raw folder is read once per build."""

    def initialize(self, plugin_config: Mapping[str, object]) -> None:  # noqa: ARG002
        """Prepare; nothing is read before a model asks for a table."""
        self._lock = Lock()
        self._landing: Landing | None = None
        self._has_failed = False

    def load(self, source_config: SourceConfig) -> pa.Table:
        """Return one of the tables `cell`, `file`, `reject`, `notice`.

        Raises
        ------
        DbtRuntimeError
            If the raw folder can't be landed: the message names file, place and next step.
            It is shown once; the other tables of the same build refer to it.
        """
        with self._lock:
            if self._has_failed:
                raise DbtRuntimeError("The raw files did not land: see the first message.")
            if self._landing is None:
                self._landing = self._land(source_config)
        return getattr(self._landing, source_config.identifier)

    def _land(self, source_config: SourceConfig) -> Landing:
        settings = settings_from(
            int(source_config["first_year"]),
            int(source_config["last_year"]),
            source_config["vintages"],
        )
        try:
            return land(settings)
        except InputError as error:
            self._has_failed = True
            raise DbtRuntimeError(str(error)) from None
