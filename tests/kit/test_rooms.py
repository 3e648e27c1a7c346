"""The rooms of grader/: each imports only from the floors below it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.layout import KIT

FLOORS = (
    {"__main__"},
    {"cli"},
    {"audit", "authoring", "check_kit", "release", "report", "similarity"},
    {"catalogues"},
    {"nbgrader"},
    {"exports"},
    {"class_run", "student"},
    {"results"},
    {"intake"},
    {"judge"},
    {"policy"},
    {"observe"},
    {"sandbox"},
    {"sim"},
    {"scoring", "stubs"},
    {"language", "syllabus"},
    {"page_templates"},
    {"layout"},
    {"child", "exercise", "files", "gpu", "identity", "loading", "source", "tables"},
    {"errors"},
    {"words"},
    {"speech", "text"},
)
FLOOR = {room: -level for level, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted((KIT.root / "grader").rglob("*.py"))
HIDDEN = sorted(KIT.hidden_tests.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(KIT.root / "grader").parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "grader":
            names = [f"grader.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        rooms |= {n.split(".")[1] for n in names if n.startswith("grader.")}
    return {room for room in rooms if room in FLOOR}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KIT.root)))
def test_a_room_imports_only_from_below(path):
    own = room_of(path)

    above = {
        room
        for room in imported_rooms(path)
        if room != own and FLOOR[room] >= FLOOR[own]
    }

    assert above == set()


def loads_torch(code):
    """Say whether some code imports torch, on a machine without a GPU."""
    head = "import sys\nfrom grader import gpu\ngpu.LIBRARY = 'no-driver.so'\n"
    tail = "\nassert not gpu.is_available()\nsys.exit('torch' in sys.modules)"
    program = [sys.executable, "-c", head + code + tail]
    return subprocess.run(program, check=False).returncode != 0


def test_no_verb_loads_torch_before_it_plays_a_scenario_itself():
    assert not loads_torch("from grader.cli.main import make_app\nmake_app([])")
    assert not loads_torch("import grader.sandbox.launch")
    assert loads_torch("import grader.sandbox.worker")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KIT.root)))
def test_a_function_has_60_lines_at_most(path):
    long = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno - node.lineno >= 60
    ]

    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KIT.root)))
def test_a_file_has_a_few_hundred_lines_at_most(path):
    assert len(path.read_text().splitlines()) <= 320


@pytest.mark.parametrize("path", HIDDEN, ids=lambda p: p.name)
def test_a_hidden_test_imports_nothing_of_another_topic(path):
    nodes = [*ast.walk(ast.parse(path.read_text()))]
    imported = {n.module for n in nodes if isinstance(n, ast.ImportFrom)}
    imported |= {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}

    assert imported & {p.stem for p in HIDDEN if p.parent != path.parent} == set()


@pytest.mark.parametrize("path", HIDDEN, ids=lambda p: p.name)
def test_a_file_of_hidden_tests_has_a_few_hundred_lines_at_most(path):
    assert len(path.read_text().splitlines()) <= 450


def test_the_architecture_names_files_that_are_there():
    text = (KIT.root / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/[a-z_0-9]+\.py)`", text))

    assert len(named) > 40
    assert {n for n in named if not (KIT.root / "grader" / n).exists()} == set()


def test_the_tests_that_hold_a_promise_are_there():
    text = (KIT.root / "SECURITY.md").read_text(encoding="utf-8")
    promised, held = (
        re.findall(rf"^\| {head}.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)[0]
        for head in (r"\| bubblewrap", r"promise \| attacks")
    )
    places = [
        KIT.root / ("tests/attacks/submissions" if name.endswith("/") else "") / name
        for name in re.findall(r"`([^`]+)`", held)
    ]

    assert held.count("\n") > promised.count("\n")
    assert [path for path in places if not path.exists()] == []
    assert all(list(path.glob("*.py")) for path in places if path.is_dir())
