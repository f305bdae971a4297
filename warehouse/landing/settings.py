"""Where a landing reads from: the environment, or the project's own folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from warehouse.connection import ROOT
from warehouse.landing.model import Settings

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
