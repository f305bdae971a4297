"""The examples in the docstrings of panel methods and covariances are run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import analysis.methods.covariance
import analysis.methods.panel

MODULES = sorted(
    module.name
    for package in (analysis.methods.covariance, analysis.methods.panel)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
