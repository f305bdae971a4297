"""Which of several vintages of a variable a panel takes."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.errors import InputError
from warehouse.landing.checks import Observations
from warehouse.landing.model import Notice, Settings
from warehouse.landing.names import nearest
from warehouse.landing.registry import Registry


def check_vintages(
    found: Observations, registry: Registry, settings: Settings
) -> tuple[list[InputError], list[Notice]]:
    """Refuse a used variable in several vintages of which none is chosen.

    Chosen is what the setting `vintages` says, before the registry's `chosen_vintage`; a
    variable that landed in one vintage only takes that one. A file that names none beside
    files that do is refused: nobody knows which revision it holds.
    """
    landed = _landed(found)
    faults = _faults_of_setting(landed, registry, settings.vintages)
    notices: list[Notice] = []
    for variable_id, files in sorted(landed.items()):
        setting = settings.vintages.get(variable_id)
        chosen = setting or registry.variables[variable_id].chosen_vintage
        if chosen and chosen in files and "" in files and variable_id in registry.used:
            faults.append(_undeclared(variable_id, files, chosen))
        elif chosen in files:
            notices += [_not_chosen(variable_id, v, chosen, files[v]) for v in files if v != chosen]
        elif len(files) == 1:
            only = next(iter(files))
            if chosen:
                notices.append(_substitute(variable_id, only, chosen, files[only]))
        elif variable_id in registry.used and setting is None:
            faults.append(_unchosen(variable_id, files, chosen))
    return faults, notices


def _landed(found: Observations) -> dict[str, dict[str, str]]:
    """Return, per variable of the registry, its vintages and the first file of each."""
    landed: dict[str, dict[str, str]] = {}
    for code in sorted(set(found.part.tolist())):
        part = found.parts[code]
        if part.series.variable_id is not None:
            files = landed.setdefault(part.series.variable_id, {})
            files.setdefault(part.series.vintage, part.report.file.name)
    return landed


def _faults_of_setting(
    landed: Mapping[str, Mapping[str, str]], registry: Registry, setting: Mapping[str, str]
) -> list[InputError]:
    faults = []
    for variable_id, vintage in setting.items():
        if variable_id not in registry.variables:
            near = nearest(variable_id, registry.variables)
            faults.append(
                InputError(
                    "The setting `vintages` names a variable that is not in the registry.",
                    where="vars: vintages",
                    found=variable_id,
                    next_step=f"did you mean {near}?" if near else "remove it",
                )
            )
        elif variable_id in landed and vintage not in landed[variable_id]:
            faults.append(
                InputError(
                    f"The vintage chosen for {variable_id} did not land.",
                    where="vars: vintages",
                    expected=_listed(landed[variable_id]),
                    found=vintage,
                    next_step="choose one that landed, or bring its file",
                )
            )
    return faults


def _unchosen(variable_id: str, files: Mapping[str, str], chosen: str) -> InputError:
    first = next((vintage for vintage in files if vintage), "<vintage>")
    return InputError(
        f"{variable_id} landed in {len(files)} vintages and none is chosen.",
        where="; ".join(f"{v or '(no vintage)'} in {file}" for v, file in files.items()),
        expected=f"one of {_listed(files)}",
        found=f"{chosen}, which did not land" if chosen else "no choice",
        next_step=f"add to dbt_project.yml, under vars: `vintages: {{{variable_id}: {first}}}`, or "
        f"`chosen_vintage` in warehouse/seeds/raw_variables.csv; name a file's vintage in "
        "sources.csv",
    )


def _undeclared(variable_id: str, files: Mapping[str, str], chosen: str) -> InputError:
    named = ", ".join(vintage for vintage in files if vintage)
    return InputError(
        f"A file holds {variable_id} without a vintage, beside files that name theirs: it would "
        "be left out.",
        where=files[""],
        expected=f"its vintage, such as {named}",
        found="no vintage",
        next_step=f"say in sources.csv, in the line of {files['']}, column vintage: {chosen}, or "
        "the name of its own revision",
    )


def _not_chosen(variable_id: str, vintage: str, chosen: str, file: str) -> Notice:
    return Notice(
        "info",
        "vintage",
        f"The vintage {vintage or '(none)'} of {variable_id} landed and is not used: "
        f"{chosen} is chosen.",
        source_file=file,
        variable_id=variable_id,
        next_step=f"another choice: vars `vintages: {{{variable_id}: …}}`",
    )


def _substitute(variable_id: str, only: str, chosen: str, file: str) -> Notice:
    return Notice(
        "warn",
        "vintage",
        f"The vintage {chosen} chosen for {variable_id} did not land; the only one that did, "
        f"{only or '(none)'}, is used.",
        source_file=file,
        variable_id=variable_id,
        next_step="bring the chosen vintage, or choose this one",
    )


def _listed(vintages: Mapping[str, str]) -> str:
    return ", ".join(vintage or "(no vintage)" for vintage in vintages)
