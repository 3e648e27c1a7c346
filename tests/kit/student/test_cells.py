"""What cells define is a notebook's code: the last definition of each name."""

from grader.student.cells import read_cells


def test_the_last_definition_of_a_name_is_its_code():
    code = read_cells(["def f():\n    return 1", "def f():\n    return 2\n\nK = 3"])

    assert code.text == "def f():\n    return 2\n\n\nK = 3"


def test_magics_and_cells_that_are_no_python_cost_nothing_of_the_others():
    cells = [
        "%matplotlib inline\ndef f(): ...",
        "def g(:",
        "%%bash\nls",
        "def h(): ...",
    ]

    assert read_cells(cells).names == {"f", "h"}


def test_what_a_cell_tries_is_left_out():
    code = read_cells(["import torch\nx = torch.ones(3)", "f(x)", "def f(x): ..."])

    assert code.names == {"f"}
    assert code.imports == {"torch"}


def test_no_cells_are_no_code():
    assert read_cells([]).statements == ()
