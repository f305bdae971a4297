"""A study as it is read: where its panel comes from, and its models one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from analysis.study.options.base import Column, Columns, ModelOptions, Settings, Text, Title
from analysis.study.weights import WeightsSource


def _as_condition(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


Condition = Annotated[str, BeforeValidator(_as_condition), Field(min_length=1)]


class JoinedMart(Settings):
    """A mart whose columns stand beside the panel's, row by row.

    Attributes
    ----------
    mart
        A table of the schema marts. It is joined by the panel's entity and, if it has that
        column, its period.
    columns
        Which of its columns.
    names, values
        In place of `columns`, for a long table: the column whose values become names of
        columns, and the column that holds the values.
    prefix
        Set before each name.
    """

    mart: str
    columns: Columns = ()
    names: Column | None = None
    values: Column | None = None
    prefix: str = ""

    @model_validator(mode="after")
    def _wide_or_long(self) -> JoinedMart:
        if (self.names is None) != (self.values is None):
            raise ValueError("`names` and `values` go together")
        if bool(self.columns) == (self.names is not None):
            raise ValueError("give either `columns`, or `names` with `values`")
        return self


class PanelSource(Settings):
    """Where the panel comes from and what its keys are.

    Attributes
    ----------
    mart, file
        A table of the schema marts, or a csv, parquet, xlsx or dta file beside the study.
    sheet
        Sheet of an xlsx file; the first by default.
    unreplaced
        The same columns from data in which no value was replaced: a mart or a file, as the
        panel itself. Twins are estimated on it.
    join
        Other marts whose columns stand beside those of the panel and of its twin.
    entity, time
        Columns that name the entity and the period; no `time` for one cross-section.
    """

    mart: str | None = None
    file: str | None = None
    sheet: str | None = None
    unreplaced: str | None = None
    join: tuple[JoinedMart, ...] = ()
    entity: Column
    time: Column | None = None

    @model_validator(mode="after")
    def _one_source(self) -> PanelSource:
        if (self.mart is None) == (self.file is None):
            raise ValueError("give either `mart` or `file`")
        if self.sheet is not None and self.file is None:
            raise ValueError("`sheet` belongs to `file`")
        if self.join and self.mart is None:
            raise ValueError("`join` belongs to `mart`")
        if self.entity == self.time:
            raise ValueError("`entity` and `time` are the same column")
        return self

    def of_unreplaced(self) -> PanelSource:
        """Return the source of the unreplaced data; only where `unreplaced` is given."""
        key = "mart" if self.mart is not None else "file"
        return self.model_copy(update={key: self.unreplaced, "unreplaced": None})


class Words(Settings):
    """What the report calls something, by language.

    Attributes
    ----------
    en, zh
        In English and in Chinese; where the Chinese is missing, the English stands, where the
        English is, the name. A bare text in place of both is the same in every language.
    """

    en: Title | None = None
    zh: Title | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return {"en": value, "zh": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise ValueError("give a text, or `en` and `zh`")
        return self


class Wording(Words):
    """What the report calls a name of the study, by language.

    Attributes
    ----------
    en, zh
        In English and in Chinese; where the Chinese is missing, the English stands, where the
        English is, the name. A bare text in place of both is the same in every language.
    column, sample, weights
        The same for each of these, in place of `en` and `zh`, where several have the name.
    """

    column: Words | None = None
    sample: Words | None = None
    weights: Words | None = None

    @model_validator(mode="after")
    def _here_or_by_kind(self) -> Self:
        if self.of_kinds and (self.en is not None or self.zh is not None):
            raise ValueError(
                "give `en` and `zh` either here or under `column`, `sample`, `weights`"
            )
        return self

    @property
    def of_kinds(self) -> dict[str, Words]:
        """The words for each kind of thing that has the name; empty where one text is all."""
        kinds = {"column": self.column, "sample": self.sample, "weights": self.weights}
        return {kind: words for kind, words in kinds.items() if words is not None}


class StudyFile(Settings):
    """The top level of a study file; its models are read one by one (`load`).

    Attributes
    ----------
    title, title_zh
        The study in words, and the same for the Chinese report; without it, `title` stands there.
    id
        What results call the study; by default the name of its file without the ending.
    description
        What a reader of the file should know.
    panel
        Where the data come from.
    weights
        Spatial weights by name.
    derive
        New columns by name, each as SQL over the panel's columns; `panel` is a named window,
        by entity in the order of time: `lag(wage, 3) over panel`.
    samples
        Conditions on rows by name, as SQL; `all` is always there.
    words
        What the report calls columns, samples and weights, by their names: a text, or one
        per language, `{en: before 2020, zh: 2020年以前}`. A name without words stands as it is;
        one of a column and a sample takes words for each, `{column: Eastern, sample: East}`.
    twin
        Whether every model is repeated on unreplaced data, if it does not say otherwise.
    audit
        A file of printed tables, beside the study, that every run checks by arithmetic.
    models
        Entries by name; each is one printed column or figure.
    """

    title: Title
    title_zh: Title | None = None
    id: str | None = Field(default=None, pattern=r"^[^\s,\[\]]+$")
    description: str | None = None
    panel: PanelSource
    weights: dict[Text, WeightsSource] = Field(default_factory=dict)
    derive: dict[Text, str] = Field(default_factory=dict)
    samples: dict[Text, Condition] = Field(default_factory=dict)
    words: dict[Text, Wording] = Field(default_factory=dict)
    twin: bool = False
    audit: str | None = None
    models: dict[Text, dict[str, Any]] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One model to run: a study entry after its lists were expanded.

    Attributes
    ----------
    model_id
        Name of the entry; ``[value]`` for one of several values of a setting,
        ``[unreplaced]`` for a twin.
    base_id
        Name in the study file.
    options
        Its settings.
    twin_of
        The model of which this is the twin on unreplaced data.
    where
        Its place in the study file.
    """

    model_id: str
    base_id: str
    options: ModelOptions
    twin_of: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Study:
    """A study file, checked as far as that is possible without its panel.

    Attributes
    ----------
    study_id
        Its `id`, or the name of its file without the ending.
    path, sha256
        The file and the SHA-256 of its bytes.
    title, title_zh, panel, weights, derive, words
        As in the file.
    samples
        Name and SQL condition of each sample; `all` is always there.
    entries
        Every model, in the order of the file.
    lines
        Line of each key, for messages.
    audit
        The file of printed tables that every run audits; None for none.
    """

    study_id: str
    path: Path
    sha256: str
    title: str
    title_zh: str | None
    panel: PanelSource
    weights: dict[str, WeightsSource]
    derive: dict[str, str]
    words: dict[str, Wording]
    samples: dict[str, str]
    entries: tuple[Entry, ...]
    lines: dict[tuple[str | int, ...], int]
    audit: Path | None = None

    def where(self, *key: str | int) -> str:
        """Return the place of a key: file, line, dotted key."""
        line = f", line {self.lines[key]}" if key in self.lines else ""
        return f"{self.path}{line}, {'.'.join(map(str, key))}"
