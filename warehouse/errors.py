"""The one way this project tells a user that an input is wrong."""

from __future__ import annotations


class InputError(Exception):
    """Something a user can put right: a file, a setting, a name.

    Parameters
    ----------
    what
        What is wrong, in one sentence.
    expected, found
        What was expected and what came instead.
    where
        The place: file, sheet, row, column or key.
    next_step
        What to do about it, such as the line to add to ``sources.csv``.
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        where: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.what = what
        self.expected = expected
        self.found = found
        self.where = where
        self.next_step = next_step
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [self.what]
        for label, text in (
            ("where", self.where),
            ("expected", self.expected),
            ("found", self.found),
            ("next step", self.next_step),
        ):
            if text is not None:
                lines.append(f"  {label}: {text}")
        return "\n".join(lines)


_REFUSALS_OF_THE_DISK = ("no space left", "file too large", "quota", "could not write")


def refused_by_disk(error: BaseException) -> bool:
    """Tell whether an error says that a file could not be written for want of room.

    DuckDB raises several kinds for it, a failed commit among them; their words agree.
    """
    text = str(error).lower()
    return any(words in text for words in _REFUSALS_OF_THE_DISK)
