"""The examples in the docstrings of spatial methods are run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import analysis.methods.spatial

MODULES = sorted(
    module.name
    for module in pkgutil.iter_modules(
        analysis.methods.spatial.__path__, "analysis.methods.spatial."
    )
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
