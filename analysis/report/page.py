"""Puts sections on one page: templates, style and script in a single file."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis.report import numbers, overview
from analysis.report.section import absent, collect
from analysis.report.sections import SECTIONS
from analysis.report.tables import origin

if TYPE_CHECKING:
    from analysis.report.context import Context

_FOLDER = Path(__file__).parent / "templates"


def render(context: Context) -> str:
    """Return the whole page."""
    script = _asset("report.js")
    sections = [
        {
            "section": section,
            "absent": absent(section, context),
            "pieces": collect(section, context),
        }
        for section in SECTIONS
        if section.source != "marts" or context.shows_marts
    ]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            _words(context),
            sections=sections,
            facts=overview.facts(context),
            findings=overview.findings(context),
            style=Markup(_asset("style.css") + _asset("print.css")),
            script=Markup(script),
            script_hash=_hash(script),
        )
    )


def _words(context: Context) -> dict[str, object]:
    """Return what every template may call."""
    return {
        "context": context,
        "t": context.text,
        "name": context.text.name,
        "lang": context.text.lang,
        "error_kind": lambda kind: origin.std_error_kind(kind, context),
        "confidence": origin.confidence,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "fixed": numbers.fixed,
        "quantity": numbers.quantity,
        "integer": numbers.integer,
        "signed": numbers.signed,
        "percent": numbers.percent,
        "p_value": numbers.p_value,
        "p_equation": numbers.p_equation,
        "stars": numbers.stars,
        "moment": numbers.moment,
        "exact": numbers.exact,
    }
    return environment


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """Return the digest by which the page's policy knows its only script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
