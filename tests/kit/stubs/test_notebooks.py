"""A notebook asks for the same as a stub, and its release tells no solution."""

import json
import runpy

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions

from grader.layout import KIT
from grader.stubs import (
    StubError,
    check_id,
    grade_id,
    make_notebook,
    make_sources,
    picture_file,
)
from grader.stubs.picture import show_picture
from grader.stubs.statement import make_statement
from grader.syllabus import Exercise, Topic

BOOK = "https://example.org"
SOLUTION = '''"""A topic.

Read along: https://example.org
"""

import torch
from torch import nn

_SECRET = 42
GIVEN = 1


class Layer(nn.Module):
    """Do it.

    Raises:
        ValueError: x is None, or
            something else.
        TypeError: x is odd.

    Example:
        >>> Layer(3)(1)
        1
    """

    name: str

    def __init__(self, d: int):
        super().__init__()
        self.d = d  # the answer

    def forward(self, x):
        """Return x."""
        return _help(x)

    def _inner(self):
        return 1


# a telling comment
def _help(x):
    return _deep(x)


def _deep(x):
    return x + _SECRET - 42


@torch.no_grad()
def given(x):
    """Stay."""
    return x + GIVEN


@torch.no_grad()
def solve(x: int) -> int:
    """Solve it."""
    return _deep(x) + 3
'''


def exercise(*symbols, points=1, cuda_points=0):
    return Exercise(
        *("t", symbols, "A title", "A Section", "core", 10, 1, points, cuda_points),
        *((), ("a", "b")),
    )


TOPIC = Topic("t", "T", "", (exercise("Layer", points=2), exercise("solve")))


def cells_of(text):
    return {cell["id"]: cell for cell in json.loads(text)["cells"]}


def code_of(text, name):
    return "".join(cells_of(text)[name]["source"])


def release(text):
    """Return a source notebook as nbgrader releases it."""
    notebook = nbformat.reads(text, 4)
    clear = ClearSolutions(code_stub={"python": "raise NotStarted"})
    return clear.preprocess(notebook, {})[0]


def run(text):
    """Return the names that a notebook's cells define."""
    names = {"__name__": "notebook"}
    for name, cell in cells_of(text).items():
        if cell["cell_type"] == "code" and not name.endswith((check_id(""), "-desk")):
            exec("".join(cell["source"]), names)
    return names


def test_an_answer_cell_keeps_signatures_and_the_first_line_of_a_docstring():
    text = make_notebook(SOLUTION, TOPIC, solved=False)

    assert code_of(text, "t-Layer") == (
        "class Layer(nn.Module):\n"
        '    """Do it."""\n\n'
        "    name: str\n\n"
        "    def __init__(self, d: int):\n"
        "        raise NotStarted\n\n"
        "    def forward(self, x):\n"
        '        """Return x."""\n'
        "        raise NotStarted"
    )


def test_nothing_of_the_solutions_work_is_in_a_students_notebook():
    text = make_notebook(SOLUTION, TOPIC, solved=False)

    for secret in ("# the answer", "telling", "_SECRET", "_help", "_deep", "_inner"):
        assert secret not in text


def test_what_is_given_stands_in_locked_cells_where_it_is_needed():
    text = make_notebook(SOLUTION, TOPIC, solved=False)

    first, second = code_of(text, "t-given-1"), code_of(text, "t-given-2")

    assert first.endswith("from grader import NotStarted\n\nGIVEN = 1")
    assert second.startswith("@torch.no_grad()\ndef given(x):")
    assert list(cells_of(text)) == [
        *("t-title", "t-desk", "t-given-1"),
        *("t-Layer-statement", "t-Layer", "t-Layer-check"),
        *("t-given-2", "t-solve-statement", "t-solve", "t-solve-check"),
    ]


def test_a_solved_notebook_runs_with_its_helpers():
    names = run(make_notebook(SOLUTION, TOPIC, solved=True))

    assert names["Layer"](3)(7) == 7
    assert names["solve"](1) == 4


def test_nbgraders_release_of_a_solved_notebook_is_the_students_notebook():
    solved = make_notebook(SOLUTION, TOPIC, solved=True)

    released = release(solved)

    assert released == nbformat.reads(make_notebook(SOLUTION, TOPIC, solved=False), 4)


