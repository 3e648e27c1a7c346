"""The rooms of grader/: each imports only from the floors below it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from grader.box.launch import ROOMS
from grader.layout import KIT

FLOORS = (
    {"__main__", "notebook"},
    {"cli"},
    {"merge"},
    {"check_kit", "ci", "handout", "similarity", "verify"},
    {"exports"},
    {"gradebook"},
    {"class_run", "desk"},
    {"intake"},
    {"judge"},
    {"policy"},
    {"scoring"},
    {"observe"},
    {"box"},
    {"sim"},
    {"manifest", "stubs"},
    {"syllabus", "submission", "outcome", "layout"},
    {"files", "gpu", "packing", "report", "tables"},
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


def test_the_sandboxed_side_imports_what_a_box_holds():
    box, sim = KIT.root / "grader" / "box", KIT.root / "grader" / "sim"
    inside = [
        box / f"{n}.py"
        for n in ("server", "worker", "wire", "parcel", "cells", "traces", "warm")
    ]
    inside += sim.glob("*.py")

    assert {room for path in inside for room in imported_rooms(path)} == {*ROOMS}


@pytest.mark.parametrize(
    "name",
    [
        *("cli.grade", "cli.merge", "cli.verify", "cli.export", "cli.student"),
        "box.launch",
    ],
)
def test_what_plays_no_scenario_itself_does_not_import_torch(name):
    code = f"""
import sys
import grader.{name}
from grader import gpu

gpu.LIBRARY = "no-driver.so"
assert not gpu.is_available()
sys.exit("torch" in sys.modules)
"""

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(KIT.root)))
def test_a_file_has_a_few_hundred_lines_at_most(path):
    assert len(path.read_text().splitlines()) <= 320
