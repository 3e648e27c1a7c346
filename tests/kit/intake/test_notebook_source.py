"""A notebook becomes its topic's module, or a reason that the student can mend."""

import contextlib
import json
import zipfile

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import SubmissionError, SubmissionSource, read_submission
from grader.intake.candidate import UnfitError
from grader.intake.notebook_source import MAX_NOTEBOOK, read_notebook
from grader.layout import KIT

MAX_SOURCE = 1 << 20
STUB = "def f():\n    raise NotStarted"


def cell(source, grade_id=None, **more):
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, **more}


def notebook(*cells, **more):
    return {"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, **more}


def read(document, topic="gamma"):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_notebook(f"{topic}.ipynb", data, topic, MAX_SOURCE)


def run(document):
    """Return the names that the module of a notebook defines."""
    names = {"__name__": "gamma", "__file__": "/scratch/gamma.py"}
    exec(read(document).source, names)
    return names


def refusal(document):
    with pytest.raises(UnfitError) as raised:
        read(document)
    return str(raised.value)


def test_the_cells_of_code_are_the_module():
    document = notebook(
        cell("from grader.student.notebook import check, hint", "gamma-desk"),
        cell("x = 1", "gamma-given-1"),
        {"cell_type": "markdown", "metadata": {}, "source": "x = 2"},
        cell(["def f():\n", "    return x"], "gamma-f"),
        cell(
            "from grader.student.notebook import check\n\ncheck('gamma.f')",
            "gamma-f-check",
        ),
    )

    module = read(document)

    assert run(document)["f"]() == 1
    assert b"check" not in module.source
    assert module.notes == ()


def test_the_handed_out_notebooks_are_read_without_a_note(syllabus):
    for path in (KIT.exercises / "notebooks").glob("*.ipynb"):
        asked = syllabus.modules[path.stem]
        data = path.read_bytes()

        module = read_notebook(path.name, data, path.stem, MAX_SOURCE, asked)

        stub = KIT.exercises / f"{path.stem}.py"
        assert (module.notes, module.answers) == ((), 0)
        assert module.left == stub.read_text().count("raise NotStarted")


@pytest.mark.parametrize("minor", [0, 2, 5])
def test_every_minor_version_is_read(minor):
    document = notebook(cell("x = 1", "gamma-f"), nbformat_minor=minor)

    assert run(document)["x"] == 1


@pytest.mark.parametrize("version", [2, 3])
def test_older_versions_are_read_and_told(version):
    old = {"cell_type": "code", "input": "x = 1", "language": "python"}
    document = {"nbformat": version, "worksheets": [{"cells": [old]}]}

    assert run(document)["x"] == 1
    assert read(document).notes == (
        f"gamma.ipynb: of nbformat {version}, read like version 4",
    )


def test_what_jupyter_converts_to_version_3_is_read():
    code = cell("x = 1", execution_count=None, outputs=[])
    new = nbformat.from_dict(notebook(code, nbformat_minor=4, metadata={}))
    old = nbformat.convert(new, 3)

    assert "worksheets" in old
    assert run(old)["x"] == 1


def test_a_cell_that_was_moved_is_found_by_its_name():
    document = notebook(cell("g = f()"), cell("def f():\n    return 1", "gamma-f"))

    assert run(document)["f"]() == 1


def test_the_parts_of_a_split_cell_are_one_and_told():
    document = notebook(
        cell("class A:\n    x = 1", "gamma-A"), cell("    y = 2", "gamma-A")
    )

    assert run(document)["A"].y == 2
    assert "2 cells are called gamma-A" in read(document).notes[0]


def test_the_last_of_two_copies_counts_and_is_told():
    document = notebook(
        cell("x = 1", "gamma-A"), cell("y = 1", "gamma-B"), cell("x = 2", "gamma-A")
    )

    assert run(document)["x"] == 2
    assert "2 cells are called gamma-A" in read(document).notes[0]


def test_a_cell_without_its_name_counts_by_its_definitions():
    document = notebook(cell("def f():\n    return 1\n1 / 0", "renamed"), cell("y = 1"))

    assert run(document)["f"]() == 1


def test_magics_are_told():
    document = notebook(cell("%matplotlib inline\nx = 1"), cell("!ls\n!ls"))

    assert read(document).notes == (
        "gamma.ipynb: left out, since it is no Python: %matplotlib inline and 2 more",
    )


def test_outputs_are_not_looked_at():
    stream = {"output_type": "stream", "name": "stdout", "text": "ab\n" * (16 << 20)}
    document = notebook(cell("x = 1", "gamma-f", outputs=[stream]))

    assert len(json.dumps(document)) > 50 << 20
    assert run(document)["x"] == 1


def test_an_error_names_the_exercises_cell():
    document = notebook(cell("x = 1"), cell("def f():\n    return (", "gamma-f"))
    names = run(document)

    with pytest.raises(SyntaxError) as raised:
        names["__getattr__"]("f")

    assert raised.value.filename == "/scratch/gamma.ipynb#f"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a notebook"),
        (b'{"cells": [', "is not a notebook"),
        ('{"cells": "é"}'.encode("latin-1"), "is not a notebook ('utf-8' codec"),
        (b"\0" * 100, "is not a notebook"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b"[" + b"[]," * 3_000_000 + b"1]", "holds far too much"),
        (b'{"cells": %s}' % (b"9" * 10_000), "is not a notebook"),
        (b"[]", "is not a table"),
        (b"null", "is not a table"),
        (b"{}", "holds no cells"),
        (b'{"cells": {}}', "holds no cells"),
        (b'{"worksheets": 1}', "holds no cells"),
        (b'{"cells": []}', "holds no code"),
        (b'{"cells": [1, null, {"cell_type": "code"}]}', None),
    ],
)
def test_what_is_no_notebook_is_told(data, reason):
    if reason is None:
        assert read(data).source
    else:
        assert reason in refusal(data)


