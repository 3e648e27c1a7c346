"""The rooms of grader/: each imports only from the floors below it."""

import ast
from pathlib import Path

import pytest

from grader.layout import KIT

FLOORS = (
    {"__main__"},
    {"cli"},
    {"merge"},
    {"check_kit", "handout", "verify"},
    {"exports"},
    {"class_run"},
    {"intake"},
    {"judge"},
    {"scoring"},
    {"observe"},
    {"box"},
    {"stubs"},
    {"syllabus", "manifest", "submission", "outcome", "layout", "files"},
)
FLOOR = {room: -level for level, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted((KIT.root / "grader").rglob("*.py"))


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


def test_the_sandboxed_side_imports_the_box_alone():
    inside = [
        KIT.root / "grader" / "box" / f"{n}.py" for n in ("server", "worker", "wire")
    ]

    assert {room for path in inside for room in imported_rooms(path)} == {"box"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KIT.root)))
def test_a_file_has_a_few_hundred_lines_at_most(path):
    assert len(path.read_text().splitlines()) <= 320
