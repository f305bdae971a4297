"""The parts of a file of printed tables: one class for each kind of table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from analysis.methods.audit.interval import Printed, printed
from analysis.study.options.base import Settings

Place = tuple[str, str]


def _figure(value: object) -> object:
    return printed(value) if isinstance(value, str) else value


Figure = Annotated[Printed, BeforeValidator(_figure)]


class Part(Settings):
    """A part of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Sample(Part):
    """The whole sample, a balanced panel.

    Attributes
    ----------
    entities, periods
        How many there are of each.
    """

    entities: int = Field(gt=1)
    periods: int = Field(gt=0)

    @property
    def rows(self) -> int:
        """Entities times periods."""
        return self.entities * self.periods


class Variable(Part):
    """What is known of a variable without data.

    Attributes
    ----------
    low, high
        Bounds by its definition, such as 0 and 1 of a share.
    reading
        What else it can be where a printed figure lies beyond.
    is_constant
        Whether it is the same in every period.
    """

    low: float = float("-inf")
    high: float = float("inf")
    reading: str = "another definition or unit"
    is_constant: bool = False


class DescribedRow(Part):
    """Moments of one variable.

    Attributes
    ----------
    mean, sd, min, max
        As printed.
    n
        Values, where not all variables have the same number.
    """

    mean: Figure
    sd: Figure
    min: Figure
    max: Figure
    n: int | None = Field(default=None, gt=1)


class Descriptives(Part):
    """A descriptive table.

    Attributes
    ----------
    n
        Rows.
    variables
        Moments by variable.
    wholes
        Pairs of variables that are shares of one whole.
    """

    n: int = Field(gt=1)
    variables: dict[str, DescribedRow]
    wholes: tuple[tuple[str, str], ...] = ()

    @model_validator(mode="after")
    def _wholes_are_there(self) -> Descriptives:
        for pair in self.wholes:
            for name in pair:
                if name not in self.variables:
                    raise ValueError(f"`{name}` of `wholes` is no variable of the table")
        return self


class Term(Part):
    """A printed coefficient.

    Attributes
    ----------
    estimate, std_error
        As printed.
    stars
        How many.
    """

    estimate: Figure
    std_error: Figure | None = None
    stars: int | None = Field(default=None, ge=0, le=3)


class SubSample(Part):
    """The rows that a column says it has.

    Attributes
    ----------
    entities, periods
        Where they are fewer than in the whole sample.
    winsorised
        Whether values were moved to a cut, which drops no row.
    """

    entities: int | None = Field(default=None, gt=0)
    periods: int | None = Field(default=None, gt=0)
    winsorised: bool = False


class Column(Part):
    """One column of a table of regressions.

    Attributes
    ----------
    terms
        Printed coefficients; `const` is the constant.
    also
        Regressors that are in the model and not printed.
    effects
        Effects that the table says are in: entity, time.
    r2, n
        As printed.
    sample
        Where it is not the whole sample.
    """

    terms: dict[str, Term] = Field(min_length=1)
    also: tuple[str, ...] = ()
    effects: tuple[Literal["entity", "time"], ...] = ()
    r2: Figure | None = None
    n: int | None = Field(default=None, gt=0)
    sample: SubSample | None = None


class Regressions(Part):
    """A table of regressions.

    Attributes
    ----------
    outcome
        The variable explained.
    columns
        Columns by number or name.
    groups_of
        Table and column of the model on all entities, where the columns are its groups.
    compare
        Table and column of the model whose first slope these columns repeat.
    """

    outcome: str
    columns: dict[str, Column] = Field(min_length=1)
    groups_of: Place | None = None
    compare: Place | None = None


class Nested(Part):
    """Two models of which the larger contains the smaller.

    Attributes
    ----------
    smaller, larger
        Table and column of each.
    same
        What the two share, as the tables say: `with year effects in both`.
    reading
        What makes the figures possible where the larger fits worse.
    """

    smaller: Place
    larger: Place
    same: str = "the same effects"
    reading: str = "the two do not share what the tables say, or R² of different kinds"


