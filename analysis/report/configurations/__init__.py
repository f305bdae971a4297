"""Configurations on the page: what fsQCA and NCA left, as tables and figures."""
