"""Processes are found, whatever ends meanwhile."""

import os
import subprocess

import pytest

from grader.sandbox.processes import children, descendants


@pytest.fixture
def two():
    started = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
    yield [process.pid for process in started]
    for process in started:
        process.kill()
        process.wait()


def test_children_are_found_with_their_own(two):
    shell = ["sh", "-c", "sleep 60 & echo; wait"]
    with subprocess.Popen(shell, stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        below = children(parent.pid)
        found = descendants(os.getpid())
        for pid in below:
            os.kill(pid, 9)

    assert len(below) == 1
    assert {*two, parent.pid, *below} <= set(found)


def test_a_process_that_ends_meanwhile_hides_no_other(two, monkeypatch):
    def gone(call):
        def find(path):
            if str(path) == f"/proc/{two[1]}/task":
                raise FileNotFoundError(path)
            return call(path)

        return find

    monkeypatch.setattr(os, "scandir", gone(os.scandir))
    monkeypatch.setattr(os, "listdir", gone(os.listdir))

    assert set(two) <= set(descendants(os.getpid()))
