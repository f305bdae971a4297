"""The sections of the report, in their order.

A new section is one module here with a `SECTION`, one template of the same name, one group of
messages per language, and its line in `SECTIONS`.
"""

from __future__ import annotations

from analysis.report.section import Section
from analysis.report.sections import (
    agglomeration,
    audit,
    configurations,
    descriptives,
    effects,
    index,
    methods,
    models,
    moran,
    outliers,
    overlap,
    provenance,
    quality,
    quantiles,
    spatial,
    threshold,
    weights,
)

SECTIONS: tuple[Section, ...] = (
    quality.SECTION,
    index.SECTION,
    weights.SECTION,
    agglomeration.SECTION,
    overlap.SECTION,
    methods.SECTION,
    configurations.SECTION,
    descriptives.SECTION,
    models.SECTION,
    effects.SECTION,
    outliers.SECTION,
    quantiles.SECTION,
    moran.SECTION,
    spatial.SECTION,
    threshold.SECTION,
    audit.SECTION,
    provenance.SECTION,
)
