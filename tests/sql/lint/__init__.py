"""What sqlfluff's Jinja needs to know of dbt, so that models are linted as they compile.

sqlfluff loads this package (``library_path`` in ``.sqlfluff``) and finds here, under the
names that dbt gives them, the settings of ``dbt_project.yml`` and the dispatch of macros
to DuckDB. The macros themselves are the project's own.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

_ROOT = Path(__file__).resolve().parents[3]
_SETTINGS = yaml.safe_load((_ROOT / "dbt_project.yml").read_text("utf-8"))["vars"]
_PANEL = yaml.safe_load((_ROOT / "models/marts/panel/_panel__models.yml").read_text("utf-8"))[
    "models"
][0]

execute = False
model = SimpleNamespace(columns={column["name"]: column for column in _PANEL["columns"]})


def var(name: str, default: object = None) -> object:
    """Return a setting of ``dbt_project.yml``."""
    return _SETTINGS.get(name, default)


class Adapter:
    """The engine that models are linted for."""

    @pass_context
    def dispatch(self, context: Context, name: str) -> object:
        """Return DuckDB's form of a macro, or the default."""
        return context.get(f"duckdb__{name}") or context[f"default__{name}"]

    def get_columns_in_relation(self, _relation: object) -> list[SimpleNamespace]:
        """Return the columns of the panel's contract."""
        return [SimpleNamespace(name=name) for name in model.columns]


adapter = Adapter()
