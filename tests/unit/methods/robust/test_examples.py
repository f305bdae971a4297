"""The examples in the docstrings of robust methods are run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import analysis.methods.robust

PATH, PREFIX = analysis.methods.robust.__path__, "analysis.methods.robust."
MODULES = sorted(module.name for module in pkgutil.iter_modules(PATH, PREFIX))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
