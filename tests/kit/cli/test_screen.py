"""What a class looks like on a narrow screen, and progress in a pipe."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.cli import class_view, screen
from grader.cli.screen import progress_bar, shortened
from grader.policy import NO_RULES, adjust
from grader.results.result import Result, Status
from grader.scoring.score import ExerciseScore, Score

NAMES = ("maria-fernanda-oliveira-da-silva", "maria-fernanda-oliveira-de-souza", "bo")


@pytest.fixture
def shown(syllabus, monkeypatch):
    """Return a function that shows a class at a width, as lines."""

    def show(width, *names):
        console = Console(width=width, file=io.StringIO())
        for module in (screen, class_view):
            monkeypatch.setattr(module, "out", console)
        exercises = tuple(
            ExerciseScore(e.id, round(e.points / 3, 2), 0.0, float(e.points), {})
            for e in syllabus.exercises.values()
        )
        results = []
        for name in names:
            mine = Score(name, exercises)
            adjusted = adjust(mine, None, NO_RULES, name)
            results.append(Result(name, Status.GRADED, mine, adjusted=adjusted))
        results.append(Result("lost", Status.NOT_GRADED, reason="broken"))
        results.append(Result("gone", Status.MISSING))
        class_view.show_class(results, syllabus, NO_RULES)
        text = console.file.getvalue()
        return text[text.index("student") :].splitlines()

    return show


def test_six_topics_and_long_names_fit_80_columns_a_line_each(shown, syllabus):
    head, most, *rows = shown(80, *NAMES)

    assert max(map(cell_len, [head, most, *rows])) <= 80
    silva, souza, *others = (row.split()[0] for row in rows[:5])
    assert re.fullmatch(r"maria-fer.*….*silva", silva)
    assert re.fullmatch(r"maria-fer.*….*souza", souza)
    assert others == ["bo", "lost", "gone"]
    assert len(head.split()) == 1 + len(syllabus.topics) + 4


def test_the_first_row_is_the_maximum_of_each_topic(shown, syllabus):
    head, most, *_ = shown(200, *NAMES)

    points = [sum(e.points for e in topic.exercises) for topic in syllabus.topics]
    assert most.split() == ["of", *map(str, points), str(sum(points))]
    assert head.split()[1:7] == [t.id.partition("_")[0] for t in syllabus.topics]


def test_who_has_no_points_has_no_zero(shown, syllabus):
    *_, lost, gone, told = shown(80, *NAMES)

    assert lost.split()[1:] == gone.split()[1:] == ["-"] * (len(syllabus.topics) + 4)
    assert told == "-: no points, which is no zero: 1 not graded, 1 not handed in"


@pytest.mark.parametrize(
    ("name", "width", "cut"),
    [
        ("ana", 3, "ana"),
        ("maria-fernanda-oliveira", 12, "maria-…veira"),
        ("学生学生学生", 8, "学生…生"),
        ("ana", 1, "…"),
    ],
)
def test_a_name_is_cut_in_its_middle(name, width, cut):
    assert shortened(name, width) == cut
    assert cell_len(cut) <= width


@pytest.fixture
def piped(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(screen, "errors", Console(file=stream, width=80))
    return lambda: re.sub(r" +\n", "\n", stream.getvalue()).splitlines()


@pytest.mark.parametrize(
    ("total", "lines"),
    [
        (200, [f"Submissions: {n} of 200" for n in range(20, 201, 20)]),
        (3, [f"Submissions: {n} of 3" for n in (1, 2, 3)]),
        (0, []),
    ],
)
def test_in_a_pipe_progress_is_a_line_for_every_tenth(piped, total, lines):
    with progress_bar("Submissions") as bar:
        task = bar.add_task("", total=total)
        for _ in range(total):
            bar.advance(task)

    assert piped() == lines


def test_in_a_pipe_what_is_tracked_or_updated_is_told_too(piped):
    with progress_bar("Students") as bar:
        assert list(bar.track("ab")) == ["a", "b"]
    with progress_bar("Answers") as bar:
        task = bar.add_task("")
        bar.update(task, completed=1, total=2)

    assert piped() == ["Students: 1 of 2", "Students: 2 of 2", "Answers: 1 of 2"]
