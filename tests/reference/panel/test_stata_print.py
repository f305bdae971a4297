"""What Stata prints for Grunfeld's panel, to the printed digits.

From the worked examples of Stata's Longitudinal-Data/Panel-Data Reference Manual that use
`webuse grunfeld` (the same ten firms): `xtreg invest mvalue kstock, fe`, the same with `re`, and
`xttest0` after it. Seven printed digits.
"""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.panel import breusch_pagan_lm, poolability_f, random_effects, within
from tests.reference.panel.data import Panel

CONVENTIONAL = Covariance("conventional")


def test_xtreg_fe(grunfeld: Panel) -> None:
    fit = within(*grunfeld, effects=("entity",), covariance=CONVENTIONAL)

    assert_allclose(fit.estimates, [0.1101238, 0.3100653, -58.74393], rtol=1e-6)
    assert_allclose(fit.std_errors, [0.0118567, 0.0173545, 12.45369], rtol=3e-6)
    assert fit.r2.xtreg_within is not None
    shares = [fit.r2.xtreg_within, fit.r2.xtreg_between, fit.r2.xtreg_overall]
    assert_allclose(np.array(shares, dtype=float), [0.7668, 0.8194, 0.8060], atol=5e-5)
    assert_allclose(fit.sigma2**0.5, 52.767964, rtol=1e-7)
    f = poolability_f(*grunfeld, effects=("entity",))
    assert_allclose(np.array([f.statistic], dtype=float), 49.18, atol=5e-3)


def test_xtreg_re_and_xttest0(grunfeld: Panel) -> None:
    fit = random_effects(*grunfeld, covariance=CONVENTIONAL)

    assert_allclose(fit.estimates, [0.1097811, 0.308113, -57.83441], rtol=1e-6)
    assert_allclose(fit.std_errors, [0.0104927, 0.0171805, 28.89893], rtol=4e-6)
    shares = [fit.r2.within, fit.r2.between, fit.r2.overall]
    assert_allclose(np.array(shares, dtype=float), [0.7668, 0.8196, 0.8061], atol=5e-5)
    assert_allclose(np.array([fit.sigma2_entity], dtype=float) ** 0.5, 84.20095, rtol=1e-7)
    lm = breusch_pagan_lm(*grunfeld)
    assert_allclose(np.array([lm.statistic], dtype=float), 798.16, atol=5e-3)
