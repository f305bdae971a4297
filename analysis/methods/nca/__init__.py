"""Necessary condition analysis (Dul 2016): ceilings, effect size, permutation test, bottlenecks.

Own code: NCA exists for R only. `ceiling` draws the two ceilings and measures the empty corner,
`permutation` asks whether chance would leave a corner as empty, `bottleneck` reads off how much of
the condition each level of the outcome needs.
"""
