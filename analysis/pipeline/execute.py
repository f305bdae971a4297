"""Running models: one after another, or several processes at once; the rows are the same."""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from multiprocessing import resource_tracker
from typing import cast

from analysis.methods.errors import NotIdentified
from analysis.pipeline.context import Adapter, Context, Records, model_seed
from analysis.pipeline.design import Design, UnexpectedRows, build_design
from analysis.pipeline.panel import Panel
from analysis.pipeline.parallel import end_with_the_run
from analysis.pipeline.weights import WeightsTable
from analysis.results.records import Refusal
from analysis.study.methods import METHODS
from analysis.study.model import Entry
from warehouse.errors import InputError

# Seconds after which a model tells of its steps.
_LONG = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """A model, ready to run.

    Attributes
    ----------
    entry
        The model.
    design
        Its arrays, or why there are none.
    panel_key
        Which of the panels it is estimated on: `main` or `unreplaced`.
    """

    entry: Entry
    design: Design | Refusal
    panel_key: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a model.

    Attributes
    ----------
    records
        What it yielded; empty when it was refused.
    refusal
        Why it was refused; None when it was not.
    seconds
        How long it took.
    failure
        Traceback of a fault that no method foresaw.
    """

    records: Records
    refusal: Refusal | None
    seconds: float
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What all models of a run share.

    Attributes
    ----------
    seed
        Seed of the run.
    panels
        Panels by key: `main`, and `unreplaced` where there are twins.
    weights
        Spatial weights by name.
    jobs_each
        Processes that a model may use of its own.
    """

    seed: int
    panels: Mapping[str, Panel]
    weights: Mapping[str, WeightsTable] = field(default_factory=dict)
    jobs_each: int = 1


class ModelError(Exception):
    """A fault in the software, met while running a model; nothing of the run is kept."""

    def __init__(self, model_id: str, details: str) -> None:
        self.model_id = model_id
        self.details = details
        super().__init__(f"{model_id}: {details.strip().splitlines()[-1]}")


def prepare_task(entry: Entry, inputs: Inputs) -> Task:
    """Make the arrays of one model.

    Raises
    ------
    InputError
        If the data cannot be what the study means; the message names the model.
    """
    key = "unreplaced" if entry.twin_of is not None else "main"
    try:
        design: Design | Refusal = build_design(inputs.panels[key], entry.options, inputs.weights)
    except NotIdentified as error:
        design = _refusal(entry, error)
    except InputError as error:
        raise InputError(
            f"Model {entry.model_id}: {error.what}",
            expected=error.expected,
            found=error.found,
            where=f"{entry.where}; {error.where}" if error.where else entry.where,
            next_step=error.next_step,
        ) from error
    return Task(entry, design, key)


def run_tasks(
    tasks: Sequence[Task],
    inputs: Inputs,
    jobs: int,
    on_done: Callable[[Task, Result], None],
    on_step: Callable[[Task, str], None] | None = None,
) -> list[Result]:
    """Run models and return what became of each, in their order.

    Parameters
    ----------
    tasks
        The models.
    inputs
        What they share.
    jobs
        Number of processes; 1 runs them here, one after another.
    on_done
        Called with each model as it ends.
    on_step
        Called when a model that has run for a while is a step further; not from processes.

    Raises
    ------
    ModelError
        If the software has a fault.
    """
    inputs = replace(inputs, jobs_each=max(1, jobs // max(1, len(tasks))))
    if jobs == 1 or len(tasks) < 2:
        results = []
        for task in tasks:
            results.append(_sound(task, _run_one(task, inputs, on_step)))
            on_done(task, results[-1])
        return results
    return _in_processes(tasks, inputs, min(jobs, len(tasks)), on_done)


def _in_processes(
    tasks: Sequence[Task], inputs: Inputs, jobs: int, on_done: Callable[[Task, Result], None]
) -> list[Result]:
    results: dict[int, Result] = {}
    with _pool(jobs, inputs) as pool:
        with _deaf_to_interrupts():
            futures: dict[Future[Result], int] = {
                pool.submit(_run_in_worker, task): number for number, task in enumerate(tasks)
            }
        for future in as_completed(futures):
            number = futures[future]
            results[number] = _sound(tasks[number], _result_of(future))
            on_done(tasks[number], results[number])
    return [results[number] for number in range(len(tasks))]


def _result_of(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        failure = (
            "a process of the run was ended from outside, perhaps for want of memory: "
            "try a smaller --jobs"
        )
        return Result(Records(()), None, 0.0, failure)


def _sound(task: Task, result: Result) -> Result:
    if result.failure is not None and result.refusal is None:
        raise ModelError(task.entry.model_id, result.failure)
    return result


@contextmanager
def _pool(jobs: int, inputs: Inputs) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of fresh processes, and leave none behind whatever happens."""
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(inputs,),
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C: the run that started them decides.

    Ctrl-C is held back here meanwhile and arrives afterwards. The mask alone does not do:
    another thread of this process may be handed the signal.
    """
    resource_tracker.ensure_running()
    pressed: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if pressed:
            signal.raise_signal(signal.SIGINT)


_worker_inputs: list[Inputs] = []


def _start_worker(inputs: Inputs) -> None:
    _worker_inputs[:] = [inputs]
    end_with_the_run()


def _run_in_worker(task: Task) -> Result:
    return _run_one(task, _worker_inputs[0])


def _run_one(
    task: Task, inputs: Inputs, on_step: Callable[[Task, str], None] | None = None
) -> Result:
    """Run one model; what the method refuses is an answer, any other fault ends the run."""
    start = time.perf_counter()
    entry, design = task.entry, task.design
    if isinstance(design, Refusal):
        return Result(Records(()), design, 0.0)
    context = Context(
        model_id=entry.model_id,
        seed=model_seed(inputs.seed, entry.model_id),
        panel=inputs.panels[task.panel_key],
        weights=inputs.weights,
        jobs=inputs.jobs_each,
        tell=_teller(task, start, on_step),
    )
    adapter = cast("Adapter", import_module(METHODS[entry.options.method].adapter))
    records, refusal, failure = Records(()), None, None
    try:
        records = adapter.run(design, entry.options, context)
    except NotIdentified as error:
        refusal = _refusal(entry, error)
    except ValueError as error:
        # No study expects this one: it may be a fault of the software.
        refusal = Refusal(
            reason=f"The data do not fit the method: {error}.",
            next_step="Look at the columns and the sample; --debug shows where it happened.",
            is_expected=False,
        )
        failure = traceback.format_exc()
    except Exception:
        # Kept as text: it may have to travel to another process.
        failure = traceback.format_exc()
    return Result(records, refusal, time.perf_counter() - start, failure)


def _teller(
    task: Task, start: float, on_step: Callable[[Task, str], None] | None
) -> Callable[[str], None]:
    def tell(text: str) -> None:
        if on_step is not None and time.perf_counter() - start > _LONG:
            on_step(task, text)

    return tell


def _refusal(entry: Entry, error: NotIdentified) -> Refusal:
    # A number of rows that the study did not state right is never what it expects.
    is_expected = entry.options.is_refusal_expected and not isinstance(error, UnexpectedRows)
    return Refusal(reason=error.reason, next_step=error.next_step, is_expected=is_expected)


def options_json(entry: Entry) -> str:
    """Return every setting of a model as JSON, defaults included, keys sorted."""
    settings = entry.options.model_dump(mode="json")
    return json.dumps(settings, ensure_ascii=False, sort_keys=True)
