"""Checks that a change of data could fail, one module per gate."""
