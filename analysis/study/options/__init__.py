"""The settings of each method, one module per family."""
