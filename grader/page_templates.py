"""How templates become pages: text stays text, in the language that is spoken."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.layout import TEMPLATES
from grader.speech import form_for, spoken, translate


def page_templates(folder: str, **options: Any) -> Environment:
    """Return the templates of a folder.

    Args:
        folder: its name.
        options: more of Jinja's.
    """
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES / folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
        **options,
    )
    templates.install_gettext_callables(  # type: ignore[attr-defined]
        translate, form_for, newstyle=True
    )
    templates.globals["language"] = spoken().replace("_", "-")
    return templates
