"""What every section knows: the reader, the words, and who the regions and studies are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from analysis.report.names import Names, names_of
from analysis.report.studies import Model, Study, read_studies
from analysis.report.texts import Texts, replaced, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.reader import Reader

PANEL = "marts.fct_province_year"


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by all sections of one report.

    Attributes
    ----------
    reader
        The database.
    text
        The words in the report's language.
    regions
        Name of each region in that language, by its number.
    region_names
        Name of each region in that language, by the name that the panel has.
    variables
        Name of each variable of the registry in that language, by its identifier.
    own_names
        What each study calls its columns, samples and weights, by the study.
    names
        The words in force: those of the study that this is the context `of`; else none.
    indicators
        Name of each indicator in that language, by its identifier.
    observed
        Cells and observed cells of each column of the panel, by its name.
    studies
        The studies with results, the newest run first.
    has_synthetic_files
        Whether any raw file behind the marts belongs to the synthetic sample.
    claimed_methods
        Prefixes of methods that sections of their own show.
    """

    reader: Reader
    text: Texts
    regions: Mapping[int, str]
    region_names: Mapping[str, str]
    variables: Mapping[str, str]
    own_names: Mapping[str, Names]
    indicators: Mapping[str, str]
    observed: Mapping[str, tuple[int, int]]
    studies: tuple[Study, ...]
    has_synthetic_files: bool
    claimed_methods: tuple[str, ...]
    names: Names = field(default_factory=Names)

    def of(self, whose: Study | Model) -> Context:
        """Return the context as a study, or that of a model, has it: with its own words.

        What one study calls its columns is no word for another's, nor for the marts; and the
        registry of the marts says nothing of the columns of a file.
        """
        names = self.own_names.get(whose.study_id, Names())
        variables = self.variables if whose.panel.startswith("marts.") else {}
        return replace(self, names=names, variables=variables)

    @property
    def shows_marts(self) -> bool:
        """Whether the page is about the marts too, and not about a panel from a file alone."""
        return not self.reader.hides("marts")

    @property
    def title(self) -> str:
        """The study of the page; with several, how many; empty without any."""
        if len(self.studies) > 1:
            return self.text("page.title_of_several", n=len(self.studies))
        return self.titled(self.studies[0]) if self.studies else ""

    def titled(self, study: Study) -> str:
        """Return a study in words, in the report's language where its file gives them."""
        return study.titles.get(self.text.lang, study.title)

    @property
    def has_synthetic_results(self) -> bool:
        """Whether any study was made from the synthetic sample."""
        return any(study.is_synthetic for study in self.studies)

    @property
    def is_synthetic(self) -> bool:
        """Whether anything on the page was made from the synthetic sample."""
        return self.has_synthetic_files or self.has_synthetic_results

    @property
    def is_mixed(self) -> bool:
        """Whether some studies were made from the synthetic sample and others were not."""
        return self.is_synthetic and not all(study.is_synthetic for study in self.studies)

    def is_made_up(self, source: str) -> bool:
        """Whether the marts, or the results, rest on the synthetic sample; print never does."""
        if source == "printed":
            return False
        return self.has_synthetic_files if source == "marts" else self.has_synthetic_results

    def region(self, region_id: int) -> str:
        """Return a region's name, or its number where the registry has no name."""
        return self.regions.get(region_id) or str(region_id)

    def column(self, name: str) -> str | None:
        """Return a column in words, of the study or else of the registry; None without any."""
        return self.names.columns.get(name) or self.variables.get(name)

    def variable(self, variable_id: str) -> str:
        """Return a variable's name, or its identifier where nothing has words for it."""
        return self.column(variable_id) or variable_id

    def sample(self, name: str) -> str:
        """Return a sample in words, or its name in the study file."""
        return self.names.samples.get(name) or self.text.name("sample", name)

    def weights(self, name: str) -> str:
        """Return spatial weights in words, or their name in the study file."""
        return self.names.weights.get(name, name)

    def outcome(self, model: Model) -> str:
        """Return what a model explains, in words; empty where it explains nothing."""
        own = self.of(model)
        named = (model.facts["outcome"] or "").split(", ")
        return ", ".join(
            name[: -len(stem)] + own.variable(stem)
            for name in named
            if (stem := name.removeprefix("~"))
        )

    def called(self, model: Model) -> str:
        """Return a model in words: its title, and what tells it from others of its entry."""
        title = model.title(self.text.lang)
        if title is None:
            return model.id
        _, bracket, rest = model.id.removesuffix("[unreplaced]").partition("[")
        codes = rest.rstrip("]").split("][") if bracket else []
        choices = [self.of(model)._choice(code, model) for code in codes]
        return f"{title} [{', '.join(choices)}]" if choices else title

    def _choice(self, code: str, model: Model) -> str:
        """Return one of several values of a setting in words, by the setting that has it."""
        if model.options.get("weights") == code:
            return self.weights(code)
        if model.facts["sample"] == code:
            return self.sample(code)
        known = self.names.named(code) or self.text.name("sample", code)
        return self.text.name("incidental", code) if known == code else known

    def word(self, fact: str, place: str = "") -> str:
        """Return what a sentence names in words: a name of the study, a region, a row.

        `place` is what the sentence calls it: `groups` are samples where a column of the same
        name has other words.
        """
        name, _, period = fact.rpartition(" ")
        if period.isdigit() and name in self.region_names:
            return f"{self.region_names[name]} {period}"
        column, equals, value = fact.partition(" = ")
        if equals and self.column(column) is not None:
            words = {**self.variables, **self.names.columns}
            return f"{self.variable(column)} = {replaced(value, words)}"
        known = self.region_names.get(fact) or self.names.named(fact, place)
        return known or self.variables.get(fact, fact)

    def sentence(self, text: str) -> str | None:
        """Return what the database says in English in this language, its names in words."""
        said = self.text.sentence(text, self.word)
        if said is None:  # a list of names alone
            words = [(name, self.word(name)) for name in text.split(", ")]
            if all(word != name for name, word in words):
                said = ", ".join(word for _, word in words)
        return said

    def indicator(self, indicator_id: str) -> str:
        """Return an indicator's name, or its identifier."""
        return self.indicators.get(indicator_id) or indicator_id

    def unobserved_share(self, model: Model) -> float | None:
        """Return the share of a model's panel cells that rest on filled or replaced values.

        None where that is not known, as for a panel that came from a file.
        """
        named = [self.observed[name] for name in model.columns if name in self.observed]
        n_cells = sum(cells for cells, _ in named)
        if model.panel != PANEL or model.twin_of is not None or not n_cells:
            return None
        return 1 - sum(observed for _, observed in named) / n_cells


