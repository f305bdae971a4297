"""Figures as inline SVG: facts in, markup out; colours are classes of the style sheet."""
