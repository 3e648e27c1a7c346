"""The exercises, made from the solutions: modules of stubs, and notebooks of them."""

from grader.stubs.exercises import make_all, make_sources, outdated
from grader.stubs.grade_cells import check_id, desk_id, grade_id
from grader.stubs.module import RAISE, StubError, make_stub
from grader.stubs.notebook_builder import make_notebook
from grader.stubs.picture import picture_file, spoken_picture, texts_of_picture

__all__ = [
    "RAISE",
    "StubError",
    "check_id",
    "desk_id",
    "grade_id",
    "make_all",
    "make_notebook",
    "make_sources",
    "make_stub",
    "outdated",
    "picture_file",
    "spoken_picture",
    "texts_of_picture",
]
