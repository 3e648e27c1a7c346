"""Cells run as in Jupyter: one that fails costs what it defines, and no more."""

import dataclasses
import inspect
import sys
import traceback

import pytest

from grader.sandbox.run_cells import run_cells


class Notebook:
    """The module that some cells make."""

    def __init__(self, *cells, whole=True):
        self.names = {"__name__": "topic", "__file__": "/scratch/topic.py"}
        run_cells(self.names, [self.literal(i, c, whole) for i, c in enumerate(cells)])

    def literal(self, i, cell, whole):
        return (f"cell {i}", (cell,) if isinstance(cell, str) else cell, whole)

    def __getattr__(self, name):
        if name in self.names:
            return self.names[name]
        return self.names["__getattr__"](name)


def test_cells_share_their_names():
    assert Notebook("x = 1", "y = x + 1").y == 2


@pytest.mark.parametrize(
    "bad", ["1 / 0", "def f(:", "raise SystemExit", "raise KeyboardInterrupt", "a\0b"]
)
def test_a_cell_that_fails_stops_none_behind_it(bad):
    assert Notebook("x = 1", bad, "y = x").y == 1


def test_a_cell_keeps_what_it_defined_before_it_failed():
    assert Notebook("x = 1\n1 / 0\ny = 2").x == 1


def test_of_a_cell_of_the_students_own_each_statement_runs_alone():
    notebook = Notebook("import nowhere\nx = 1\n1 / 0\ny = 2", whole=False)

    assert (notebook.x, notebook.y) == (1, 2)


def test_a_statement_that_fails_is_what_its_name_is_missing_for():
    notebook = Notebook("x = 1\ny = 1 / 0\nz = missing", whole=False)

    with pytest.raises(ZeroDivisionError):
        _ = notebook.y


def test_what_changes_the_meaning_of_a_cell_changes_each_statement():
    cell = "from __future__ import annotations\n\ndef f(x: Later): return 1"

    assert Notebook(cell, whole=False).f(0) == 1


@pytest.mark.parametrize(
    "definition", ["def f(): return (", "class f(Missing): pass", "f = 1 / 0"]
)
def test_a_missing_name_raises_what_ended_its_cell(definition):
    notebook = Notebook(definition, "g = 1 / 0")

    with pytest.raises((SyntaxError, NameError, ZeroDivisionError)) as raised:
        _ = notebook.f

    frames = traceback.extract_tb(raised.value.__traceback__)
    files = [frame.filename for frame in frames]
    assert "/scratch/cell 0" in [*files, getattr(raised.value, "filename", "")]


def test_a_name_that_no_cell_defines_is_missing_as_from_a_module():
    with pytest.raises(AttributeError, match="module 'topic' has no attribute 'h'"):
        _ = Notebook("h2 = f(h = (", "x = 1").h


def test_only_definitions_count_in_a_cell_of_the_students_own():
    notebook = Notebook(
        "import math\nx = 1\ndef f(): return x\nfor x in range(9): pass\n1 / 0\ny = 2",
        whole=False,
    )

    assert (notebook.f(), notebook.y, notebook.math.pi > 3) == (1, 2, True)


def test_the_parts_of_a_cell_that_was_split_are_one():
    notebook = Notebook(("class A:\n    x = 1", "    y = 2"))

    assert (notebook.A.x, notebook.A.y) == (1, 2)


def test_copies_of_a_cell_run_each_on_its_own_if_they_are_not_one():
    assert Notebook(("x = 1", "x = (", "y = 2")).x == 1


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install torch",
        "!!ls",
        "files = !ls",
        "a, b = %sx ls",
        "?print",
        "print?",
        "torch.*cat*??",
        "%%time",
        "%%capture out",
    ],
)
def test_magics_are_left_out(magic):
    notebook = Notebook(f"{magic}\nx = 1\nif x:\n    {magic}\ny = 2")

    assert (notebook.x, notebook.y) == (1, 2)


def test_lines_keep_their_numbers_beside_a_magic():
    notebook = Notebook("%time\n\ndef f():\n    return 1 / 0")

    with pytest.raises(ZeroDivisionError) as raised:
        notebook.f()

    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 4


def test_a_cell_in_another_language_is_left_out():
    with pytest.raises(AttributeError):
        _ = Notebook("%%bash\nx=1").x


@pytest.mark.parametrize(
    "source", ['x = """\n%d items\n!\nwhat?"""', "x = (7\n  % 4)", "x = (1\n!= 2)"]
)
def test_what_is_python_is_never_taken_for_a_magic(source):
    assert Notebook(source).x == eval(source.removeprefix("x = "))


def test_tools_find_the_source_of_a_cell(monkeypatch):
    notebook = Notebook("def f():\n    return 1")
    monkeypatch.setitem(sys.modules, "topic", notebook)

    assert inspect.getsource(notebook.f) == "def f():\n    return 1"


def test_a_dataclass_finds_its_module(monkeypatch):
    monkeypatch.setitem(sys.modules, "topic", inspect.getmodule(dataclasses))

    notebook = Notebook(
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1"
    )

    assert notebook.A().x == 1
