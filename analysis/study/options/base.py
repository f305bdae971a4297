"""The settings that every model of a study takes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("give a text that is not blank, or leave the key out")
    return value


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Title = Annotated[str, BeforeValidator(_as_text), AfterValidator(_not_blank)]
Column = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Count = Annotated[int, Field(gt=0, strict=True)]
Columns = Annotated[tuple[Column, ...], BeforeValidator(_as_tuple)]


def no_repetition(values: tuple[object, ...]) -> tuple[object, ...]:
    """Return the values of a list, refusing one that is given twice."""
    repeated = {
        value.model_dump_json(exclude_defaults=True) if isinstance(value, BaseModel) else value
        for value in values
        if values.count(value) > 1
    }
    if repeated:
        raise ValueError(f"named twice: {', '.join(sorted(map(str, repeated)))}")
    return values


# Name of the intercept in every table.
_CONSTANT = "const"


class Settings(BaseModel):
    """A group of settings: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Transform(Settings):
    """What happens to the tails of the model's continuous variables.

    Attributes
    ----------
    winsorise, trim
        Share of each tail, e.g. 0.01: pulled in to the cut, or the row left out.
    by
        ``pooled``: one pair of cuts per variable; ``time``: one per period.
    """

    winsorise: float | None = Field(default=None, gt=0, lt=0.5)
    trim: float | None = Field(default=None, gt=0, lt=0.5)
    by: Literal["pooled", "time"] = "pooled"

    @model_validator(mode="after")
    def _exactly_one(self) -> Transform:
        if (self.winsorise is None) == (self.trim is None):
            raise ValueError("give either `winsorise` or `trim`, the share of each tail")
        return self

    @field_validator("by", mode="before")
    @classmethod
    def _year_is_time(cls, value: object) -> object:
        return "time" if value == "year" else value


class ExpectedRows(Settings):
    """How many rows a model must use of a panel of one size.

    Attributes
    ----------
    rows
        Rows that the model must use.
    of
        Rows of the panel that this is about; of any other panel nothing is expected.
    """

    rows: Count
    of: Count

    @model_validator(mode="after")
    def _no_more_than_there_are(self) -> ExpectedRows:
        if self.rows > self.of:
            raise ValueError(f"a panel of {self.of} rows has no {self.rows} to use")
        return self


class ModelOptions(Settings):
    """One entry of `models:` – a printed column or figure.

    A subclass adds the settings of its method and says which of them are columns of the
    panel. A setting that takes one value but is given a list makes one model per value.

    Attributes
    ----------
    method
        Which method; the study's list of methods says which there are.
    title, title_zh
        The model in words, and the same for the Chinese report; without it, `title` stands there.
    table, column
        The printed table and column that the model reproduces; without a column, every
        column of the table.
    sample
        Name of a sample of the study; `all` is every row.
    transform
        Winsorise or trim the continuous variables.
    twin
        Whether the model is repeated on unreplaced data; by default as the study says.
    expect
        ``refused`` if the data are known not to identify the model. For qca.fuzzy, directional
        expectations by condition: ``present``, ``absent`` or ``either``.
    expect_n
        Number of rows that the model must use; with another number it is refused. Where the
        study also meets other data, ``{rows: 364, of: 420}``: only of a panel of 420 rows.
    remark
        What a reader should know about the choice of this model; stands with its notes.
    """

    takes_expectations: ClassVar[bool] = False
    complete_cases: ClassVar[bool] = True

    method: str
    title: Title | None = None
    title_zh: Title | None = None
    table: Text | None = None
    column: Text | None = None
    sample: str = "all"
    transform: Transform | None = None
    twin: bool | None = None
    expect: Literal["refused"] | dict[str, Literal["present", "absent", "either"]] | None = None
    expect_n: Count | ExpectedRows | None = None
    remark: str | None = None

    @classmethod
    def keys_not_taken(cls) -> frozenset[str]:
        """Return keys that the method shares with its like and has no use for."""
        return frozenset()

    @field_validator("expect")
    @classmethod
    def _refused_only(cls, value: object) -> object:
        if isinstance(value, dict) and not cls.takes_expectations:
            raise ValueError("the only expectation of this method is `refused`")
        return value

    @property
    def is_refusal_expected(self) -> bool:
        """Whether the study knows that the data do not identify the model."""
        return self.expect == "refused"

    def rows_expected(self, panel_rows: int) -> int | None:
        """Return how many rows the model must use of a panel of that size; None: any."""
        if isinstance(self.expect_n, ExpectedRows):
            return self.expect_n.rows if self.expect_n.of == panel_rows else None
        return self.expect_n

    @abstractmethod
    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return the panel columns that the model uses, by the part they play."""

    def groups_used(self) -> tuple[str, ...]:
        """Return the samples of the study that serve as groups of entities."""
        return ()

    def weights_used(self) -> tuple[str, ...]:
        """Return the names of the spatial weights that the model uses."""
        return ()

    @property
    def outcome_name(self) -> str | None:
        """What results call the outcome; None where the method has none."""
        return ", ".join(self.roles().get("outcome", ())) or None

    def prints(self, column_no: str) -> bool:
        """Whether a column of the printed table is this model's."""
        return self.column in (None, column_no)


class EquationOptions(ModelOptions):
    """A regression of one column on others.

    Attributes
    ----------
    outcome, regressors
        Columns of the panel.
    confidence
        Coverage of the intervals.
    """

    outcome: Column
    regressors: Annotated[Columns, AfterValidator(no_repetition)] = Field(min_length=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _outcome_apart(self) -> EquationOptions:
        if self.outcome in self.regressors:
            raise ValueError(f"`{self.outcome}` is the outcome and a regressor")
        if _CONSTANT in self.regressors:
            raise ValueError(
                f"`{_CONSTANT}` is what the intercept is called, which the method adds itself: "
                "leave it out, or give the column another name under `derive`"
            )
        return self

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return outcome and regressors."""
        return {"outcome": (self.outcome,), "regressors": self.regressors}
