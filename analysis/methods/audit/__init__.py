"""Arithmetic on printed tables: what can, what cannot, and what must be read another way.

A printed figure stands for every number that rounds to it. Each check computes with these
intervals, so that a finding holds for whatever the unrounded figures were.
"""

from analysis.methods.audit.findings import Finding, Grade
from analysis.methods.audit.interval import Interval, Printed, printed

__all__ = ["Finding", "Grade", "Interval", "Printed", "printed"]