class Stage(Part):
    """First stage of one instrument.

    Attributes
    ----------
    estimate, std_error, stars
        Coefficient of the instrument.
    f, lm, cragg_donald
        First-stage F, Anderson's LM, Cragg-Donald F.
    """

    estimate: Figure
    std_error: Figure
    stars: int | None = None
    f: Figure | None = None
    lm: Figure | None = None
    cragg_donald: Figure | None = None


class Instrument(Part):
    """A table of two-stage least squares with one endogenous regressor and one instrument.

    Attributes
    ----------
    outcome, endogenous, instrument
        Variables.
    effects
        Effects that the table says are in: entity, time.
    controls
        Number of the other regressors.
    n
        Rows.
    first, second
        First stage, and the coefficient of the endogenous regressor.
    compare
        Table and column of the model without instrument.
    """

    outcome: str
    endogenous: str
    instrument: str
    effects: tuple[Literal["entity", "time"], ...] = ()
    controls: int = Field(ge=0)
    n: int = Field(gt=0)
    first: Stage
    second: Term
    compare: Place | None = None


class MoranPeriod(Part):
    """Moran's I of one period.

    Attributes
    ----------
    i, z, p
        As printed.
    """

    i: Figure
    z: Figure
    p: Figure


class Moran(Part):
    """A table of Moran's I.

    Attributes
    ----------
    regions
        How many.
    periods
        Rows by period.
    claim
        A level that the text says every period passes.
    normal_sd
        Standard deviation under normality, where the weights are known.
    """

    regions: int = Field(gt=2)
    periods: dict[str, MoranPeriod] = Field(min_length=1)
    claim: float | None = Field(default=None, gt=0, lt=1)
    normal_sd: Figure | None = None


class Spatial(Part):
    """A table of a spatial Durbin model.

    Attributes
    ----------
    variable
        The regressor.
    own, lag, rho
        Its slope, that of its spatial lag, and the spatial autoregressive coefficient.
    r2
        As printed.
    has_effects
        Whether direct, indirect and total effects are printed.
    compare
        Table and column of the model without spatial terms.
    """

    variable: str
    own: Term
    lag: Term
    rho: Term
    r2: Figure | None = None
    has_effects: bool = False
    compare: Place | None = None


class Quantile(Part):
    """One quantile.

    Attributes
    ----------
    slope
        Its coefficient.
    pseudo_r2
        As printed.
    """

    slope: Term
    pseudo_r2: Figure | None = None


class Quantiles(Part):
    """A table of quantile regressions.

    Attributes
    ----------
    quantiles
        By quantile, rising.
    f, p, df
        The test of equal slopes.
    said_to_rise
        Whether the text says that slopes rise.
    """

    quantiles: dict[str, Quantile] = Field(min_length=1)
    f: Figure | None = None
    p: Figure | None = None
    df: tuple[int, int] | None = None
    said_to_rise: bool = False


class ThresholdTest(Part):
    """One row of a table of threshold tests.

    Attributes
    ----------
    f, rss, mse, p
        Test, sum of squares, mean squared error, bootstrap p.
    threshold, ci_low, ci_high
        The threshold with its interval.
    """

    f: Figure
    rss: Figure | None = None
    mse: Figure | None = None
    p: Figure | None = None
    threshold: Figure | None = None
    ci_low: Figure | None = None
    ci_high: Figure | None = None


class Thresholds(Part):
    """A table of threshold tests.

    Attributes
    ----------
    variable
        The threshold variable.
    single, double
        Rows of the table.
    linear
        Tables and columns of models without the threshold that are printed.
    regimes
        Table and column of the model with one threshold.
    slopes
        Its terms below and above the threshold.
    """

    variable: str
    single: ThresholdTest
    double: ThresholdTest | None = None
    linear: tuple[Place, ...] = ()
    regimes: Place | None = None
    slopes: tuple[str, str] | None = None
