"""The judge: hands small frames to Great Expectations and reads its verdicts.

The only module that imports Great Expectations, which takes seconds: `expectations.worker`
imports it in a process of its own while other work goes on. Measurements never leave the
machine and nothing is written: the context is ephemeral, its telemetry is off.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.pandas_datasource import PandasDatasource
from great_expectations.expectations.core.expect_column_pair_values_to_be_equal import (
    ExpectColumnPairValuesToBeEqual,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.expectation import Expectation

RESULT_FORMAT = {"result_format": "COMPLETE"}


def judge(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Judge frames, in order.

    Parameters
    ----------
    requests
        Each with ``columns``, ``rows``, ``n_offending``, ``column`` (the one judged) and
        ``expect`` (an expectation of `expectations.rules` as a mapping).

    Returns
    -------
    list
        Per request: ``success`` and ``positions``, the indices of the failing rows.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forbidding = _judge_forbidding(source, requests)
        return [
            forbidding.get(number) or _judge_summary(source, f"summary_{number}", request)
            for number, request in enumerate(requests)
        ]


def _judge_forbidding(
    source: PandasDatasource, requests: list[dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Judge every rule that forbids rows at once: a frame of counts that must all be 0.

    One expectation over forty counts takes as long as one over one.
    """
    numbers = [
        number for number, request in enumerate(requests) if request["expect"]["kind"] == "no_rows"
    ]
    if not numbers:
        return {}
    counts = pd.DataFrame({"n_offending": [requests[number]["n_offending"] for number in numbers]})
    none = ExpectColumnValuesToBeBetween(column="n_offending", min_value=0, max_value=0)
    failing = set(_failing_rows(source, "forbidden", counts, [none])[1])
    return {
        number: {"success": position not in failing, "positions": []}
        for position, number in enumerate(numbers)
    }


def _judge_summary(source: PandasDatasource, name: str, request: dict[str, Any]) -> dict[str, Any]:
    frame = pd.DataFrame(request["rows"], columns=request["columns"])
    success, positions = _failing_rows(source, name, frame, _expectations(request))
    return {"success": success, "positions": positions}


def _failing_rows(
    source: PandasDatasource, name: str, frame: pd.DataFrame, expectations: list[Expectation]
) -> tuple[bool, list[int]]:
    whole = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
    batch = whole.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name=name, expectations=expectations)
    outcome = batch.validate(suite, result_format=RESULT_FORMAT)
    positions: set[int] = set()
    for result in outcome.results:
        if result.exception_info and _raised(result.exception_info):
            raise RuntimeError(f"{name}: {result.exception_info}")
        positions.update(int(index) for index in result.result.get("unexpected_index_list") or [])
    return bool(outcome.success), sorted(positions)


def _raised(info: dict[str, Any]) -> bool:
    # One record per expectation, or one per metric when a metric failed.
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(bool(item.get("raised_exception")) for item in info.values())


def _expectations(request: dict[str, Any]) -> list[Expectation]:
    column, expect = request["column"], request["expect"]
    present = ExpectColumnValuesToNotBeNull(column=column)
    if expect["kind"] == "between":
        bounds = {"min_value": expect["minimum"], "max_value": expect["maximum"]}
        return [present, ExpectColumnValuesToBeBetween(column=column, **bounds)]
    if expect["kind"] == "among":
        return [
            present,
            ExpectColumnValuesToBeInSet(column=column, value_set=list(expect["values"])),
        ]
    equal = ExpectColumnPairValuesToBeEqual(
        column_A=column, column_B=expect["other"], ignore_row_if="either_value_is_missing"
    )
    return [present, ExpectColumnValuesToNotBeNull(column=expect["other"]), equal]
