"""What is wrong with a study file, said so that the line can be put right."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from analysis.study.names import nearest, suggestion
from analysis.study.yaml_file import KeyPath, YamlFile
from warehouse.errors import InputError

# What pydantic calls a number beyond a bound.
_KINDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
# How a bound is told, in this order.
_BOUNDS = {
    "gt": "greater than",
    "ge": "greater than or equal to",
    "lt": "less than",
    "le": "less than or equal to",
}

ModelType = TypeVar("ModelType", bound=BaseModel)

_PLAIN_WORDS = {
    "dict_type": "Keys with values are expected",
    "model_type": "Keys with values are expected",
    "string_type": "A text is expected (in quotes if it holds a comma or a colon)",
    "tuple_type": "A list is expected",
    "too_short": "At least one is needed",
    "string_too_short": "A text is expected",
    "bool_type": "`true` or `false` is expected",
    "bool_parsing": "`true` or `false` is expected",
    "float_type": "A number is expected",
    "float_parsing": "A number is expected",
    "int_type": "A whole number is expected",
    "int_parsing": "A whole number is expected",
}


def validate(
    model: type[ModelType], values: dict[str, Any], file: YamlFile, at: KeyPath = ()
) -> ModelType:
    """Read `values`, which stand at `at` in the file, as `model`.

    Raises
    ------
    InputError
        Naming every problem, its line and the nearest valid spelling.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _input_error(_problems(model, values, error), file, at) from None


def unknown(what: str, name: object, valid: Collection[object], where: str) -> InputError:
    """Return the error for a name that is not one of the valid ones."""
    return InputError(f"Unknown {what} `{name}`.", where=where, next_step=suggestion(name, valid))


@dataclass(frozen=True, slots=True)
class _Problem:
    path: KeyPath
    text: str
    advice: str | None
    missing: str | None = None


def _input_error(problems: list[_Problem], file: YamlFile, at: KeyPath) -> InputError:
    first = problems[0]
    if len(problems) == 1:
        return InputError(first.text, where=file.where((*at, *first.path)), next_step=first.advice)
    lines = [
        f"{file.where((*at, *problem.path))}: {problem.text}"
        + (f" ({problem.advice})" if problem.advice else "")
        for problem in problems
    ]
    return InputError(
        f"The {file.what} has {len(problems)} problems.", found="\n    " + "\n    ".join(lines)
    )


def _problems(
    model: type[BaseModel], values: dict[str, Any], error: ValidationError
) -> list[_Problem]:
    details = [dict(detail) for detail in error.errors()]
    found = [_problem(model, values, detail) for detail in _of_the_branch_meant(values, details)]
    meant = {
        (problem.path[:-1], nearest(problem.path[-1], _keys(model, problem.path[:-1])))
        for problem in found
        if problem.text.startswith("Unknown key")
    }
    # A misspelt required key is one mistake, not an unknown key and a missing one.
    kept = [p for p in found if p.missing is None or (p.path, p.missing) not in meant]
    # Every branch of a union complains, and a list complains again of what is wrong in it.
    first = list({problem.path: problem for problem in reversed(kept)}.values())[::-1]
    return [p for p in first if not any(_is_inside(other.path, p.path) for other in first)]


def _of_the_branch_meant(
    values: dict[str, Any], details: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Leave out that keys are no number or text where the branch with keys complains as well."""
    odd = [
        detail
        for detail in details
        if isinstance(detail["input"], dict)
        and detail["type"].endswith("_type")
        and _real_path(values, detail["loc"]) == _real_path(values, detail["loc"][:-1])
    ]
    others = [detail["loc"] for detail in details if detail not in odd]
    return [
        detail
        for detail in details
        if detail not in odd
        or not any(loc[: len(detail["loc"]) - 1] == detail["loc"][:-1] for loc in others)
    ]


def _is_inside(path: KeyPath, other: KeyPath) -> bool:
    return len(path) > len(other) and path[: len(other)] == other


def _problem(model: type[BaseModel], values: dict[str, Any], detail: dict[str, Any]) -> _Problem:
    path = _real_path(values, detail["loc"])
    kind, key = detail["type"], detail["loc"][-1] if detail["loc"] else ""
    if kind == "extra_forbidden":
        advice = suggestion(key, _keys(model, path[:-1]))
        lacking = _lacking(model, values, path[:-1])
        if lacking and nearest(key, lacking) is None:
            advice += f" Missing: {', '.join(f'`{name}`' for name in lacking)}"
        return _Problem(path, f"Unknown key `{key}`.", advice)
    if kind == "missing":
        name = str(key)
        return _Problem(path, f"The key `{name}` is missing.", f"add `{name}:`", name)
    if kind == "literal_error":
        valid = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        given = detail["input"]
        return _Problem(path, f"Unknown value `{given}`.", suggestion(given, valid))
    if kind == "value_error":
        text = str(detail["ctx"]["error"])
        return _Problem(path, f"{text[0].upper()}{text[1:]}.", None)
    said = f"`{_last_name(path)}` should"
    message = _PLAIN_WORDS.get(kind, detail["msg"]).replace("Input should", said, 1)
    return _Problem(path, f"{message}; got {detail['input']!r}.", _range(model, path, detail))


def _lacking(model: type[BaseModel], values: dict[str, Any], path: KeyPath) -> list[str]:
    """Return the keys that the settings at `path` must have and have not."""
    given: Any = values
    for part in path:
        given = given[part]
    fields = _model_at(model, path).model_fields
    return [name for name, field in fields.items() if field.is_required() and name not in given]


def _last_name(path: KeyPath) -> str:
    """Return the key at the end of a path; of a list, its key."""
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "value")


def _range(model: type[BaseModel], path: KeyPath, detail: dict[str, Any]) -> str | None:
    """Say which numbers a key takes, if the one given is out of their range."""
    if detail["type"] not in _KINDS:
        return None
    field = _model_at(model, path[:-1]).model_fields.get(str(path[-1])) if path else None
    limits = [*(field.metadata if field is not None else ()), detail.get("ctx", {})]
    bounds: dict[str, float] = {}
    for limit in limits:
        for name in _BOUNDS:
            value = limit.get(name) if isinstance(limit, dict) else getattr(limit, name, None)
            if value is not None:
                bounds[name] = value
    words = [f"{_BOUNDS[name]} {value:g}" for name, value in bounds.items()]
    share = max(bounds.get("lt", 0), bounds.get("le", 0)) in (0.5, 1)
    given = detail["input"]
    if share and isinstance(given, int | float) and 1 < given < 100:
        return f"give a share: {given / 100:g} for {given:g} %"
    if "greater than" in " ".join(words) and len(words) > 1:
        return f"give a number {' and '.join(words)}"
    return None


def _real_path(values: object, location: tuple[Any, ...]) -> KeyPath:
    """Return the part of a pydantic location that exists in the file."""
    path: list[str | int] = []
    for part in location:
        items = dict(enumerate(values)) if isinstance(values, list) else values
        if isinstance(items, dict) and part in items:
            values = items[part]
            path.append(part)
    return tuple(path)


def _keys(model: type[BaseModel], path: KeyPath) -> Collection[str]:
    """Return the valid keys of the settings at `path` below `model`."""
    return _model_at(model, path).model_fields.keys()


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    for part in path:
        field = model.model_fields.get(str(part))
        inner = _settings_within(field.annotation) if field is not None else None
        model = inner or model
    return model


def _settings_within(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _settings_within(inner)
        if found is not None:
            return found
    return None
