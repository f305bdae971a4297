"""What a reader of a threshold model must know: small regimes, open and broken sets."""

from __future__ import annotations

from analysis.methods.threshold.results import RegimeCensus, ThresholdEstimate

_NAMED = 5
_SMALL = 0.05


def census_notes(who: RegimeCensus) -> list[str]:
    """Name regimes that hold few entities or few of the rows."""
    notes = []
    total = int(who.n_rows.sum())
    for k, (n_rows, n_entities) in enumerate(
        zip(who.n_rows.tolist(), who.n_entities.tolist(), strict=True), start=1
    ):
        if n_entities > _NAMED and n_rows >= _SMALL * total:
            continue
        note = f"regime {k} holds {n_rows} rows ({n_rows / total:.1%}) of {n_entities} entities"
        if n_entities <= _NAMED:
            here = who.entity_labels[who.rows[:, k - 1] > 0]
            note += f": {', '.join(str(label) for label in here)}"
        notes.append(note)
    return notes


def interval_notes(estimate: ThresholdEstimate) -> list[str]:
    """Say where a confidence set is open, and where it has gaps."""
    ends = [
        end
        for end, reached in (("low", estimate.reaches_low), ("high", estimate.reaches_high))
        if reached
    ]
    notes = []
    if ends:
        notes.append(
            f"the confidence set of {estimate.value:.6g} reaches the {' and '.join(ends)} end of "
            "the candidates: it is open there"
        )
    if estimate.n_pieces > 1:
        notes.append(
            f"the confidence set of {estimate.value:.6g} has {estimate.n_pieces} pieces; its "
            "bounds span them"
        )
    return notes
