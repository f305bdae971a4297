"""Runs a study: marts to results, report and published copy.

python -m analysis.run
python -m analysis.run --only baseline_4
python -m analysis.run --study my_study.yml --output my_report
"""

from analysis.run.cli import main

__all__ = ["main"]
