"""Tables to paste: every three-line table of the report as Word, LaTeX, Excel and Markdown.

`gather` finds the tables in what sections hand to their templates, a module per format lays
one out, `files` names the files, `folder` puts them beside the page, all of them or none. A
section whose data holds a `ThreeLine` has its tables exported without further code.
"""
