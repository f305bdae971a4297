"""Fuzzy-set qualitative comparative analysis, exact and complete.

The way through: `calibration` (or `indirect`) makes memberships; `sets.set_data` checks and names
them; `necessity` tests necessary conditions; `truth_table` sorts cases into configurations;
`minimise` and `intermediate` find every tied minimal solution; `solutions` measures them, `roles`
tells core from peripheral conditions, `self_check` proves a printed solution minimal; `enhanced`
bars untenable assumptions; `panel` splits consistency by period and entity; `grid` and
`robustness` vary the choices. `analysis.analyse` does all of a study's steps at once.

Own code, because no Python package computes this completely: setqca 0.2 stops at 256 tied models
and needs most of a minute for ten conditions, and neither it nor others tell roles, conjunctural
expectations, enhanced standard analysis, panel fit or fit-oriented robustness. Checked against
R's QCA 3.23; where it, fsQCA and the literature differ, each function's docstring says so and
which option gives the other.
"""
