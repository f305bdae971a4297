"""The examples in the docstrings of fsQCA and NCA are run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import analysis.methods.nca
import analysis.methods.qca

MODULES = sorted(
    module.name
    for package in (analysis.methods.qca, analysis.methods.nca)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
