"""The multiverse: one coefficient under every combination of choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.specifications import Specified, specification_curve
from analysis.report.reader import NotAskedForError
from analysis.report.sections.effects_rows import models_of, number
from analysis.report.tables import origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

SPECIFICATION = "results.latest_specification"
_MOST_DRAWN = 320
_LEVEL = 0.05
_NUMBERS = (
    "n_specifications",
    "estimate_min",
    "estimate_median",
    "estimate_max",
    "share_positive",
    "share_p05_positive",
    "share_p05_negative",
)
_NONE = "none"


def multiverse(context: Context) -> Mapping[str, object]:
    """Return, per grid, the curve over all its samples and the shares per choice."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in context.reader.rows(
        f"select * from {SPECIFICATION} order by study_id, model_id, position"
    ):
        rows.setdefault((row["study_id"], row["model_id"]), []).append(row)
    blocks = [
        _block(study, models, rows, context.of(study))
        for study in context.studies
        for models in _grids(study, context)
        if any((study.id, model.id) in rows for model in models)
    ]
    if not blocks:
        raise NotAskedForError("effects.no_multiverse")
    return {"blocks": blocks}


def _grids(study: Study, context: Context) -> list[list[Model]]:
    """Return the models of each entry: one per sample."""
    found: dict[str, list[Model]] = {}
    for of, model in models_of(context, "multiverse."):
        if of is study:
            found.setdefault(model.id.split("[", 1)[0], []).append(model)
    return list(found.values())


def _block(
    study: Study,
    models: Sequence[Model],
    rows: Mapping[tuple[str, str], Sequence[Row]],
    context: Context,
) -> Mapping[str, object]:
    of_model = [(model, row) for model in models for row in rows.get((study.id, model.id), [])]
    known = [(model, row) for model, row in of_model if row["estimate"] is not None]
    known.sort(key=lambda pair: pair[1]["estimate"])
    # An odd step: equal estimates with several kinds of error stand side by side.
    step = max(1, -(-len(known) // _MOST_DRAWN)) | 1
    drawn = [_specified(model, row, context) for model, row in known[step // 2 :: step]]
    facts = {
        "term": context.variable(models[0].options["regressors"][0]),
        "n": numbers.integer(len(of_model)),
        "drawn": numbers.integer(len(drawn)),
        "step": step,
    }
    kinds = dict.fromkeys(row["std_error_kind"] for _, row in of_model)
    curve = specification_curve(
        drawn, _all_choices(models, kinds, context), context.text("effects.curve_label", **facts)
    )
    caption = "curve_caption" if step > 1 else "curve_caption_all"
    return {
        "study": study,
        "model": models[0],
        "facts": facts,
        "figure": curve,
        "caption": context.text(f"effects.{caption}", **facts),
        "samples": [
            {"name": _reading(model, context), "model": model, **_shares(study, model, "main")}
            for model in models
        ],
        "choices": list(_per_choice(study, models, context)),
        "notes": [model for model in models if model.facts["note"]],
    }


def _specified(model: Model, row: Row, context: Context) -> Specified:
    text = context.text
    named = [] if row["controls"] == _NONE else row["controls"].split(", ")
    controls = [context.variable(name) for name in named]
    outcome = context.variable(row["outcome"])
    kind = origin.std_error_kind(row["std_error_kind"], context)
    effects = _effects(row["effects"], context)
    printed = numbers.quantity(row["estimate"], row["std_error"])
    made = [outcome, effects, kind, _reading(model, context), " + ".join(controls) or "–"]
    return Specified(
        estimate=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        is_significant=row["p_value"] < _LEVEL,
        choices={
            text("effects.choice_outcome"): frozenset({outcome}),
            text("effects.choice_controls"): frozenset(controls),
            text("effects.choice_effects"): frozenset({effects}),
            text("effects.choice_errors"): frozenset({kind}),
            text("effects.choice_sample"): frozenset({_reading(model, context)}),
        },
        tip=f"{printed} ({numbers.p_equation(row['p_value'])}): {', '.join(made)}",
    )


def _reading(model: Model, context: Context) -> str:
    """Return what tells the models of one entry apart: sample, transform, both or neither."""
    _, bracket, rest = model.id.partition("[")
    choices = rest.rstrip("]").split("][") if bracket else [str(model.facts["sample"])]
    return ", ".join(map(context.sample, choices))


def _effects(name: str, context: Context) -> str:
    if name == _NONE:
        return context.text("effects.no_effects")
    return " + ".join(context.text.name("effect", one) for one in name.split(", "))


def _all_choices(
    models: Sequence[Model], kinds: Iterable[str], context: Context
) -> dict[str, list[str]]:
    text, options = context.text, models[0].options
    effects = [", ".join(one) or _NONE for one in options["effects"]]
    return {
        text("effects.choice_outcome"): [context.variable(one) for one in options["outcomes"]],
        text("effects.choice_controls"): [context.variable(one) for one in options["optional"]],
        text("effects.choice_effects"): [_effects(one, context) for one in effects],
        text("effects.choice_errors"): [origin.std_error_kind(kind, context) for kind in kinds],
        text("effects.choice_sample"): [_reading(model, context) for model in models],
    }


def _shares(study: Study, model: Model, of: str) -> dict[str, float | None]:
    return {name: number(study, model, name, of) for name in _NUMBERS}


def _per_choice(
    study: Study, models: Sequence[Model], context: Context
) -> Iterator[Mapping[str, object]]:
    """Yield what each single choice gives, sample by sample."""
    for model in models:
        parts = dict.fromkeys(
            row["part"] for row in study.fit.get(model.id, []) if row["part"] != "main"
        )
        for name in parts:
            kind, _, choice = name.partition(":")
            words = choice
            if kind == "effects":
                words = _effects(choice, context)
            elif kind == "errors":
                words = origin.std_error_kind(choice, context)
            elif kind in ("with", "without"):
                words = context.text(f"effects.{kind}", name=context.variable(choice))
            elif kind == "outcome":
                words = context.variable(choice)
            yield {
                "sample": _reading(model, context),
                "kind": context.text(f"effects.kind_{kind}"),
                "choice": words,
                **_shares(study, model, name),
            }
