"""Reading a study file: every mistake that needs no data is found here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_origin

from analysis.study.methods import METHODS
from analysis.study.model import Entry, Study, StudyFile
from analysis.study.names import nearest, suggestion
from analysis.study.options.base import ModelOptions
from analysis.study.problems import unknown, validate
from analysis.study.yaml_file import YamlFile, read_yaml
from warehouse.errors import InputError

UNREPLACED = "[unreplaced]"
_MODEL_NAME = re.compile(r"[^\s,\[\]]+")


def load_study(path: Path) -> Study:
    """Read and check a study file.

    Raises
    ------
    InputError
        If the file cannot be read, or a key, method, sample or weights id is unknown; the
        message names the line and the nearest valid spelling.
    """
    file = read_yaml(path)
    settings = validate(StudyFile, file.values, file)
    samples = {"all": "true"} | settings.samples
    entries = tuple(
        entry
        for model_id, values in settings.models.items()
        for entry in _entries(file, model_id, values, settings.twin)
    )
    _check_references(file, entries, settings, samples)
    return Study(
        study_id=settings.id or path.stem,
        path=path,
        sha256=hashlib.sha256(file.content).hexdigest(),
        title=settings.title,
        title_zh=settings.title_zh,
        panel=settings.panel,
        weights=settings.weights,
        derive=settings.derive,
        words=settings.words,
        samples=samples,
        entries=entries,
        lines=file.lines,
        audit=path.parent / settings.audit if settings.audit else None,
    )


def select(entries: tuple[Entry, ...], only: list[str]) -> tuple[Entry, ...]:
    """Return the entries that `only` names, in the order of the file.

    The name of a study entry selects all that was made of it, expanded settings and twin
    included; a full name such as ``durbin[none]`` selects that model alone.

    Raises
    ------
    InputError
        If a name selects nothing; the message names the nearest one.
    """
    known = {entry.base_id for entry in entries} | {entry.model_id for entry in entries}
    for name in only:
        if name not in known:
            raise InputError(
                f"The study has no model `{name}`.", next_step=suggestion(name, sorted(known))
            )
    wanted = set(only)
    return tuple(e for e in entries if e.base_id in wanted or e.model_id in wanted)


def _entries(
    file: YamlFile, model_id: str, values: dict[str, Any], twin_by_default: bool
) -> Iterator[Entry]:
    at = ("models", model_id)
    where = file.where(at)
    if not _MODEL_NAME.fullmatch(model_id):
        raise InputError(
            f"`{model_id}` cannot be the name of a model.",
            where=where,
            expected="no spaces, commas or brackets",
        )
    options_class = _options_class(file, model_id, values)
    for suffix, expanded in _expand(options_class, values):
        options = validate(options_class, expanded, file, at)
        entry = Entry(model_id + suffix, model_id, options, None, where)
        yield entry
        has_twin = options.twin
        if has_twin is None:
            has_twin = twin_by_default and options.table is not None
        if has_twin:
            yield Entry(entry.model_id + UNREPLACED, model_id, options, entry.model_id, where)


def _options_class(file: YamlFile, model_id: str, values: dict[str, Any]) -> type[ModelOptions]:
    name = values.get("method")
    if name is None:
        raise InputError(
            f"The model `{model_id}` names no method.",
            where=file.where(("models", model_id)),
            next_step=f"add `method:`, one of {', '.join(sorted(METHODS))}",
        )
    if name not in METHODS:
        near = nearest(name, METHODS)
        raise InputError(
            f"Unknown method `{name}`.",
            where=file.where(("models", model_id, "method")),
            expected=", ".join(sorted(METHODS)),
            next_step=f"did you mean `{near}`?" if near else "name one of the methods there are",
        )
    return METHODS[name].options_class()


def _expand(
    options_class: type[ModelOptions], values: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one set of settings per combination of lists given for single values."""
    listed = [
        key
        for key, value in values.items()
        if isinstance(value, list) and value and not _takes_list(options_class, key)
    ]
    for chosen in product(*(values[key] for key in listed)):
        suffix = "".join(f"[{_label(value)}]" for value in chosen)
        yield suffix, values | dict(zip(listed, chosen, strict=True))


def _takes_list(options_class: type[ModelOptions], key: str) -> bool:
    field = options_class.model_fields.get(key)
    return field is None or _is_sequence(field.annotation)


def _is_sequence(annotation: object) -> bool:
    if get_origin(annotation) in (tuple, list):
        return True
    return any(_is_sequence(inner) for inner in get_args(annotation))


def _label(value: object) -> str:
    if isinstance(value, dict):
        return ";".join(f"{key}={_label(inner)}" for key, inner in value.items())
    return "none" if value is None else str(value).replace(",", ";")


def _check_references(
    file: YamlFile, entries: tuple[Entry, ...], settings: StudyFile, samples: dict[str, str]
) -> None:
    for entry in entries:
        at = ("models", entry.base_id)
        if entry.options.sample not in samples:
            where = file.where((*at, "sample"))
            raise unknown("sample", entry.options.sample, samples, where)
        for name in entry.options.groups_used():
            if name not in samples:
                raise unknown("sample", name, samples, file.where(at))
        for weights_id in entry.options.weights_used():
            if weights_id not in settings.weights:
                where = file.where((*at, "weights"))
                raise unknown("weights", weights_id, settings.weights, where)
        if entry.twin_of is not None and settings.panel.unreplaced is None:
            raise InputError(
                f"The model `{entry.base_id}` has a twin, but the study names no unreplaced data.",
                where=entry.where,
                next_step="add `unreplaced:` to `panel:`, or set `twin: false`",
            )
    _check_nested(file, settings)
    names = [entry.model_id for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"Two models of the study are called `{name}`.", where=str(file.path))


def _check_nested(file: YamlFile, settings: StudyFile) -> None:
    """Check the weights that others are made of: known, and not made of others themselves."""
    for name, source in settings.weights.items():
        for part in source.of:
            where = file.where(("weights", name, "of"))
            if part not in settings.weights:
                raise unknown("weights", part, settings.weights, where)
            if settings.weights[part].kind == "nested":
                raise InputError(
                    f"The weights `{name}` are made of `{part}`, which are nested themselves.",
                    where=where,
                    next_step="nest weights that are stored or made from places or levels",
                )
