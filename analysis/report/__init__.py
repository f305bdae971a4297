"""The readable report: one HTML file laid out from marts and results, computing nothing.

The path of a number: `reader` takes it from the database, a module in `sections` arranges it,
`tables` and `figures` give it a shape, a template of the same name puts it on the page. To add
a section, add one module to `sections`, one template, and its place in `sections.SECTIONS`.
"""