@pytest.mark.parametrize("source", ["x = 1\0", "\ud800", "'" * 1000, "é\u2028\x0c"])
def test_odd_text_reaches_the_sandbox_as_it_is(source):
    module = read(notebook(cell(source), cell("y = 1", "gamma-f")))

    assert ascii(source).encode() in module.source
    assert run(notebook(cell(source), cell("y = 1")))["y"] == 1


def test_too_much_code_is_refused():
    document = notebook(*[cell("#" * 100_000)] * 11)

    assert "1,100,000 characters of code" in refusal(document)


def test_a_name_from_elsewhere_is_no_path():
    document = notebook(
        cell("1 / 0\nx = 1", "../../etc/passwd"), cell("1", "gamma-a/b")
    )

    assert b"passwd" not in read(document).source
    assert b"a/b" not in read(document).source


@pytest.fixture
def student(tmp_path):
    folder = tmp_path / "ana"
    (folder / "notebooks").mkdir(parents=True)
    return folder


def hand_in(student):
    return read_submission(SubmissionSource("ana", student), {"gamma": ()})


def write(student, *cells):
    text = json.dumps(notebook(*cells))
    (student / "notebooks" / "gamma.ipynb").write_text(text)


def test_a_notebook_stands_for_its_module(student):
    write(student, cell("x = 1", "gamma-f"))

    submission = hand_in(student)

    assert b"'x = 1'" in submission.sources["gamma"]
    assert not submission.problems


def test_a_notebook_in_an_archive_is_read(tmp_path):
    path = tmp_path / "ana.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/gamma.ipynb", json.dumps(notebook(cell("x = 1"))))

    assert b"'x = 1'" in hand_in(path).sources["gamma"]


def test_a_notebook_that_is_only_stubs_gives_way_to_the_module(student):
    write(student, cell(STUB, "gamma-f"), cell(STUB, "gamma-g"))
    (student / "gamma.py").write_text(f"x = 1\n{STUB}\n{STUB}\n")

    submission = hand_in(student)

    assert submission.sources["gamma"].startswith(b"x = 1")
    assert submission.notes == ()


def test_the_one_with_more_work_in_it_is_graded_and_told(student):
    write(student, cell("def f(): pass", "gamma-f"))
    (student / "gamma.py").write_text(STUB)

    submission = hand_in(student)

    assert b"run_cells" in submission.sources["gamma"]
    assert submission.notes == (
        "notebooks/gamma.ipynb is graded, not gamma.py: it answers 1 exercise, not 0",
    )


def test_one_that_cannot_be_read_gives_way_and_is_told(student):
    (student / "notebooks" / "gamma.ipynb").write_text("{")
    (student / "gamma.py").write_text("def f(): pass")

    submission = hand_in(student)

    assert submission.sources == {"gamma": b"def f(): pass"}
    assert "gamma.ipynb is not a notebook" in submission.notes[0]


def test_two_that_cannot_be_read_are_told_both(student):
    (student / "notebooks" / "gamma.ipynb").write_text("{")
    (student / "gamma.py").write_bytes(b"\xff")

    with pytest.raises(SubmissionError) as raised:
        hand_in(student)

    assert "gamma.py is not UTF-8" in str(raised.value)
    assert "gamma.ipynb is not a notebook" in str(raised.value)


@pytest.mark.parametrize("name", ["Gamma.ipynb", "gamma (1).ipynb"])
def test_a_notebook_with_nearly_the_right_name_is_taken_with_a_remark(student, name):
    (student / name).write_text(json.dumps(notebook(cell("x = 1"))))

    submission = hand_in(student)

    assert b"'x = 1'" in submission.sources["gamma"]
    assert submission.notes == (f"{name} is taken for gamma.py",)


def test_checkpoints_are_passed_over(student):
    write(student, cell("x = 1"))
    (student / "notebooks" / ".ipynb_checkpoints").mkdir()
    copy = student / "notebooks" / ".ipynb_checkpoints" / "gamma.ipynb"
    copy.write_text("{")

    assert b"'x = 1'" in hand_in(student).sources["gamma"]


def test_a_huge_notebook_is_not_read(student):
    with open(student / "gamma.ipynb", "wb") as stream:
        stream.truncate(MAX_NOTEBOOK + 1)

    with pytest.raises(SubmissionError, match="at most 67,108,864 are graded"):
        hand_in(student)


anything = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
texts = st.text() | st.lists(st.text() | anything, max_size=3) | anything
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown"]) | anything,
        "source": texts,
        "input": texts,
        "metadata": anything
        | st.fixed_dictionaries(
            {
                "nbgrader": anything
                | st.fixed_dictionaries(
                    {"grade_id": st.sampled_from(["gamma-f", "gamma-f-check", "é"])}
                )
            }
        ),
        "outputs": anything,
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "cells": st.lists(cells | anything, max_size=5) | anything,
        "worksheets": st.lists(
            st.fixed_dictionaries({"cells": st.lists(cells)}) | anything
        ),
        "nbformat": st.integers() | anything,
    },
)


@settings(max_examples=100, deadline=None)
@given(documents | anything)
def test_any_json_is_a_module_or_told(document):
    with contextlib.suppress(UnfitError):
        compile(read(document).source, "gamma.py", "exec")


@settings(max_examples=100, deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_module_or_told(data):
    with contextlib.suppress(UnfitError):
        read(data)
