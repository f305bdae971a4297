"""Settings of descriptive tables."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from analysis.study.options.base import Columns, ModelOptions


class SummaryOptions(ModelOptions):
    """Count, mean, standard deviation and range of columns (describe.summary).

    Attributes
    ----------
    variables
        Columns of the panel, each described over the rows where it has a value.
    """

    complete_cases: ClassVar[bool] = False

    method: Literal["describe.summary"]
    variables: Columns = Field(min_length=1)

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return the described columns."""
        return {"variables": self.variables}
