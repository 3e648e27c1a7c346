"""Fixtures of the kit's own tests: small suites, warm sandboxes, ready submissions."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

from grader.class_run.pool import JudgePool
from grader.language import VARIABLE as LANGUAGE
from grader.layout import KIT, VARIABLE, Layout
from grader.release import handout
from grader.sandbox.isolation import Level, choose_level
from grader.sandbox.limits import Limits
from grader.sim import register
from grader.syllabus import Syllabus, read_syllabus

register()  # must come before the first backward pass of any test
os.environ[LANGUAGE] = "en"  # tests compare what is said, wherever they run

hypothesis.settings.register_profile("kit", deadline=None)
hypothesis.settings.load_profile("kit")

QUICK = Limits(test_seconds=2.0, topic_seconds=60.0)


@pytest.fixture(scope="session")
def syllabus() -> Syllabus:
    return read_syllabus(KIT.registry)


@pytest.fixture(scope="module")
def small_course():
    """A course of a few tiny exercises, which the tests of a module work on."""
    root = KIT.root / "tests" / "fixtures" / "course"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(root))
        yield Layout(root)


@pytest.fixture(scope="module")
def small(small_course) -> Syllabus:
    """Its registry."""
    return read_syllabus(small_course.registry)


@pytest.fixture(scope="session")
def level() -> Level:
    return choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)


@pytest.fixture(scope="session")
def pool(level: Level):
    with JudgePool(level, 2, QUICK, KIT.hidden_tests) as judges:
        yield judges


@pytest.fixture
def solution():
    def read(topic: str) -> bytes:
        return Path(KIT.solutions, f"{topic}.py").read_bytes()

    return read


class HandedOut:
    """An unpacked handout, and its own command."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder = folder
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def exercises(self, topic: str) -> Path:
        return self.folder / "exercises" / f"{topic}.py"

    def command(self, *arguments: str, startup: str = "") -> dict:
        """Return what to start; `startup` is code that Python runs before."""
        outer = {"NO_COLOR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", VARIABLE}
        environment = {k: v for k, v in os.environ.items() if k not in outer}
        if startup:
            place = self.folder / ".startup"
            place.mkdir(exist_ok=True)
            (place / "sitecustomize.py").write_text(startup)
            environment["PYTHONPATH"] = str(place)
        command = [sys.executable, "-m", "grader", *arguments]
        return {"args": command, "cwd": self.folder, "env": environment, "text": True}

    def run(self, *arguments: str, startup: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            **self.command(*arguments, startup=startup),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


@pytest.fixture(scope="module")
def unpack(tmp_path_factory):
    """Unpack the files of a handout, into a folder of some name."""

    def unpack(files, name="workspace"):
        return HandedOut(tmp_path_factory.mktemp(name), files)

    return unpack


@pytest.fixture(scope="module")
def handed_out(unpack):
    """Make unpacked handouts."""
    files = handout.collect(KIT)
    return lambda: unpack(files)
