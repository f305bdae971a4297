"""The file of printed tables: what was printed, and what the text says it is.

Figures are read as text, so that 0.0480 keeps its last digit: it stands for every number from
0.04795 to 0.04805.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from analysis.methods.audit.interval import Printed, printed
from analysis.study.options.base import Settings
from analysis.study.problems import validate
from analysis.study.yaml_file import read_yaml

WHAT = "file of printed tables"


def _figure(value: object) -> object:
    return printed(value) if isinstance(value, str) else value


Figure = Annotated[Printed, BeforeValidator(_figure)]
Place = tuple[str, str]


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
    """

    mean: Figure
    sd: Figure
    min: Figure
    max: Figure


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


class Anchors(Part):
    """A table of calibration anchors.

    Attributes
    ----------
    shares
        Quantiles that the anchors are: from full non-membership to full membership.
    named
        How the text calls the calibration.
    is_pooled
        Whether they are quantiles of the whole pooled sample, as far as the text says.
    sets
        Three anchors by set.
    """

    shares: tuple[float, float, float] = (0.05, 0.5, 0.95)
    named: Literal["direct", "indirect"] = "direct"
    is_pooled: bool = True
    sets: dict[str, tuple[Figure, Figure, Figure]] = Field(min_length=1)


class NecessityRow(Part):
    """One condition.

    Attributes
    ----------
    outcome, negation
        Consistency and coverage for the outcome, and for its negation.
    """

    outcome: tuple[Figure, Figure]
    negation: tuple[Figure, Figure]


class NecessityTable(Part):
    """A table of necessary conditions.

    Attributes
    ----------
    bar
        Consistency from which a condition counts as necessary.
    conditions
        Rows by condition, `~` before a negated one.
    claimed
        Conditions that the text calls indispensable.
    """

    bar: float = Field(default=0.9, gt=0, le=1)
    conditions: dict[str, NecessityRow] = Field(min_length=1)
    claimed: tuple[str, ...] = ()


class ConfigurationRow(Part):
    """One configuration.

    Attributes
    ----------
    core, peripheral
        Its conditions, `~` before an absent one.
    raw, unique, consistency, pri
        Coverages, consistency and PRI as printed.
    """

    core: tuple[str, ...] = ()
    peripheral: tuple[str, ...] = ()
    raw: Figure
    unique: Figure
    consistency: Figure | None = None
    pri: Figure | None = None


class Solution(Part):
    """The configurations of one outcome.

    Attributes
    ----------
    configurations
        By name.
    coverage, consistency
        Of the whole solution.
    """

    configurations: dict[str, ConfigurationRow] = Field(min_length=1)
    coverage: Figure
    consistency: Figure | None = None


class Configurations(Part):
    """A table of configurations.

    Attributes
    ----------
    solutions
        By outcome.
    """

    solutions: dict[str, Solution] = Field(min_length=1)


class PrintedTables(Part):
    """A file of printed tables; under each kind, tables by number.

    Attributes
    ----------
    title
        The paper.
    sample
        The whole sample.
    levels
        Levels of one star, two stars, three stars.
    std_errors
        The kind of standard error, as far as the paper says it.
    variables
        What is known of variables without data.
    anchors, necessity, configurations
        Tables of a set-theoretic analysis, by number.
    descriptives, regressions, instruments, moran, spatial, quantiles, thresholds
        Tables of that kind, by number.
    nested
        Pairs of models of which one contains the other.
    """

    title: str
    sample: Sample
    levels: tuple[float, ...] = (0.10, 0.05, 0.01)
    std_errors: str | None = None
    variables: dict[str, Variable] = Field(default_factory=dict)
    anchors: dict[str, Anchors] = Field(default_factory=dict)
    necessity: dict[str, NecessityTable] = Field(default_factory=dict)
    configurations: dict[str, Configurations] = Field(default_factory=dict)
    descriptives: dict[str, Descriptives] = Field(default_factory=dict)
    regressions: dict[str, Regressions] = Field(default_factory=dict)
    nested: tuple[Nested, ...] = ()
    instruments: dict[str, Instrument] = Field(default_factory=dict)
    moran: dict[str, Moran] = Field(default_factory=dict)
    spatial: dict[str, Spatial] = Field(default_factory=dict)
    quantiles: dict[str, Quantiles] = Field(default_factory=dict)
    thresholds: dict[str, Thresholds] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _places_exist(self) -> PrintedTables:
        for what, (table, column) in self._places():
            known = self.regressions
            if table not in known or column not in known[table].columns:
                raise ValueError(
                    f"{what} names column {column} of table {table}, which is not here"
                )
        return self

    def _places(self) -> list[tuple[str, Place]]:
        found: list[tuple[str, Place | None]] = []
        for number, table in self.regressions.items():
            found += [(f"`groups_of` of table {number}", table.groups_of)]
            found += [(f"`compare` of table {number}", table.compare)]
        for pair in self.nested:
            found += [("`nested`", pair.smaller), ("`nested`", pair.larger)]
        for number, iv in self.instruments.items():
            found.append((f"`compare` of table {number}", iv.compare))
        for number, spatial in self.spatial.items():
            found.append((f"`compare` of table {number}", spatial.compare))
        for number, thresholds in self.thresholds.items():
            found += [(f"`linear` of table {number}", place) for place in thresholds.linear]
            found.append((f"`regimes` of table {number}", thresholds.regimes))
        return [(what, place) for what, place in found if place is not None]

    def column(self, place: Place) -> Column:
        """Return a column of a table of regressions."""
        return self.regressions[place[0]].columns[place[1]]

    def described(self, name: str) -> DescribedRow | None:
        """Return the printed moments of a variable."""
        for table in self.descriptives.values():
            if name in table.variables:
                return table.variables[name]
        return None


def load_tables(path: Path) -> tuple[PrintedTables, bytes]:
    """Read a file of printed tables; return it with its bytes.

    Raises
    ------
    InputError
        If it cannot be read, is no YAML, holds an unknown key or a figure that is no number,
        or refers to a column that it does not hold.
    """
    file = read_yaml(path, WHAT, as_text=True)
    values: dict[str, Any] = file.values
    return validate(PrintedTables, values, file), file.content
