"""The settings that a model uses: those that follow from others are filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.report.studies import Model

# What Moran's I of residuals does not use: its moments know the regressors instead.
_OF_VALUES = frozenset(("variance", "permutations", "local_permutations", "level"))


def used_settings(model: Model) -> dict[str, Any]:
    """Return the settings that a model uses, those that follow from others filled in."""
    options = dict(model.options)
    if options.get("residuals"):
        return {name: value for name, value in options.items() if name not in _OF_VALUES}
    if model.method == "spatial.slx" or "effects_bias" not in options:
        return options
    is_random, effects = options.get("random"), options.get("effects")
    if options.get("bias") is None and (is_random or options.get("dynamic") or effects):
        takes_off = is_random or options.get("dynamic")
        options["bias"] = "correct" if takes_off else "transform"
    if options["effects_bias"] is None and model.method == "spatial.sac":
        has_dummies = effects and options["bias"] != "transform"
        options["effects_bias"] = "none" if has_dummies else "correct"
    return options
