"""What an adapter is given beside its data, and what it gives back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from analysis.pipeline.design import Design
    from analysis.pipeline.panel import Panel
    from analysis.pipeline.weights import WeightsTable
    from analysis.results.records import Record
    from analysis.study.options.base import ModelOptions


def _say_nothing(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a model may need beside its own design.

    Attributes
    ----------
    model_id
        The model.
    seed
        Its own seed, derived from the run's: neither the order of the models nor the number
        of processes changes it.
    panel, weights
        For methods that make designs of their own (`design.build_design`).
    jobs
        Processes that the model may use of its own (`parallel.spread`); its rows are the same.
    tell
        Called with a sentence when a long model is a step further.
    """

    model_id: str
    seed: int
    panel: Panel
    weights: Mapping[str, WeightsTable]
    jobs: int = 1
    tell: Callable[[str], None] = _say_nothing

    def generator(self) -> np.random.Generator:
        """Return a generator of random numbers that starts at the model's seed."""
        return np.random.default_rng(self.seed)


@dataclass(frozen=True, slots=True)
class Ours:
    """Our number beside a published one.

    Attributes
    ----------
    value
        The number; None where ours has none, the reason in `name`.
    name
        Which of our numbers it is, where several go by the published name.
    """

    value: float | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """What a model yields.

    Attributes
    ----------
    rows
        Rows of result tables, in the order in which they are read.
    comparable
        Our counterpart of published figures, by (term, quantity) or, for models that span
        several columns, by (column_no, term, quantity). Coefficients, their standard errors
        and stars, and fit statistics of the same name are found without it.
    note
        What a reader must know about the computation, in words.
    """

    rows: tuple[Record, ...]
    comparable: Mapping[tuple[str, ...], Ours] = field(default_factory=dict)
    note: str | None = None


class Adapter(Protocol):
    """A module under `adapters`: it calls a family of methods."""

    def run(self, design: Design, options: ModelOptions, context: Context) -> Records:
        """Run one model.

        Raises
        ------
        NotIdentified
            If the data do not identify it.
        """


def model_seed(run_seed: int, model_id: str) -> int:
    """Return the seed of one model, a whole number below 2**63.

    Examples
    --------
    >>> model_seed(1, "baseline") == model_seed(1, "baseline")
    True
    >>> model_seed(1, "baseline") == model_seed(2, "baseline")
    False
    """
    digest = hashlib.sha256(f"{run_seed}:{model_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
