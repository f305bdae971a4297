"""What made a number, in one line: entry, error, interval, sample, data, run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.tables.percent import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model

SEPARATOR = " · "
# Parts that are named by samples, as the places of a sentence are.
_OF_PARTS = dict.fromkeys(("group", "interaction", "difference"), "groups")


def of_estimate(model: Model, row: Row, context: Context) -> str:
    """Return where an estimate comes from."""
    text = context.text
    parts = [f"{model.id}: {row['term']} = {numbers.exact(row['estimate'])}"]
    if row["std_error"] is not None:
        parts.append(
            text(
                "origin.std_error",
                value=numbers.exact(row["std_error"]),
                kind=std_error_kind(row["std_error_kind"], context),
            )
        )
    if row["p_value"] is not None:
        parts.append(numbers.p_equation(row["p_value"]))
    if row["ci_low"] is not None and row["ci_high"] is not None:
        low, high = numbers.quantity(row["ci_low"]), numbers.quantity(row["ci_high"])
        parts.append(text("origin.interval", level=confidence(model), low=low, high=high))
    return SEPARATOR.join([*parts, *_of_model(model, context)])


def of_statistic(model: Model, row: Row, context: Context) -> str:
    """Return where a fit statistic comes from."""
    parts = [f"{model.id}: {row['name']} = {numbers.exact(row['value'])}"]
    return SEPARATOR.join([*parts, *_of_model(model, context)])


def of_threshold(model: Model, row: Row, context: Context) -> str:
    """Return where an estimated threshold comes from."""
    parts = [f"{model.id}: {numbers.exact(row['threshold'])}"]
    return SEPARATOR.join([*parts, *_of_model(model, context)])


def of_published(row: Row, context: Context) -> str:
    """Return where a published figure was printed."""
    column = row.get("printed_column") or row["column_no"] or "–"
    return context.text("origin.published", table=row["table_no"], column=column)


def std_error_kind(kind: str, context: Context) -> str:
    """Return a kind of standard error in words: its clusters, then its unusual settings."""
    text = context.text
    head, closing, tail = kind.partition(")")
    if not closing:
        head, _, tail = kind.partition(", ")
    base, _, by = head.partition("(")
    words = text.name("std_error_kind", base)
    if by:
        units = [text.name("effect", unit.strip()) for unit in by.split(",")]
        words = text("origin.by", kind=words, by=" + ".join(units))
    settings = [part for part in tail.split(", ") if part]
    return ", ".join([words, *(_setting(part, context) for part in settings)])


def part(name: str, context: Context) -> str:
    """Return a part of a model in words: an equation, a quantile, a group, a row left out."""
    kind, _, what = name.partition(":")
    if what and context.text.knows(key := f"names.part_of.{kind}"):
        return context.text(key, what=context.word(what, _OF_PARTS.get(kind, "")))
    named = context.text.name("part", name)
    if named == name:
        named = context.text.name("effect", name)
    return label_of(context.variable(named))


def sample(model: Model, context: Context) -> str:
    """Return a model's sample, and what was done to the tails of its variables."""
    name = context.of(model).sample(str(model.facts["sample"]))
    tails = model.options.get("transform") or {}
    for kind in ("winsorise", "trim"):
        if tails.get(kind) is not None:
            by = "_by_period" if tails.get("by") == "time" else ""
            share = f"{100 * float(tails[kind]):g}%"
            return context.text(f"models.sample_{kind}{by}", sample=name, share=share)
    return name


def _setting(words: str, context: Context) -> str:
    if words.startswith("lag "):
        return context.text("origin.lag", lag=words.removeprefix("lag "))
    return context.text.name("std_error_kind", words)


def confidence(model: Model) -> str:
    """Return the coverage of a model's intervals."""
    return numbers.percent(float(model.options.get("confidence", 0.95)), 0)


def _of_model(model: Model, context: Context) -> Iterator[str]:
    facts = model.facts
    yield context.text(
        "origin.sample",
        sample=context.of(model).sample(facts["sample"]),
        rows=numbers.integer(facts["n_used"]),
    )
    share = context.unobserved_share(model)
    if share is not None:
        yield context.text("origin.unobserved", share=numbers.percent(share))
    yield context.text("origin.run", run=facts["run_id"])
    if facts["is_synthetic"]:
        yield context.text("synthetic.mark")
