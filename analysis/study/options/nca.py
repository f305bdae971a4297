"""Settings of necessary condition analysis."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from analysis.study.options.calibration import AnchorsOption, CalibratedOptions

CeilingLine = Literal["ce_fdh", "cr_fdh"]


class NcaOptions(CalibratedOptions):
    """Necessary condition analysis (nca.ceiling).

    Attributes
    ----------
    anchors
        How columns become sets; by default they stay in their own units.
    ceilings
        ``ce_fdh``: step ceiling; ``cr_fdh``: straight line through its corners.
    permutations
        Shuffles of the test of the effect size; 0 for none.
    levels
        Levels of the outcome in the bottleneck table, in percent of its range.
    """

    method: Literal["nca.ceiling"]
    anchors: AnchorsOption = AnchorsOption()
    ceilings: tuple[CeilingLine, ...] = Field(default=("ce_fdh", "cr_fdh"), min_length=1)
    permutations: int = Field(default=10_000, ge=0)
    levels: tuple[float, ...] = tuple(float(level) for level in range(0, 101, 10))

    @model_validator(mode="after")
    def _levels_are_percentages(self) -> Self:
        outside = [level for level in self.levels if not 0 <= level <= 100]
        if outside:
            raise ValueError(f"levels are percentages from 0 to 100, got {outside[0]:g}")
        if len(set(self.ceilings)) < len(self.ceilings):
            raise ValueError("a ceiling is named twice")
        return self
