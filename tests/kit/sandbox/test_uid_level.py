"""The level below bubblewrap: root without namespaces, a user of its own per sandbox.

Each test runs in a mount namespace that looks like such a machine: bubblewrap is away,
Python is open to every user, the kit's secrets are closed.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from grader.layout import KIT

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="only root can give a user of its own",
)

MACHINE = KIT.root / "tests" / "machine.sh"

SNOOP = """
import os
import socket

def lazy_mlp(*widths):
    found = [os.getuid()]
    for path in {paths}:
        try:
            os.listdir(path) if os.path.isdir(path) else open(path).read()
            found.append(path)
        except OSError:
            pass
    raise RuntimeError(f"SEEN {{found}}")
"""

LEAVE = """
import ctypes
import os

SEEN = []
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    path = folder + "/left-by-a-student"
    if os.path.lexists(path):
        SEEN.append(path)
    else:
        os.makedirs(path + "/deep")
        os.chmod(path, 0)
libc = ctypes.CDLL(None)
for kind in ("shm", "sem", "msg"):
    size = {"shm": [4096], "sem": [1], "msg": []}[kind]
    if getattr(libc, kind + "get")(471147, *size, 0o1666) >= 0:
        SEEN.append(kind)

def lazy_mlp(*widths):
    raise RuntimeError(f"SEEN {SEEN} of uid {os.getuid()}")
"""


def run_there(*arguments):
    """Run the command on such a machine."""
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(
        [MACHINE, "uid", *command],
        capture_output=True,
        text=True,
        cwd=KIT.root,
        check=False,
    )


@pytest.fixture
def class_of_one(tmp_path):
    """A class whose folder only root can read, and where its results go."""
    tmp_path.chmod(0o700)
    folder = tmp_path / "class" / "ana"
    folder.mkdir(parents=True)
    for path in KIT.solutions.glob("*.py"):
        shutil.copy(path, folder)
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o700)
    (tmp_path / "class").chmod(0o700)
    return tmp_path / "class", out


def test_the_machine_is_found_to_give_a_user():
    done = run_there("doctor")

    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["isolation:", "uid", "yes"] in lines, done.stdout + done.stderr


def test_solutions_earn_full_points_as_another_user(class_of_one):
    folder, out = class_of_one

    done = run_there("grade", folder, "--out", out)

    assert done.returncode == 0, done.stderr
    assert "Isolation: uid" in done.stderr
    header, row = (out / "scores.csv").read_text().splitlines()
    scores = dict(zip(header.split(","), row.split(","), strict=True))
    assert float(scores["total"]) + float(scores["open"]) == float(scores["max"])


def test_a_snooping_submission_sees_no_secret(class_of_one):
    folder, out = class_of_one
    paths = [KIT.solutions, KIT.hidden_tests, folder, out, "/etc/shadow"]
    source = SNOOP.format(paths=[*map(str, paths)])
    (folder / "ana" / "deferred_init.py").write_text(source)

    done = run_there("grade", folder, "--out", out)

    assert done.returncode == 0, done.stderr
    report = (out / "reports" / "ana.json").read_text()
    assert re.search(r"SEEN \[60\d\d\d\]", report)


def test_what_a_student_leaves_is_gone_for_the_next_one(class_of_one):
    folder, out = class_of_one
    shutil.copytree(folder / "ana", folder / "bruno")
    for student in ("ana", "bruno"):
        (folder / student / "deferred_init.py").write_text(LEAVE)

    done = run_there(
        *("grade", folder, "--out", out, "--only", "deferred_init.lazy_mlp"),
        *("--jobs", "1"),
    )

    assert done.returncode == 0, done.stderr
    for student in ("ana", "bruno"):
        report = (out / "reports" / f"{student}.json").read_text()
        seen = set(re.findall(r"SEEN \[.*?\] of uid", report))
        assert seen == {"SEEN [] of uid"}, student


def test_secrets_that_are_open_to_all_are_refused(class_of_one):
    _, out = class_of_one
    folder = KIT.root / "examples" / "class"

    done = run_there("grade", folder, "--out", out)

    assert done.returncode == 2
    assert f"{folder} is open to every user: chmod -R go-rwx {folder}" in done.stderr
