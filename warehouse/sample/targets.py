"""What the sample is calibrated to, in one place.

Sources: Table 5 (means and standard deviations of the 420 region-years) and Table 2 (5, 50 and 95 %
quantiles) of the study that the project reproduces. The seeds' ``published_figures`` hold the same
numbers; they stand here again because a generator must not change when a seed is extended.
"""

from __future__ import annotations

# Variable -> (mean, standard deviation); marts must come within 10 %.
TABLE_5: dict[str, tuple[float, float]] = {
    "develop": (0.1662, 0.1011),
    "agg": (0.6866, 0.5410),
    "wage": (7.4370, 3.0310),
    "second": (0.3907, 0.1079),
    "third": (0.4864, 0.1203),
    "press": (2.3422, 1.0128),
    "traffic": (0.4519, 0.2226),
    "edu": (0.0096, 0.0059),
}
TABLE_5_TOLERANCE = 0.10

# Variable -> pooled quantiles at 5, 50 and 95 % (type 7); marts must come within 15 %.
TABLE_2: dict[str, tuple[float, float, float]] = {
    "gov1": (0.0567, 0.0808, 0.0966),
    "gov2": (0.1167, 0.1874, 0.2486),
    "market1": (25.428, 50.8834, 102.4838),
    "market2": (9.0, 93.5, 371.0),
    "inf1": (57.0, 71.0, 89.0),
    "inf2": (8.63, 10.595, 14.57),
    "agg": (0.2059, 0.6519, 2.15),
}
TABLE_2_TOLERANCE = 0.15
TABLE_2_LEVELS = (0.05, 0.50, 0.95)