def read_context(
    reader: Reader, lang: str, claimed_methods: tuple[str, ...], study: str | None = None
) -> Context:
    """Read what every section needs; of the studies, only the one named if one is.

    Raises
    ------
    InputError
        If there is no report in that language.
    """
    studies = read_studies(reader, study)
    return Context(
        reader=reader,
        text=texts(lang, of_any_panel=reader.hides("marts")),
        regions=_names(reader, "dim_region", "region_id", _region_name(lang)),
        region_names=_names(reader, "dim_region", "name_en", _region_name(lang)),
        variables=_names(reader, "dim_variable", "variable_id", _name(lang)),
        own_names={study.id: names_of(study, lang) for study in studies},
        indicators=_names(reader, "dim_indicator", "indicator_id", _name(lang)),
        observed=_observed(reader),
        studies=studies,
        has_synthetic_files=_has_synthetic_files(reader),
        claimed_methods=claimed_methods,
    )


def _name(lang: str) -> str:
    return "coalesce(name_zh, name_en)" if lang == "zh" else "coalesce(name_en, name_zh)"


def _region_name(lang: str) -> str:
    return "coalesce(name_zh_short, name_zh, name_en)" if lang == "zh" else _name(lang)


def _names(reader: Reader, table: str, key: str, name: str) -> dict[Any, str]:
    if not reader.has(f"marts.{table}"):
        return {}
    rows = reader.rows(f"select {key} as id, {name} as name from marts.{table}")
    return {row["id"]: row["name"] for row in rows if row["name"]}


def _observed(reader: Reader) -> dict[str, tuple[int, int]]:
    if not reader.has("marts.fct_data_quality"):
        return {}
    rows = reader.rows(
        "select variable_id, n_cells, observed from marts.fct_data_quality where kind = 'study'"
    )
    return {row["variable_id"]: (row["n_cells"] or 0, row["observed"] or 0) for row in rows}


def _has_synthetic_files(reader: Reader) -> bool:
    if not reader.has("marts.landing_file"):
        return False
    return bool(
        reader.one(
            "select coalesce(bool_or(is_synthetic and status = 'landed'), false) as it "
            "from marts.landing_file"
        )["it"]
    )
