"""Whether a text file ends where its table does, or was cut off before."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.errors import InputError
from warehouse.landing.body import Body
from warehouse.landing.layouts import GIVEN, Shape
from warehouse.landing.model import Grid, Notice
from warehouse.landing.naming import Reading
from warehouse.landing.titles import Titles


def check_end(
    grid: Grid,
    shape: Shape,
    body: Body,
    titles: Titles,
    labels: Sequence[str],
    reading: Reading,
) -> None:
    """Refuse or report a table that ends before the registry's last region, without a footnote.

    Exports close with their source and list the regions in the registry's order: one with
    title lines that ends early and inside a line was cut off; another may have been.

    Parameters
    ----------
    labels
        The distinct region labels in the order of the table.

    Raises
    ------
    InputError
        If the file was cut off.
    """
    if grid.widths is None or body.is_footed:
        return
    known = [reading.registry.region(label) for label in labels]
    order = sorted(set(reading.registry.regions.values()))
    is_given = shape.places["region"] == GIVEN
    is_early = len(known) < len(order) and known == order[: len(known)]
    if not is_given and not is_early:
        return
    last = int(body.rows[-1])
    if titles.database and not grid.ends_complete:
        raise InputError(
            "The file was cut off: it ends inside the table.",
            where=f"{reading.file.name}, row {last + 1}",
            expected="the line that names the source, which closes every export",
            found=" | ".join(cell for cell in grid.row(last) if cell)[:80],
            next_step="download it again",
        )
    if is_early:
        reading.notices.append(
            Notice(
                "warn",
                "incomplete_table",
                f"The table ends after {labels[-1]}, the {len(known)}. of {len(order)} regions, "
                "without a footnote.",
                source_file=reading.file.name,
                next_step="if the file was cut off, download it again",
            )
        )
