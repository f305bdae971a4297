r"""Is it a threshold at all: a square, a kink and a jump in the same data.

Where the threshold variable is the regressor itself, b1 x 1(x <= g) + b2 x 1(x > g) jumps by
(b2 - b1) g at the threshold. Smooth or continuous forms tell other stories with as few numbers:

========== ===============================================================
linear     b x
quadratic  b x + c x q (x squared where q is x)
kink       b q + c (q - g) 1(q > g), continuous at g (Hansen 2017)
threshold  the model of `panel_threshold` with one threshold
jump       slope and level change: b1 q 1(q <= g) + (a + b2 q) 1(q > g)
========== ===============================================================

The kink is the jump under the restriction that the line does not break. Its test compares the
two, each at its own best threshold, by a bootstrap under the kink: with a kink the threshold is
estimated too slowly for chi-squared tables (Hidalgo, Lee and Seo 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import absorbed_fit
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.results import PanelFit, PanelTest
from analysis.methods.threshold.bootstrap import (
    at_least,
    check_resampling,
    drawn_errors,
    drawn_how,
    with_null_jumps,
)
from analysis.methods.threshold.hansen import Inference
from analysis.methods.threshold.inputs import SearchRules, ThresholdData, check_threshold
from analysis.methods.threshold.regimes import regime_of, regime_panel
from analysis.methods.threshold.search import conditional_rss, search
from analysis.methods.threshold.splitting import Reduced, SplitProblem

_NO_PLACES = np.empty((1, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class FunctionalForm:
    """One way in which the outcome may depend on the split regressors.

    Attributes
    ----------
    form
        ``linear``, ``quadratic``, ``kink``, ``threshold`` or ``jump``.
    threshold
        Where it bends or breaks; ``None`` for forms without such a point.
    n_parameters
        Slopes, effects, error variance and the threshold.
    rss, loglik, aic, bic
        Of the fit; smaller aic and bic are better.
    regression
        The fit; standard errors take the threshold as known.
    """

    form: str
    threshold: float | None
    n_parameters: int
    rss: float
    loglik: float
    aic: float
    bic: float
    regression: PanelFit


@dataclass(frozen=True, slots=True, eq=False)
class FunctionalForms:
    """All forms of one sample, and the test of continuity.

    Attributes
    ----------
    forms
        The forms that apply, in the order of the module's table.
    continuity
        Kink against jump; without number where it does not apply.
    """

    forms: tuple[FunctionalForm, ...]
    continuity: PanelTest


def functional_forms(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    split: FloatArray,
    split_names: Sequence[str],
    threshold_variable: FloatArray,
    rules: SearchRules | None = None,
    inference: Inference | None = None,
    rng: np.random.Generator | None = None,
) -> FunctionalForms:
    """Fit the forms above and test whether the line breaks at the threshold.

    Parameters
    ----------
    y, X, names, entity, time, split, split_names, threshold_variable, rules, inference, rng
        As in `panel_threshold`.

    Returns
    -------
    FunctionalForms
        Kink and jump only where the threshold variable is one of the split regressors.

    Raises
    ------
    ValueError, NotIdentified
        As `panel_threshold`; the conventions of Hansen's own program are not offered here.
    """
    data = check_threshold(y, X, names, entity, time, split, split_names, threshold_variable)
    chosen, how = rules or SearchRules(), inference or Inference()
    if chosen.is_strict:
        raise ValueError("functional forms are compared under the convention 'free' only")
    if how.draws and rng is None:
        raise ValueError("bootstrap draws need a random generator: pass rng, or draws=0")
    own = [j for j in range(data.split.shape[1]) if np.array_equal(data.split[:, j], data.q)]
    forms = [
        _form("linear", data.linear, None, chosen, how.covariance),
        _form("quadratic", _quadratic(data), None, chosen, how.covariance),
    ]
    threshold = _threshold(data, chosen, how.covariance)
    if not own:
        return FunctionalForms((*forms, threshold), _not_continuous(data))
    bent = _Bent(data, own[0], chosen)
    kink = bent.kink(how.covariance)
    jump = bent.jump(how.covariance)
    test = bent.continuity(kink, jump, how, rng)
    return FunctionalForms((*forms, kink, threshold, jump), test)


def _form(
    form: str,
    panel: PanelData,
    threshold: float | None,
    rules: SearchRules,
    covariance: Covariance,
) -> FunctionalForm:
    fit = absorbed_fit(form, panel, rules.effects, covariance, 0.95)
    count = fit.n_obs - fit.df_residual + 1 + (threshold is not None)
    return FunctionalForm(
        form=form,
        threshold=threshold,
        n_parameters=count,
        rss=fit.rss,
        loglik=fit.loglik,
        aic=2 * count - 2 * fit.loglik,
        bic=float(count * np.log(fit.n_obs) - 2 * fit.loglik),
        regression=fit,
    )


def _quadratic(data: ThresholdData) -> PanelData:
    linear = data.linear
    centred = data.q - data.q.mean()
    extra = data.split * centred[:, None]
    names = tuple(f"{name} x threshold variable, centred" for name in data.split_names)
    return replace(linear, X=np.column_stack([linear.X, extra]), names=(*linear.names, *names))


def _threshold(data: ThresholdData, rules: SearchRules, covariance: Covariance) -> FunctionalForm:
    problem = SplitProblem(data, rules)
    reduced = problem.reduce(data.panel.y[problem.rows][:, None])
    places = search(problem, reduced, 1)[1].places[0]
    panel, _ = regime_panel(data, regime_of(problem, places), 2)
    return _form("threshold", panel, float(problem.values[places[0]]), rules, covariance)


def _not_continuous(data: ThresholdData) -> PanelTest:
    return PanelTest(
        "threshold_continuity",
        None,
        None,
        None,
        None,
        "upper",
        "the line does not break at the threshold",
        "does not apply: the threshold variable is none of the regime-dependent regressors "
        f"({', '.join(data.split_names)})",
    )


class _Bent:
    """Kink and jump of the threshold variable's own slope, on one set of candidates."""

    def __init__(self, data: ThresholdData, own: int, rules: SearchRules) -> None:
        self._name = data.split_names[own]
        self._rules = rules
        others = np.delete(data.split, own, axis=1)
        kept = tuple(n for j, n in enumerate(data.split_names) if j != own)
        panel = replace(
            data.panel,
            X=np.column_stack([others, data.panel.X]),
            names=(*kept, *data.panel.names),
        )
        # Centred, so that (q - g)+ is no small difference of large sums; a constant is absorbed.
        self._centre = float(data.q.mean())
        columns = np.column_stack([np.ones(data.q.size), data.q - self._centre])
        self._data = ThresholdData(panel, columns, ("level", self._name), data.q)
        self._problem = SplitProblem(self._data, rules)
        self._points = self._problem.values - self._centre
        self._reduced = self._problem.reduce(panel.y[self._problem.rows][:, None])

    def kink(self, covariance: Covariance) -> FunctionalForm:
        place = int(self._kink_rss(self._reduced)[0].argmin())
        point = float(self._problem.values[place])
        bend = np.clip(self._data.q - point, 0.0, None)
        return self._fit("kink", {f"{self._name}, bend": bend}, point, covariance)

    def jump(self, covariance: Covariance) -> FunctionalForm:
        place = int(conditional_rss(self._problem, self._reduced, _NO_PLACES)[0].argmin())
        point = float(self._problem.values[place])
        above = (self._data.q > point).astype(np.float64)
        columns = {
            "level, above": above,
            f"{self._name}, change of slope": above * self._data.q,
        }
        return self._fit("jump", columns, point, covariance)

    def continuity(
        self,
        kink: FunctionalForm,
        jump: FunctionalForm,
        how: Inference,
        rng: np.random.Generator | None,
    ) -> PanelTest:
        """Compare kink and jump by draws under the kink."""
        panel = self._data.panel
        divisor = panel.n_obs - panel.entity.count
        fall = max(kink.rss - jump.rss, 0.0) / jump.rss
        note = f"kink at {kink.threshold:.6g}, jump at {jump.threshold:.6g}"
        p_value = None
        if how.draws and rng is not None:
            check_resampling(self._data, how.resampling)
            falls = self._falls(kink, how, rng)
            exceed = at_least(falls, fall)
            p_value = (1 + exceed) / (1 + how.draws)
            note += f"; {how.draws} draws {drawn_how(how.resampling)} under the kink"
        null = "the line does not break at the threshold"
        return PanelTest(
            "threshold_continuity", fall * divisor, None, None, p_value, "upper", null, note
        )

    def _falls(self, kink: FunctionalForm, how: Inference, rng: np.random.Generator) -> FloatArray:
        place = int(np.flatnonzero(self._problem.values == kink.threshold)[0])
        fit = kink.regression
        bend = float(fit.estimates[fit.position(f"{self._name}, bend")])
        jumps = np.array([[-bend * self._points[place], bend]])
        residuals = fit.residuals[self._problem.rows]
        found = []
        for errors in drawn_errors(self._problem, residuals, how.draws, rng, how.resampling):
            reduced = with_null_jumps(self._problem, errors, np.array([place]), jumps)
            fixed = np.empty((reduced.squares.size, 0), dtype=np.int64)
            free = conditional_rss(self._problem, reduced, fixed).min(axis=1)
            found.append((self._kink_rss(reduced).min(axis=1) - free) / free)
        return np.asarray(np.clip(np.concatenate(found), 0.0, None))

    def _kink_rss(self, reduced: Reduced) -> FloatArray:
        """Rss of (q - g)+ for every candidate: a fixed combination of its two columns."""
        level, slope = reduced.products[..., 0], reduced.products[..., 1]
        diagonal, points = self._problem.diagonal, self._points
        products = slope - points * level
        squares = diagonal[:, 1, 1] - 2 * points * diagonal[:, 0, 1] + points**2 * diagonal[:, 0, 0]
        usable = self._problem.is_admissible & (squares > 1e-10 * diagonal[:, 1, 1])
        if not usable.any():
            raise NotIdentified(
                "No kink can be told apart from a straight line.", "Compare other forms."
            )
        gain = products**2 / np.where(usable, squares, 1.0)
        return np.asarray(np.where(usable, reduced.squares[:, None] - gain, np.inf))

    def _fit(
        self, form: str, columns: dict[str, FloatArray], point: float, covariance: Covariance
    ) -> FunctionalForm:
        panel = self._data.panel
        X = np.column_stack([self._data.q, *columns.values(), panel.X])
        full = replace(panel, X=X, names=(self._name, *columns, *panel.names))
        return _form(form, full, point, self._rules, covariance)
