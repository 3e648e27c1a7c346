"""Which exercise a save is about, what stands how, and what comes next."""

import pytest

from grader.source import BrokenCodeError
from grader.student.choice import exercise_of_save, following
from grader.student.code import read_code
from grader.student.progress import bar, duration, measure, required
from grader.student.state import Noted, State
from grader.student.work import ExerciseStatus, Work
from grader.syllabus import Course, Exercise, Syllabus, Topic

STUB = """from grader import NotStarted


def a(x):
    raise NotStarted


def b(x):
    raise NotStarted


def c(x):
    raise NotStarted
"""
WRITTEN = """import helpers
from grader import NotStarted


def a(x):
    return x


def b(x):
    return _shared(x)


def c(x):
    return _shared(x) + 1


def _shared(x):
    return 2 * x
"""


def exercise(topic, symbol, level="core"):
    fields = ("", "", level, 10, 1, 1, 0, (), ("x", "y"))
    return Exercise(topic, (symbol,), *fields, required=level == "core")


ONE = Topic("one", "One", "", tuple(exercise("one", s) for s in "abc"))
TWO = Topic("two", "Two", "", (exercise("two", "d", "deep"), exercise("two", "e")))
COURSE = Course("c", "C", "", "")
SYLLABUS = Syllabus((ONE, TWO), {ONE.id: (), TWO.id: ()}, COURSE, ("core", "deep"))
A, B, C = ONE.exercises


def work(text, **others):
    files, broken = {}, {}
    for name, source in {"one": text, **others}.items():
        try:
            files[name] = read_code(source)
        except BrokenCodeError as error:
            broken[name] = str(error)
    return Work(files, broken, {"one": read_code(STUB)}, {"one": "3.11", "two": ""})


def choose(before, after, passing=(), current="one.a"):
    chosen = exercise_of_save(
        ONE, work(before), work(after), lambda e: e.id in passing, current
    )
    return chosen and chosen.id


def test_a_save_is_about_the_exercise_whose_code_changed():
    after = WRITTEN.replace("_shared(x) + 1", "_shared(x) + 2")

    assert choose(WRITTEN, after) == "one.c"
    assert choose(WRITTEN, after, {"one.c"}) == "one.c"


def test_code_that_changed_comes_before_code_that_uses_it():
    before = WRITTEN.replace("return _shared(x)\n", "return c(x)\n")
    after = before.replace("_shared(x) + 1", "_shared(x) + 2")

    assert choose(before, after, current="one.b") == "one.c"


def test_a_save_of_a_helper_is_about_an_exercise_that_uses_it():
    after = WRITTEN.replace("2 * x", "3 * x")

    assert choose(WRITTEN, after) == "one.b"
    assert choose(WRITTEN, after, {"one.b"}) == "one.c"
    assert choose(WRITTEN, after, current="one.c") == "one.c"


def test_a_save_without_a_change_is_about_the_first_that_does_not_pass():
    commented = WRITTEN.replace("return x\n", "return x  # as it is\n")

    assert choose(WRITTEN, commented, {"one.a"}) == "one.b"
    assert choose(WRITTEN, commented, {"one.a"}, current="one.c") == "one.c"
    assert choose(WRITTEN, commented, {"one.a", "one.b", "one.c"}) is None


def test_of_several_changes_the_current_one_counts():
    assert choose(STUB, WRITTEN, current="one.b") == "one.b"
    assert choose(STUB, WRITTEN, {"one.a"}, current="two.d") == "one.b"


def test_a_broken_file_stays_with_the_current_exercise():
    broken = WRITTEN + "x = ("

    assert choose(WRITTEN, broken, {"one.a"}, current="one.b") == "one.b"
    assert choose(WRITTEN, broken, {"one.a"}, current="two.d") == "one.b"


def test_an_exercise_as_handed_out_is_not_started():
    reformatted = STUB.replace("raise NotStarted", "raise NotStarted  # later")

    assert work(reformatted).status(A, State()) is ExerciseStatus.UNTOUCHED


def test_a_verdict_holds_as_long_as_its_code_does():
    now = work(WRITTEN)
    state = State(verdicts={"one.b": Noted(now.key(B), True)})

    assert now.status(B, state) is ExerciseStatus.PASSES
    changed = work(WRITTEN.replace("2 * x", "3 * x"))
    assert changed.status(B, state) is ExerciseStatus.CHANGED
    elsewhere = work(WRITTEN.replace("return x\n", "return -x\n"))
    assert elsewhere.status(B, state) is ExerciseStatus.PASSES


def test_a_verdict_depends_on_files_that_are_imported():
    keys = {work(WRITTEN, helpers=text).key(B) for text in ("x = 1", "x = 2", "x = (")}

    assert len(keys) == 3


def test_a_verdict_depends_on_tests_and_versions():
    now, later = work(WRITTEN), work(WRITTEN)
    later.context["one"] = "3.12"

    assert now.key(B) != later.key(B)


def test_a_broken_file_keeps_no_verdict():
    assert work("x = (").key(A) is None
    assert work("x = (").status(A, State()) is ExerciseStatus.CHANGED


def test_lines_that_still_raise_are_found():
    half = WRITTEN.replace("return _shared(x)\n", "if x:\n        raise NotStarted\n")

    assert work(half).unwritten(B) == [11]
    assert work(half).unwritten(C) == []


def test_the_next_exercise_is_behind_the_present_one():
    def next_of(passing, after=""):
        found = following(SYLLABUS, lambda e: e.id in passing, after)
        return found and found.id

    assert next_of(set()) == "one.a"
    assert next_of({"one.a"}) == "one.b"
    assert next_of({"one.b"}, "one.b") == "one.c"
    assert next_of({"one.b", "two.e"}, "two.e") == "one.a"
    assert next_of(set(SYLLABUS.exercises)) is None


def test_progress_counts_what_passes_and_the_minutes_of_the_rest():
    statuses = dict.fromkeys(SYLLABUS.exercises, ExerciseStatus.UNTOUCHED)
    statuses["one.b"] = ExerciseStatus.PASSES
    statuses["one.c"] = ExerciseStatus.FAILS

    one = measure(ONE.exercises, statuses)
    core = required(SYLLABUS, statuses)

    assert (one.passed, one.total, one.minutes_left) == (1, 3, 20)
    assert (core.passed, core.total, core.minutes_left) == (1, 4, 30)


def test_a_bar_is_full_only_when_all_is_done():
    statuses = dict.fromkeys(SYLLABUS.exercises, ExerciseStatus.PASSES)
    full = measure(ONE.exercises, statuses)
    statuses["one.a"] = ExerciseStatus.CHANGED
    nearly = measure(ONE.exercises, statuses)

    assert bar(full, 4) == ("████", "")
    assert bar(nearly, 4) == ("██", "░░")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (50, "50 min"), (60, "1 h"), (125, "2 h 5 min")],
)
def test_minutes_are_said_in_words(minutes, words):
    assert duration(minutes) == words
