"""Verbs for students: debug."""

from __future__ import annotations

from grader.cli.lesson import One
from grader.cli.screen import is_interactive, print_plain, print_wrapped
from grader.cli.student import run
from grader.cli.student_view import show_verdict
from grader.layout import find_course
from grader.speech import _
from grader.student import StudentError
from grader.student.workspace import Workspace


def debug(name: One = "") -> None:
    """Stop at your own line, in Python's debugger, in the test that does not pass."""
    workspace = Workspace(find_course())
    exercise = workspace.exercise(name)
    if not is_interactive():
        raise StudentError("a debugger asks in a terminal, and there is none here")
    (verdict,) = run(workspace, [exercise.id], lambda _verdict: None)
    show_verdict(workspace, verdict)
    if not verdict.test or not verdict.imports:
        return
    from grader.student.debugger import DebuggedTest, lines_to_stop_at
    from grader.student.session import run_tests

    code = workspace.work.files[exercise.topic]
    path = workspace.layout.topic_file(exercise.topic)
    lines = lines_to_stop_at(code, exercise, verdict)
    print_plain("")
    print_wrapped(
        _(
            "The debugger stops at your line. n: next line, s: into a call, p x: print "
            "x, c: go on, q: leave, h: help."
        ),
        0,
    )
    test = DebuggedTest(verdict.test, str(path), lines)
    run_tests(
        workspace.syllabus, [exercise.id], lambda _verdict: None, test, by_hand=True
    )
