"""A process that has Great Expectations at the ready: `python -m expectations.worker`.

Importing it takes seconds of one core; done here it overlaps with the work of the process
that will need it. Requests and answers are lines of JSON on standard input and output. The
process ends when its input does, so it never outlives the one that started it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, TextIO


def main() -> int:
    """Answer requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    gc.disable()  # the import allocates for good: collecting in between only costs time
    try:
        from expectations.suite import judge
    except Exception:
        broken = traceback.format_exc()
        return _answer_all(answers, lambda _: {"error": broken})
    gc.freeze()
    gc.enable()
    return _answer_all(answers, lambda requests: {"verdicts": judge(requests)})


def _answer_all(answers: TextIO, respond: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> int:
    for line in sys.stdin:
        try:
            answer = respond(json.loads(line))
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
