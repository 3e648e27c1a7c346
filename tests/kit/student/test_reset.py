"""A reset brings one exercise back and leaves everything around it."""

import ast

import pytest

from grader.layout import KIT
from grader.student.code import read_code
from grader.student.reset import backup_path, reset

TOPICS = ["model_construction", "read_write", "use_gpu"]


def stub_of(topic):
    return read_code((KIT.exercises / f"{topic}.py").read_text())


def solution_of(topic):
    return (KIT.solutions / f"{topic}.py").read_text()


def definitions(text):
    return {
        name: [s.digest for s in code.defining([name])]
        for code in [read_code(text)]
        for name in code.names
    }


@pytest.mark.parametrize("topic", TOPICS)
def test_one_exercise_after_the_other_gives_the_stub_back(syllabus, topic):
    text, stub = solution_of(topic), stub_of(topic)

    for exercise in syllabus.topic(topic).exercises:
        before = definitions(text)
        text = reset(text, stub, exercise)
        after = definitions(text)
        others = before.keys() - set(exercise.symbols) - {"NotStarted"}
        assert {name: after[name] for name in others} == {
            name: before[name] for name in others
        }

    assert {n: definitions(text)[n] for n in stub.names} == definitions(stub.text)


def test_the_docstring_comes_back_too(syllabus):
    exercise = syllabus.exercises["model_construction.MLP"]
    stub = stub_of("model_construction")

    text = reset("class MLP:\n    pass\n", stub, exercise)

    mlp = next(n for n in ast.parse(text).body if isinstance(n, ast.ClassDef))
    assert ast.get_docstring(mlp).startswith("A multilayer perceptron")


def test_missing_imports_come_back(syllabus):
    exercise = syllabus.exercises["model_construction.chain"]
    stub = stub_of("model_construction")

    text = reset('"""Mine."""\n\nimport os\n\n\nx = 1\n', stub, exercise)

    assert text.startswith('"""Mine."""\n\nimport os\n')
    assert "from grader import NotStarted\n" in text
    compile(text, "mine.py", "exec")
    exec(text, {})


def test_a_definition_that_is_gone_comes_back_at_its_place(syllabus):
    exercise = syllabus.exercises["model_construction.ParallelBlock"]
    stub = stub_of("model_construction")
    (found,) = stub.defining(exercise.symbols)
    lines = stub.text.splitlines()
    without = "\n".join(lines[: found.first - 1] + lines[found.last + 2 :]) + "\n"

    assert reset(without, stub, exercise) == stub.text


def test_a_second_definition_goes(syllabus):
    exercise = syllabus.exercises["model_construction.chain"]
    stub = stub_of("model_construction")
    twice = stub.text + "\n\ndef chain(make_block, n):\n    return None\n"

    assert reset(twice, stub, exercise) == stub.text


@pytest.mark.parametrize("broken", ["    x = (\n", "  oops\n", "nonsense nonsense\n"])
def test_a_broken_file_is_mended_by_a_reset_of_what_is_broken(syllabus, broken):
    exercise = syllabus.exercises["read_write.save_model"]
    stub = stub_of("read_write")
    (save, _) = stub.defining(exercise.symbols)
    lines = stub.text.splitlines(keepends=True)
    lines.insert(save.last, broken)

    text = reset("".join(lines), stub, exercise)

    assert definitions(text) == definitions(stub.text)


def test_a_backup_never_takes_a_name_that_is_taken(tmp_path):
    path = tmp_path / "topic.py"

    first = backup_path(path)
    first.parent.mkdir()
    first.write_text("")
    second = backup_path(path)

    assert (first.name, second.name) == ("topic.1.py", "topic.2.py")
    assert not first.parent.samefile(tmp_path)
