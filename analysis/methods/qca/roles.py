"""Core and peripheral conditions of a configuration (Fiss 2011), and when they are undefined.

A literal of an intermediate term is core when it is also in a parsimonious term around that very
term, and peripheral otherwise. Occurring somewhere in the parsimonious solution is not enough: the
term that holds it must be around the configuration's. A configuration that some tied parsimonious
model has no term around has no defined core; where tied models that do have one disagree, the role
is disputed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.methods.qca.sets import IntArray
from analysis.methods.qca.terms import Model, Term

Role = Literal["core", "peripheral", "undefined", "disputed"]
Presence = Literal["present", "absent"]

_UNDEFINED: Final = -1


@dataclass(frozen=True, slots=True)
class ConditionRole:
    """What one condition does in one configuration.

    Attributes
    ----------
    condition
        Its name; conditions that do not matter in the configuration have no entry.
    presence
        Whether it occurs in its presence or its absence.
    role
        Core or peripheral by every tied parsimonious model; undefined where one of them has no
        term around the configuration; disputed where they disagree.
    """

    condition: str
    presence: Presence
    role: Role


@dataclass(frozen=True, slots=True)
class Configuration:
    """A term of an intermediate model with its roles.

    Attributes
    ----------
    term
        The configuration.
    roles
        One per literal, in the conditions' order.
    parents
        The parsimonious terms around it, over all parsimonious models it goes with.
    """

    term: Term
    roles: tuple[ConditionRole, ...]
    parents: Model

    @property
    def has_core(self) -> bool:
        """Whether at least one condition is core beyond dispute."""
        return any(role.role == "core" for role in self.roles)


def condition_roles(
    term: Term, parsimonious: Sequence[Model], conditions: Sequence[str]
) -> Configuration:
    """Tell core from peripheral conditions of one configuration.

    Parameters
    ----------
    term
        A term of an intermediate (or conservative) model.
    parsimonious
        The parsimonious models it goes with: one, or the tied ones.
    conditions
        Names.

    Returns
    -------
    Configuration

    Raises
    ------
    ValueError
        If no parsimonious model is given.

    References
    ----------
    Fiss (2011), *Academy of Management Journal* 54(2), 403.
    """
    every = np.arange(len(parsimonious))
    return RoleTable(parsimonious, conditions).configuration(term, every)


class RoleTable:
    """Roles of many configurations against the same tied parsimonious models.

    Parameters
    ----------
    parsimonious
        The parsimonious models, at least one.
    conditions
        Names.
    """

    def __init__(self, parsimonious: Sequence[Model], conditions: Sequence[str]) -> None:
        if not parsimonious:
            raise ValueError("core conditions are defined by a parsimonious model: give one")
        self._conditions = tuple(conditions)
        self._terms = tuple(dict.fromkeys(term for model in parsimonious for term in model))
        place = {term: position for position, term in enumerate(self._terms)}
        self._holds = np.zeros((len(self._terms), len(parsimonious)), dtype=bool)
        for j, model in enumerate(parsimonious):
            self._holds[[place[term] for term in model], j] = True
        self._core: dict[Term, tuple[IntArray, list[int]]] = {}
        self._known: dict[tuple[Term, bytes], Configuration] = {}

    def configuration(self, term: Term, models: IntArray) -> Configuration:
        """Return the roles in one configuration.

        Parameters
        ----------
        term
            The configuration.
        models
            Positions of the parsimonious models it goes with.
        """
        key = (term, models.tobytes())
        if key not in self._known:
            self._known[key] = self._found(term, models)
        return self._known[key]

    def model(self, terms: Model, models: IntArray) -> tuple[Configuration, ...]:
        """Return the roles in each configuration of a model."""
        return tuple(self.configuration(term, models) for term in terms)

    def _found(self, term: Term, models: IntArray) -> Configuration:
        core, around = self._core_of(term)
        said = core[models]
        is_undefined = bool((said == _UNDEFINED).any())
        by_all, by_some = int(np.bitwise_and.reduce(said)), int(np.bitwise_or.reduce(said))
        k = len(self._conditions)
        roles = tuple(
            ConditionRole(
                condition=self._conditions[position],
                presence="present" if is_present else "absent",
                role="undefined"
                if is_undefined
                else _role(1 << (k - 1 - position), by_all, by_some),
            )
            for position, is_present in term.literals(k)
        )
        parents = tuple(self._terms[p] for p in around if self._holds[p, models].any())
        return Configuration(term, roles, parents)

    def _core_of(self, term: Term) -> tuple[IntArray, list[int]]:
        """Conditions core to the term by each parsimonious model (-1: none is around it)."""
        if term not in self._core:
            around = [p for p, outer in enumerate(self._terms) if outer.contains(term)]
            core = np.where(self._holds[around].any(axis=0), 0, _UNDEFINED).astype(np.int64)
            for p in around:
                core[self._holds[p]] |= self._terms[p].fixed
            self._core[term] = (core, around)
        return self._core[term]


def _role(bit: int, by_all: int, by_some: int) -> Role:
    """Return the role of a literal that all, some or none of the tied models call core."""
    if by_all & bit:
        return "core"
    return "disputed" if by_some & bit else "peripheral"
