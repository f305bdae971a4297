"""Space: weights, tests for autocorrelation, spatial panel models and their effects.

Imported from their own modules, so that one question does not wait for the others.
"""
