"""The examples in the docstrings of instrumental-variable methods are run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import analysis.methods.iv

MODULES = sorted(
    module.name
    for module in pkgutil.iter_modules(analysis.methods.iv.__path__, "analysis.methods.iv.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
