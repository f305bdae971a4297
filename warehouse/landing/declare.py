"""Which lines of `sources.csv` speak of which file, and which files are copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from warehouse.errors import InputError
from warehouse.landing.model import Notice, RawFile
from warehouse.landing.names import nearest
from warehouse.landing.problems import Problems
from warehouse.landing.scan import SOURCES, bystander
from warehouse.landing.sources import DUPLICATE, IGNORE, Entry, Sources


@dataclass(frozen=True, slots=True)
class Declared:
    """A file with what is said of it, and why it does not land if it does not."""

    file: RawFile
    entries: tuple[Entry, ...] = ()
    status: str = "landed"
    reason: str | None = None


def declare(files: Sequence[RawFile], sources: Sources, problems: Problems) -> list[Declared]:
    """Give each file its lines; set copies aside, both where they are declared differently.

    A line speaks of the file whose path it gives; of a file that no line names by path,
    the line with its SHA-256 speaks (a renamed file keeps its declaration).
    """
    declared = [_of_file(file, sources) for file in files]
    by_hash = defaultdict(list)
    for position, one in enumerate(declared):
        if one.status == "landed":
            by_hash[one.file.sha256].append(position)
    for positions in by_hash.values():
        group = [declared[position] for position in positions]
        try:
            settled = _settle(group, sources)
        except InputError as fault:
            problems.add(fault)
            settled = [replace(one, status="ignored", reason=fault.what) for one in group]
        for position, one in zip(positions, settled, strict=True):
            declared[position] = one
    return declared


def stray_lines(files: Sequence[RawFile], sources: Sources) -> list[Notice]:
    """Report lines that speak of no file, files changed since, and unknown columns."""
    by_name = {file.name: file for file in files}
    hashes = {file.sha256 for file in files}
    notices = []
    for entry in sources.entries:
        file = by_name.get(entry.file)
        if file is None and entry.sha256 not in hashes:
            near = nearest(entry.file, by_name, cutoff=0.8)
            notices.append(
                Notice(
                    "warn",
                    "sources_line",
                    f"{SOURCES}, row {entry.line}: there is no file {entry.file}.",
                    next_step=f"did you mean {near}?" if near else "remove the line",
                )
            )
        elif file is not None and entry.sha256 and entry.sha256 != file.sha256:
            notices.append(
                Notice(
                    "info",
                    "file_changed",
                    f"The file is not the one of {SOURCES}, row {entry.line}: its SHA-256 is now "
                    f"{file.sha256}.",
                    source_file=file.name,
                    next_step="check that the line still describes it",
                )
            )
    notices += [
        Notice("warn", "sources_line", f"{SOURCES}: the column {title} is not known and not read.")
        for title in sources.unknown_columns
    ]
    return notices


def _of_file(file: RawFile, sources: Sources) -> Declared:
    reason = bystander(file.name)
    if reason is not None:
        return Declared(file, status="ignored", reason=reason)
    entries = sources.by_path(file.name)
    ignored = [entry.line for entry in entries if entry.layout == IGNORE and not entry.sheet]
    if ignored:
        reason = f"marked ignore in {SOURCES}, row {ignored[0]}"
        return Declared(file, entries, "ignored", reason)
    return Declared(file, entries)


def _settle(group: list[Declared], sources: Sources) -> list[Declared]:
    """Decide for the files of the same bytes which one lands."""
    own = [tuple(e for e in one.entries if e.layout != DUPLICATE) for one in group]
    said = _distinct(own)
    if not said:
        said = _distinct(_by_file(sources.by_hash(group[0].file.sha256)))
    if len(said) > 1:
        reason = f"identical bytes are declared as {_difference(said)}"
        return [replace(one, status="set_aside", reason=reason) for one in group]
    if not said and any(one.entries for one in group) and len(group) == 1:
        raise _lonely_duplicate(group[0])
    entries = said[0] if said else ()
    lands = own if any(own) else [not one.entries for one in group]
    keeper = next((i for i, lands_itself in enumerate(lands) if lands_itself), 0)
    reason = f"an exact duplicate of {group[keeper].file.name}"
    return [
        replace(one, entries=entries)
        if position == keeper
        else replace(one, entries=entries, status="set_aside", reason=reason)
        for position, one in enumerate(group)
    ]


def _by_file(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    files = dict.fromkeys(entry.file for entry in entries)
    usable = [entry for entry in entries if entry.layout not in (DUPLICATE, IGNORE)]
    return [tuple(entry for entry in usable if entry.file == name) for name in files]


def _distinct(declarations: Sequence[tuple[Entry, ...]]) -> list[tuple[Entry, ...]]:
    by_content: dict[tuple[tuple[str, ...], ...], tuple[Entry, ...]] = {}
    for entries in declarations:
        if entries:
            key = tuple(sorted(entry.signature() for entry in entries))
            by_content.setdefault(key, entries)
    return list(by_content.values())


def _difference(said: Sequence[tuple[Entry, ...]]) -> str:
    variables = [" and ".join(e.variable or "(no variable)" for e in entries) for entries in said]
    if len(set(variables)) > 1:
        return "two variables: " + " / ".join(variables)
    first, second = said[0][0], said[1][0]
    for name in ("unit", "vintage", "region", "year", "sheet"):
        one, other = getattr(first, name), getattr(second, name)
        if one != other:
            return f"two things: {name} {one or '(none)'} / {other or '(none)'}"
    return "two things"


def _lonely_duplicate(one: Declared) -> InputError:
    return InputError(
        "A file is marked as a duplicate, but no other file has its bytes.",
        where=f"{one.file.name} ({SOURCES}, row {one.entries[0].line})",
        next_step="bring the other copy back, or say in its line what the file holds",
    )
