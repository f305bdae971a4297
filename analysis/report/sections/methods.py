"""What was done, in words: one paragraph per printed table, from the entries of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.report import numbers
from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.tables import origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.studies import Model, Study

# Settings whose values have names, and what kind of names.
_IN_WORDS = {"effects": "effect", "bias": "incidental", "loss": "loss"}
# Lists that are spelt out once: the columns behind the first name.
Said = set[tuple[str, ...]]
_LONG = 4
# Settings that a sentence names, in its order; each has a message `methods.with_<setting>`.
_NAMED = (
    "variables",
    "variable",
    "residuals",
    "regressors",
    "optional",
    "endogenous",
    "instruments",
    "threshold_variable",
    "regime_dependent",
    "conditions",
    "quantiles",
    "thresholds",
    "weights",
    "effects",
    "random",
    "dynamic",
    "bias",
    "loss",
    "transform",
    "bootstrap",
    "permutations",
    "draws",
)


def paragraphs(context: Context) -> Mapping[str, object]:
    """Return, per study, what its panel is and what each of its tables was made with."""
    if not context.studies:
        raise NothingToShowError("missing.no_run")
    return {"studies": [_study(study, context.of(study)) for study in context.studies]}


def _study(study: Study, context: Context) -> Mapping[str, object]:
    tables: dict[str, list[Model]] = {}
    for model in study.originals():
        tables.setdefault(model.table_no or "", []).append(model)
    numbered = sorted(filter(None, tables), key=lambda number: (len(number), number))
    order = [*numbered, *([""] if "" in tables else [])]
    originals = study.originals()
    said: Said = set()
    return {
        "study": study,
        "n_models": len(originals),
        "n_twins": len(study.models) - len(originals),
        "n_refused": sum(model.is_refused for model in originals),
        "tables": [
            {
                "number": number,
                "sentences": list(_sentences(study, tables[number], context, said)),
            }
            for number in order
        ],
    }


def _sentences(
    study: Study, models: Sequence[Model], context: Context, said: Said
) -> Iterator[Mapping[str, object]]:
    """Yield one sentence for all neighbouring entries that differ only in their column.

    A long list of columns is spelt out where it comes first.
    """
    alike: dict[str, list[Model]] = {}
    for model in models:
        alike.setdefault(_sentence(study, model, context, set()), []).append(model)
    for of in alike.values():
        yield {"models": of, "text": _sentence(study, of[0], context, said)}


def _sentence(study: Study, model: Model, context: Context, said: Said) -> str:
    """Return what was done to make a model, from its settings; add its long lists to `said`."""
    text = context.text
    parts = [text.name("method", model.method)]
    if outcome := context.outcome(model):
        parts.append(text("methods.of", outcome=outcome))
    for setting in _NAMED:
        value = model.options.get(setting)
        words = _repeated(value, context, said) or _words(value, setting, context)
        if words:
            parts.append(text(f"methods.with_{setting}", what=words))
    if errors := _errors(study, model, context):
        parts.append(text("methods.errors", kind=errors))
    if model.facts["sample"] != "all":
        parts.append(text("methods.sample", sample=context.sample(model.facts["sample"])))
    return text("methods.join").join(parts)


def _errors(study: Study, model: Model, context: Context) -> str:
    """Return the headline's kind of standard error; of a grid, all that it crosses."""
    kinds = [row["std_error_kind"] for row in study.headline(model.id)][:1]
    if not kinds and model.method.startswith("multiverse."):
        kinds = [
            f"{one['kind']}({', '.join(one['by'])})" if one["kind"] == "cluster" else one["kind"]
            for one in model.options["covariance"]
        ]
    said = [origin.std_error_kind(kind, context) for kind in kinds if kind != "none"]
    return " | ".join(said)


def _repeated(value: object, context: Context, said: Said) -> str:
    """Return a long list whose end was spelt out before by its first name; else nothing."""
    if not isinstance(value, list) or len(value) < _LONG or not _are_names(value):
        return ""
    rest = tuple(value[1:])
    if rest not in said:
        said.update((rest, tuple(value)))
        return ""
    first = context.variable(value[0])
    return context.text("methods.first_and_same", first=first, n=len(rest))


def _are_names(value: list[object]) -> bool:
    return all(isinstance(name, str) for name in value)


def _words(value: object, setting: str, context: Context) -> str:
    """Return the value of a setting as a sentence names it; empty for none."""
    if value in (None, [], {}, ()):
        return ""
    if isinstance(value, bool):
        return context.text("models.yes") if value else ""
    if isinstance(value, dict):
        return _group(value, setting, context)
    if isinstance(value, int):
        return numbers.integer(value)
    named = value if isinstance(value, list) else [value]
    if any(isinstance(one, list) for one in named):  # one of several choices each
        none = context.text("effects.no_effects")
        return " | ".join(_words(one, setting, context) or none for one in named)
    return ", ".join(_word(one, setting, context) for one in named)


def _word(value: object, setting: str, context: Context) -> str:
    """Return one value: a number, a name that the page has words for, or itself."""
    if isinstance(value, float):
        return f"{value:g}"
    if setting in _IN_WORDS:
        return context.text.name(_IN_WORDS[setting], str(value))
    return context.weights(str(value)) if setting == "weights" else context.variable(str(value))


def _group(value: Mapping[str, Any], setting: str, context: Context) -> str:
    """Return a setting of several parts in words; empty for one that no sentence names."""
    text = context.text
    if setting == "residuals":
        on = ", ".join(map(context.variable, value["regressors"]))
        return text("methods.residuals_of", outcome=context.variable(value["outcome"]), what=on)
    if setting != "transform":
        return ""
    pulled_in = value["winsorise"] is not None
    share = numbers.percent(value["winsorise"] if pulled_in else value["trim"], 0)
    words = text("methods.pulled_in" if pulled_in else "methods.left_out", share=share)
    return text("methods.by_period", what=words) if value["by"] == "time" else words


SECTION = Section(
    id="methods",
    source="results",
    pieces=(Piece("paragraphs", ("results.latest_model",), paragraphs),),
)
