"""Reading YAML so that every key knows its line and none is given twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import InputError

KeyPath = tuple[str | int, ...]

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".dta")
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TextLoader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file as plain values, with the line of every key.

    Attributes
    ----------
    path
        The file.
    content
        The bytes that were read.
    values
        The top-level mapping.
    lines
        Line number, from 1, by path of keys and list positions.
    what
        What the file is, for messages.
    """

    path: Path
    content: bytes
    values: dict[str, Any]
    lines: dict[KeyPath, int]
    what: str = "study file"

    def where(self, path: KeyPath) -> str:
        """Return the place of a key as a user looks for it: file, line, dotted key."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        line = f", line {self.lines[known]}" if known in self.lines else ""
        dotted = ".".join(str(part) for part in path)
        return f"{self.path}{line}" + (f", {dotted}" if dotted else "")


def read_yaml(path: Path, what: str = "study file", *, as_text: bool = False) -> YamlFile:
    """Read one file.

    Parameters
    ----------
    path
        The file.
    what
        What it is, for messages.
    as_text
        Whether every value stays the text that was written: 0.0480 is not 0.048 then.

    Raises
    ------
    InputError
        If the file is missing, is not UTF-8 or not YAML, gives a key twice, or holds no
        mapping.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The {what} cannot be read.",
            where=str(path),
            found=error.strerror,
            next_step=f"give the path of a {what}",
        ) from error
    try:
        loader = (_TextLoader if as_text else _Loader)(content.decode("utf-8-sig"))
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        _note_lines(path, node, (), lines)
        values = loader.construct_document(node) if node is not None else None
    except UnicodeDecodeError as error:
        raise InputError(
            f"The {what} is not UTF-8 text.", where=str(path), found=str(error)
        ) from error
    except yaml.YAMLError as error:
        raise _not_yaml(path, what, error) from error
    if not isinstance(values, dict):
        raise InputError(
            f"The {what} holds no settings.",
            where=str(path),
            expected="keys such as `title:`",
            found=_in_words(values),
            next_step=_other_file(path, what),
        )
    settings = {str(key): value for key, value in values.items()}
    return YamlFile(path, content, settings, lines, what)


def _in_words(values: object) -> str:
    if values is None:
        return "an empty file"
    return "a list" if isinstance(values, list) else "text without keys"


def _other_file(path: Path, what: str) -> str | None:
    """Say what to do with a table that was given in place of settings."""
    if path.suffix.lower() not in _TABLES:
        return None
    return f"a {what} is YAML; a table such as this one is named in it, as `file:` under `panel:`"


def _note_lines(path: Path, node: object, at: KeyPath, lines: dict[KeyPath, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, key.value)
            line = key.start_mark.line + 1
            if here in lines:
                raise InputError(
                    f"The key `{key.value}` is given twice.",
                    where=f"{path}, lines {lines[here]} and {line}",
                    next_step="keep one of them",
                )
            lines[here] = line
            _note_lines(path, value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            here = (*at, number)
            lines[here] = item.start_mark.line + 1
            _note_lines(path, item, here, lines)


def _not_yaml(path: Path, what: str, error: yaml.YAMLError) -> InputError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return InputError(f"The {what} is not valid YAML.", where=f"{path}{line}", found=problem)
