"""Where study, methods, warehouse and results meet."""
