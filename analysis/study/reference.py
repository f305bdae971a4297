"""What a study file can say, read off the classes that read it: a key has one description.

`python -m analysis.run --methods [NAME]` prints it, so a method is in it with its settings
class and nothing else.
"""

from __future__ import annotations

import inspect
import itertools
import re
import textwrap
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from analysis.study.methods import METHODS
from analysis.study.model import StudyFile
from analysis.study.options.base import ModelOptions
from analysis.study.problems import unknown

STUDY, ENTRY, ALL = "study", "entry", "all"

_WIDTH = 92
_INDENT = " " * 6
_BOUNDS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "min_length": "at least"}
_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true | false", Any: "any value"}


def overview() -> str:
    """Return every method in one line, and how to see its keys."""
    width = max(map(len, METHODS))
    lines = [f"  {name:<{width}}  {method.about}" for name, method in METHODS.items()]
    return "\n".join(
        (
            "Methods that an entry of `models:` can name:",
            *lines,
            "",
            "`--methods NAME` prints the keys of one, `--methods entry` those of every entry,",
            "`--methods study` those of the file's top level, `--methods all` everything.",
        )
    )


def describe(name: str) -> str:
    """Return the keys of a method, of every entry, of the file's top level, or of `all`.

    Raises
    ------
    InputError
        If there is no such method; the message names the nearest.
    """
    if name == ALL:
        return "\n\n\n".join(describe(each) for each in (STUDY, ENTRY, *METHODS))
    if name == STUDY:
        return "\n".join(_page("study file: the keys of its top level", StudyFile))
    if name == ENTRY:
        return "\n".join(_page("keys of every entry of `models:`", ModelOptions))
    if name not in METHODS:
        raise unknown("method", name, [*METHODS, STUDY, ENTRY, ALL], "--methods")
    options = METHODS[name].options_class()
    shared = [key for key in ModelOptions.model_fields if key != "method"]
    return "\n".join(
        (
            *_page(
                f"{name}: {METHODS[name].about}",
                options,
                without=options.keys_not_taken().union(shared),
            ),
            f"\nkeys of every entry (`--methods {ENTRY}`): {', '.join(shared)}",
        )
    )


def page(title: str, model: type[BaseModel]) -> str:
    """Return the keys of a file that a class reads, those within keys included."""
    return "\n".join(_page(title, model))


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return the description of each key, from the docstrings of its class and their bases."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel):
            found |= _attributes(inspect.getdoc(base) if base.__doc__ else None)
    return {name: found[name] for name in model.model_fields if name in found}


def nested(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the settings within the settings of a model, by the key that holds them."""
    found: dict[str, type[BaseModel]] = {}
    for key, field in model.model_fields.items():
        for inner in _models_within(field.annotation):
            found[key] = inner
            found |= {f"{key}.{name}": deeper for name, deeper in nested(inner).items()}
    return found


def _page(
    title: str, model: type[BaseModel], *, without: frozenset[str] = frozenset()
) -> Iterator[str]:
    yield title
    yield "=" * len(title)
    yield from _keys(model, without | {"method"})
    for key, inner in nested(model).items():
        if key not in without and key.split(".")[0] not in without:
            yield f"\nkeys of `{key}`"
            yield from _keys(inner, frozenset())


def _keys(model: type[BaseModel], without: frozenset[str]) -> Iterator[str]:
    about = descriptions(model)
    names = [name for name in model.model_fields if name not in without]
    names.sort(key=lambda name: not model.model_fields[name].is_required())
    # Keys described together share one description, below the last of them, which names them.
    for text, group in itertools.groupby(names, lambda name: about.get(name, name)):
        together = list(group)
        for name in together:
            field = model.model_fields[name]
            yield f"  {name}: {_type(field)}; {_default(field)}"
        if together[-1] in about:
            whose = f"{', '.join(together)}: " if len(together) > 1 else ""
            yield textwrap.fill(
                whose + text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
            )


def _attributes(text: str | None) -> dict[str, str]:
    """Return the section `Attributes` of a docstring in numpy's form."""
    section = re.search(r"^Attributes\n-+\n(?P<body>.*)", text or "", re.DOTALL | re.MULTILINE)
    if section is None:
        return {}
    body = re.split(r"^\S.*\n-+$", section["body"], flags=re.MULTILINE)[0]
    found: dict[str, str] = {}
    for names, about in re.findall(r"^(\S.*)\n((?:[ \t]+.*\n?|\n)+)", body, re.MULTILINE):
        words = " ".join(about.replace("``", "`").split())
        found |= {name.strip(): words for name in names.split(",")}
    return found


def _type(field: FieldInfo) -> str:
    bounds = [
        f"{sign} {getattr(rule, name)}"
        for rule in field.metadata
        for name, sign in _BOUNDS.items()
        if getattr(rule, name, None) is not None
    ]
    text = _annotation(field.annotation)
    return f"{text} ({', '.join(bounds)})" if bounds and text != "text" else text


def _annotation(annotation: Any) -> str:  # noqa: ANN401 - an annotation is any object
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotation(inner[0])
    if origin is Literal:
        return " | ".join(map(str, inner))
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(_annotation(a) for a in inner if a is not type(None)))
    if origin in (tuple, list):
        return f"list of {_annotation(inner[0])}" if inner else "list"
    if origin is dict:
        if get_origin(inner[1]) is dict:
            return "names, each with keys of its own"
        return f"names, each with {_annotation(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys (see below)"
    return _PLAIN.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default is PydanticUndefined or _written(default) == "{}":
        return "optional"
    return f"default {_written(default)}"


def _written(value: object) -> str:
    if isinstance(value, BaseModel):
        chosen = value.model_dump(mode="json", exclude_defaults=True)
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in chosen.items()) + "}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _models_within(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_within(inner)