def test_points_stand_in_the_cell_that_checks():
    solve = exercise("solve", points=2, cuda_points=1)
    topic = Topic("t", "T", "", (exercise("Layer"), solve))

    cells = cells_of(make_notebook(SOLUTION, topic, solved=False))

    checks = cells[check_id("t.solve")]
    assert checks["metadata"]["nbgrader"] == {
        "schema_version": 3,
        "grade_id": "t-solve-check",
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 3,
    }
    assert 'check("t.solve")' in "".join(checks["source"])
    assert cells[grade_id("t.solve")]["metadata"]["nbgrader"]["solution"] is True


def test_a_part_of_a_topic_leaves_no_other_exercise_in():
    text = make_notebook(SOLUTION, TOPIC, solved=True, only={"t.solve"})

    assert "Layer" not in text
    assert "t-solve" in cells_of(text)


def test_a_statement_reads_as_markdown():
    docstrings = {
        "f": "Do it.\n\nShapes: (n,) -> ()\n\nRaises:\n    ValueError: x is\n"
        "        None.\n    TypeError: x is odd.\n\nReturns:\n    It.\n\n"
        "Example:\n    >>> f(\n    ...     1)\n    2"
    }

    assert make_statement(exercise("f", points=2), docstrings, BOOK).split("\n\n") == [
        "## f: A title",
        "Do it.",
        "**Shapes:** (n,) -> ()",
        "**Raises:**",
        "- `ValueError`: x is\n    None.\n- `TypeError`: x is odd.",
        "**Returns:** It.",
        "```python\n>>> f(\n...     1)\n2\n```",
        f"*2 points, about 10 minutes, read [“A Section”]({BOOK})*",
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            'def solve():\n    """S."""\n    return 1\n\n_x = 1\n',
            "line 5 is used nowhere",
        ),
        (
            'class solve:\n    """S."""\n\n    _x = 1\n\n    def f(self):\n'
            "        return 1\n",
            "solve begins with a private member",
        ),
    ],
)
def test_a_solution_that_has_no_place_for_a_helper_is_told(source, problem):
    topic = Topic("t", "T", "", (exercise("solve"),))

    with pytest.raises(StubError, match=problem):
        make_notebook(source, topic, "t.py", solved=True)


@pytest.fixture(scope="module")
def sources(syllabus):
    return make_sources(syllabus, KIT, syllabus)


def test_every_topic_has_a_notebook_that_nbgrader_takes(sources, syllabus):
    for topic in syllabus.topics:
        notebook = nbformat.reads(sources[f"{topic.id}.ipynb"], 4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        points = [
            c.metadata.nbgrader.get("points", 0)
            for c in notebook.cells[1:]
            if "nbgrader" in c.metadata
        ]
        assert sum(points) == sum(e.points + e.cuda_points for e in topic.exercises)


def test_the_release_of_every_source_is_the_notebook_in_exercises(sources, syllabus):
    for topic in syllabus.topics:
        committed = nbformat.read(KIT.topic_notebook(topic.id), 4)
        assert release(sources[f"{topic.id}.ipynb"]) == committed


def test_a_source_brings_the_pictures_that_it_shows(sources, syllabus):
    for topic in syllabus.topics:
        name = picture_file(topic.id)
        title = cells_of(sources[f"{topic.id}.ipynb"])[f"{topic.id}-title"]
        assert f"]({name})" in "".join(title["source"])
        assert sources[name] == (KIT.notebooks / name).read_text()


def test_a_picture_is_what_its_source_draws():
    folder = KIT.notebooks / "pictures"
    source = runpy.run_path(str(folder / "draw.py"))

    drawn = source["draw_all"]()

    page = (KIT.root / "docs" / "pictures.md").read_text()
    for name, texts in source["TEXTS"].items():
        assert f"![{texts['alt']}](../exercises/notebooks/pictures/{name}.svg)" in page
    assert drawn == {path.name: path.read_text() for path in folder.glob("*.svg")}
    for text in drawn.values():
        assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize(
    ("svg", "problem"),
    [("<svg", "is no SVG"), ("<svg/>", "has no title to say what it shows")],
)
def test_a_picture_without_words_is_refused(tmp_path, svg, problem):
    path = tmp_path / picture_file("t")
    path.parent.mkdir()
    path.write_text(svg)

    with pytest.raises(StubError, match=problem):
        show_picture(tmp_path, "t")


def test_a_topic_may_have_no_picture(tmp_path):
    assert show_picture(tmp_path, "t") == ""


def test_the_guide_names_an_exercise_that_is_in_the_notebook():
    text = make_notebook(SOLUTION, TOPIC, solved=True, only={"t.solve"})

    title = "".join(cells_of(text)["t-title"]["source"])

    assert 'hint("solve")' in title
