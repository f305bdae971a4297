"""Samples of the study as groups of entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.methods.errors import NotIdentified

if TYPE_CHECKING:
    from analysis.pipeline.design import Design
    from analysis.pipeline.panel import Panel


def groups_of_rows(design: Design, panel: Panel, samples: Sequence[str]) -> NDArray[np.int64]:
    """Return which of the samples each row's entity belongs to, -1 for none.

    Parameters
    ----------
    design
        The rows.
    panel
        The panel on which the samples are defined.
    samples
        Names of samples.

    Raises
    ------
    NotIdentified
        If a sample holds an entity in some periods only, or two samples share an entity.
    """
    position = {label: i for i, label in enumerate(panel.entities)}
    own = np.full(len(panel.entities), -1, dtype=np.int64)
    for number, name in enumerate(samples):
        inside = np.zeros(len(panel.entities), dtype=np.bool_)
        inside[panel.entity_index[panel.samples[name]]] = True
        whole = np.ones(len(panel.entities), dtype=np.bool_)
        whole[panel.entity_index[~panel.samples[name]]] = False
        _refuse(panel, inside & ~whole, f"The sample `{name}` holds only some periods of", "make")
        _refuse(panel, inside & (own >= 0), f"The sample `{name}` shares entities:", "keep")
        own[inside] = number
    of_entity = own[[position[label] for label in design.entities]]
    return np.asarray(of_entity[design.entity_index])


def _refuse(panel: Panel, wrong: NDArray[np.bool_], what: str, verb: str) -> None:
    if wrong.any():
        named = [panel.entity_names[i] for i in np.flatnonzero(wrong).tolist()]
        more = f" and {len(named) - 4} more" if len(named) > 4 else ""
        advice = "of whole entities" if verb == "make" else "apart"
        raise NotIdentified(
            f"{what} {', '.join(named[:4])}{more}.",
            f"{verb.capitalize()} the samples that serve as groups {advice}.",
        )
