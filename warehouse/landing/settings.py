"""Where a landing reads from: the environment, or the project's own folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from warehouse.connection import ROOT
from warehouse.errors import InputError
from warehouse.landing.model import Settings
from warehouse.landing.names import parse_year

SAMPLE = ROOT / "warehouse/sample/raw"
MANIFEST = ROOT / "warehouse/sample/manifest.csv"
SEEDS = ROOT / "warehouse/seeds"


def settings_from(
    first_year: int | str,
    last_year: int | str,
    vintages: Mapping[str, str] | None = None,
    raw_dir: str | None = None,
) -> Settings:
    """Return the settings of a landing: RAW_DIR and SEED_DIR, or the project's own folders.

    Raises
    ------
    InputError
        If the study's years are no span of years, or `vintages` is no mapping.
    """
    first, last = parse_year(str(first_year)), parse_year(str(last_year))
    if first is None or last is None or first > last:
        raise InputError(
            "The study's years are no span of years.",
            where="vars: first_year, last_year",
            expected="two years such as 2010 and 2023",
            found=f"{first_year} and {last_year}",
        )
    if vintages is not None and not isinstance(vintages, Mapping):
        raise InputError(
            "The setting `vintages` is no mapping.",
            where="vars: vintages",
            expected="{variable_id: vintage}",
            found=str(vintages),
        )
    raw_dir = raw_dir or os.environ.get("RAW_DIR")
    seed_dir = os.environ.get("SEED_DIR")
    return Settings(
        raw_dir=Path(raw_dir).expanduser().resolve() if raw_dir else SAMPLE,
        seed_dir=Path(seed_dir).expanduser().resolve() if seed_dir else SEEDS,
        first_year=first,
        last_year=last,
        vintages=dict(vintages or {}),
        manifest=MANIFEST,
    )
