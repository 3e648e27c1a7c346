"""The formats of one submission's result, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from grader.exports import classroom50, github, gradescope, junit
from grader.exports.feedback import Feedback
from grader.exports.plain import ExportError

SHEETS = ("csv", "canvas", "moodle")
"""Tables of a whole class."""
NAMES = (
    "gradescope",
    "github",
    "github-summary",
    "github-annotations",
    "classroom50",
    "junit",
)


@dataclass(frozen=True)
class Format:
    """How a submission's result is written."""

    suffix: str
    to_text: Callable[[Feedback], str]
    to_refusal: Callable[[str], str] = lambda _reason: ""
    """What stands where nothing could be graded, for a reason."""


def find_format(name: str, variables: Mapping[str, str], report: str = "") -> Format:
    """Return a format that is ready to write.

    Args:
        name: one of `NAMES`.
        variables: the environment, where a platform's runner says whose it is.
        report: where the report lies, if it is written.

    Raises:
        ExportError: no format has this name, or a variable is missing.
    """
    match name:
        case "gradescope":
            return Format(".json", gradescope.to_results, gradescope.to_refusal)
        case "github":
            return Format(".txt", partial(github.to_output, report=report))
        case "github-summary":
            return Format(".md", github.to_summary, github.to_refusal_summary)
        case "github-annotations":
            return Format(".txt", github.to_annotations, github.to_refusal)
        case "classroom50":
            source = classroom50.read_source(variables)
            return Format(".json", partial(classroom50.to_result, source=source))
        case "junit":
            return Format(".xml", junit.to_xml, junit.to_refusal)
    raise ExportError(
        "no format is called {name!r}: {names}", name=name, names=", ".join(NAMES)
    )
