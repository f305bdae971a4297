"""What was done, in words: one paragraph per printed table, from the entries of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.report import numbers
from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.tables import origin
from analysis.report.tables.used import used_settings
from analysis.study.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.studies import Model, Study

# Settings whose values have names, and what kind of names.
_IN_WORDS = {
    "effects": "effect",
    "bias": "incidental",
    "effects_bias": "leading_bias",
    "bias_random": "leading_bias",
    "loss": "loss",
    "jackknife": "effect",
    "resample": "effect",
    "tests": "test_choice",
}
# Settings whose values are columns alone: no choice is meant by a column called `wild`.
_COLUMNS = frozenset(
    (
        *("variables", "variable", "regressors", "optional", "endogenous", "instruments"),
        *("threshold_variable", "regime_dependent", "conditions", "weights", "lagged", "term"),
        *("equality", "groups"),
    )
)
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
# Settings that are said elsewhere, or that change nothing about how a number was made.
ELSEWHERE = frozenset(
    (
        *("method", "outcome", "outcomes", "title", "title_zh", "table", "column", "sample"),
        *("twin", "expect_n", "remark", "covariance", "published_r2", "printed", "label"),
        "compare",
    )
)
_FILTERED = ("spatial.sem", "spatial.sdem", "spatial.sac")


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
    options = used_settings(model)
    usual = _defaults(model)
    others = [name for name in usual if name not in (*_NAMED, *ELSEWHERE)]
    for setting in (*_NAMED, *others):
        value = options.get(setting)
        if setting not in _NAMED and value == usual[setting]:
            continue
        form = _form(setting, options, model)
        repeated = _repeated(value, context, said) if setting in _COLUMNS else ""
        words = repeated or _words(value, form, context)
        if not words and setting in options and value != usual.get(setting, value):
            words = text("methods.nothing")
        if words:
            parts.append(text(f"methods.with_{form}", what=words))
    if errors := _errors(study, model, context):
        parts.append(text("methods.errors", kind=errors))
    if model.facts["sample"] != "all":
        parts.append(text("methods.sample", sample=context.sample(model.facts["sample"])))
    return text("methods.join").join(parts)


def _defaults(model: Model) -> Mapping[str, object]:
    """Return what a study need not say of a method; nothing of a method of another version."""
    method = METHODS.get(model.method)
    if method is None:
        return {}
    required = dict.fromkeys(method.options_class().model_fields)
    return {**required, **method.defaults()}


def _form(setting: str, options: Mapping[str, Any], model: Model) -> str:
    """Return under which name a setting is said, where that hangs on others."""
    if setting == "bias" and options.get("random"):
        return "bias_random"
    if setting == "random" and model.method in _FILTERED:
        return "random_filtered"
    return setting


def _errors(study: Study, model: Model, context: Context) -> str:
    """Return the headline's kind of standard error, and those beside it; of a grid, all."""
    named = [_kind(one) for one in model.options.get("covariance") or ()]
    kinds = [row["std_error_kind"] for row in study.headline(model.id)][:1] or named[:1]
    beside = [kind for kind in named if kind not in kinds]
    if model.method.startswith("multiverse."):
        kinds, beside = named, []
    said = [origin.std_error_kind(kind, context) for kind in kinds if kind != "none"]
    words = " | ".join(said)
    if said and beside:
        others = " | ".join(origin.std_error_kind(kind, context) for kind in beside)
        return context.text("methods.errors_beside", kind=words, others=others)
    return words


def _kind(option: Mapping[str, Any]) -> str:
    """Return a kind of standard error of the study file as results name it."""
    kind = str(option["kind"])
    parts = [f"{kind}({', '.join(option['by'])})" if kind in ("cluster", "cr3") else kind]
    if option.get("lag") is not None:
        parts.append(f"lag {option['lag']}")
    if option.get("cutoff_km") is not None:
        parts.append(f"{option['cutoff_km']:g} km")
    unusual = {"rule": "newey_west_1994", "small_sample": "stata", "bandwidth": "hall_sheather"}
    parts += [option[name] for name in unusual if option.get(name, unusual[name]) != unusual[name]]
    return ", ".join(parts)


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
        return numbers.integer(value) if setting != "cases" else str(value)
    named = value if isinstance(value, list) else [value]
    if any(isinstance(one, list) for one in named):  # one of several choices each
        none = context.text("effects.no_effects")
        return " | ".join(_words(one, setting, context) or none for one in named)
    return ", ".join(_word(one, setting, context) for one in named)


def _word(value: object, setting: str, context: Context) -> str:
    """Return one value: a number, a name that the page has words for, or itself."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return _parts(value, context)
    text, name = context.text, str(value)
    if setting in _IN_WORDS:
        return text.name(_IN_WORDS[setting], name)
    for key in (f"names.choice.{setting}_{name}", f"names.choice.{name}"):
        if setting not in _COLUMNS and text.knows(key):
            return text(key)
    if setting == "groups":
        return context.sample(name)
    return context.weights(str(value)) if setting == "weights" else context.variable(str(value))


def _group(value: Mapping[str, Any], setting: str, context: Context) -> str:
    """Return a setting of several parts in words; empty for one that no sentence names."""
    text = context.text
    if setting == "residuals":
        on = ", ".join(map(context.variable, value["regressors"]))
        words = text("methods.residuals_of", outcome=context.variable(value["outcome"]), what=on)
        effects = _words(value.get("effects"), "effects", context) or text("methods.nothing")
        return f"{words}, {text('methods.with_effects', what=effects)}"
    if setting != "transform":
        return _parts(value, context)
    pulled_in = value["winsorise"] is not None
    share = numbers.percent(value["winsorise"] if pulled_in else value["trim"], 0)
    words = text("methods.pulled_in" if pulled_in else "methods.left_out", share=share)
    return text("methods.by_period", what=words) if value["by"] == "time" else words


def _parts(value: Mapping[str, Any], context: Context) -> str:
    """Return settings within a setting, each with its value."""
    text = context.text
    said = [
        (
            name,
            f"({_parts(one, context)})"
            if isinstance(one, dict)
            else _words(one, f"part_{name}", context),
        )
        for name, one in value.items()
    ]
    words = [
        text("methods.part", name=text.name("part_of_setting", context.variable(name)), what=what)
        for name, what in said
        if what and what != "()"
    ]
    return ", ".join(words)


SECTION = Section(
    id="methods",
    source="results",
    pieces=(Piece("paragraphs", ("results.latest_model",), paragraphs),),
)
