"""What a method says when a model has no answer."""

from __future__ import annotations


class NotIdentified(Exception):
    """The data cannot identify the model, whatever the software.

    A refusal is a result: the pipeline stores it beside the estimates of the models
    that could be identified.

    Parameters
    ----------
    reason
        Why the model is not identified, naming the columns or units concerned.
    next_step
        What the user can do about it.
    """

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(f"{reason} {next_step}")
        self.reason = reason
        self.next_step = next_step
