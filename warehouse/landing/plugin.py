"""The door through which `dbt build` lands the raw folder (a dbt-duckdb plugin)."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from warehouse.errors import InputError
from warehouse.landing.land import Landing, land
from warehouse.landing.settings import settings_from
from warehouse.landing.tables import SCHEMAS

if TYPE_CHECKING:
    from dbt.adapters.duckdb.utils import SourceConfig
    from duckdb import DuckDBPyConnection


class Plugin(BasePlugin):
    """Gives dbt the tables of the source `landing`; the raw folder is read once per build."""

    def initialize(self, plugin_config: Mapping[str, object]) -> None:  # noqa: ARG002
        """Prepare; nothing is read before a model asks for a table."""
        self._lock = Lock()
        self._landing: Landing | None = None
        self._has_failed = False

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Create the schema and its tables where they are missing.

        dbt's threads would collide creating the schema for each table, and its unit tests
        look up the columns of a source before any model has loaded it.
        """
        conn.execute("create schema if not exists landing")
        for name, schema in SCHEMAS.items():
            conn.register("empty_table", schema.empty_table())
            conn.execute(f"create table if not exists landing.{name} as from empty_table")
            conn.unregister("empty_table")

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
        names = ("first_year", "last_year", "vintages")
        try:
            return land(settings_from(**{name: source_config[name] for name in names}))
        except InputError as error:
            self._has_failed = True
            raise DbtRuntimeError(str(error)) from None
