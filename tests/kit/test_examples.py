"""Docstring examples of the solutions run as doctests."""

import doctest
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from grader.layout import KIT

TOPICS = sorted(path.stem for path in KIT.solutions.glob("*.py"))


@pytest.fixture(params=TOPICS)
def module(request, monkeypatch):
    path = KIT.solutions / f"{request.param}.py"
    spec = spec_from_file_location(f"solutions_{request.param}", path)
    loaded = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, loaded)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
def test_examples_in_docstrings_hold(module):
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0


def test_every_exercise_shows_an_example(module, syllabus):
    topic = syllabus.topic(module.__name__.removeprefix("solutions_"))
    for exercise in topic.exercises:
        texts = [getattr(module, symbol).__doc__ or "" for symbol in exercise.symbols]
        assert any(">>>" in text for text in texts), exercise.id


def test_docstrings_fit_an_editor(module):
    lines = Path(module.__file__).read_text().splitlines()

    assert [line for line in lines if len(line) > 88] == []
