"""What a container lacks for bubblewrap is told as options of `docker run`."""

import pytest

from grader.sandbox import box, container, isolation
from grader.sandbox.isolation import Level, probe_bubblewrap

DEFAULT = "Name:\tpython\nCapEff:\t00000000a80425fb\nSeccomp:\t2\n"
"""Of root in a container that Docker starts without options."""
FREE = "CapEff:\t000001ffffffffff\nSeccomp:\t0\n"
PLAIN = "22 27 0:21 / /proc rw - proc proc rw\n"
COVERED = f"{PLAIN}30 22 0:30 / /proc/acpi ro - tmpfs tmpfs ro\n"
PROFILE = "docker-default (enforce)\n"


@pytest.mark.parametrize(
    ("uid", "status", "profile", "mounts", "options"),
    [
        (
            0,
            *(DEFAULT, PROFILE, COVERED),
            [
                *("--cap-add SYS_ADMIN", "--cap-add NET_ADMIN"),
                "--security-opt apparmor=unconfined",
            ],
        ),
        (
            1000,
            *(DEFAULT, PROFILE, COVERED),
            [
                f"--security-opt {what}=unconfined"
                for what in ("seccomp", "apparmor", "systempaths")
            ],
        ),
        (0, FREE, "unconfined\n", COVERED, []),
        (1000, FREE, "", PLAIN, []),
        (0, "CapEff:\t0000000000200000\n", "", "", ["--cap-add NET_ADMIN"]),
        (1000, "", "", "", []),
    ],
)
def test_the_options_that_are_missing_are_told(uid, status, profile, mounts, options):
    assert list(container.missing(uid, status, profile, mounts)) == options


def test_outside_of_a_container_there_is_no_advice(monkeypatch):
    monkeypatch.setattr(container, "MARKS", ("/nowhere",))
    monkeypatch.setattr(container, "missing", lambda *_: ["--cap-add SYS_ADMIN"])

    assert container.advise() == ""


def test_the_advice_stands_behind_what_bubblewrap_says(monkeypatch, tmp_path):
    monkeypatch.setattr(container, "MARKS", (tmp_path,))
    monkeypatch.setattr(container, "missing", lambda *_: ["--cap-add SYS_ADMIN"])
    monkeypatch.setattr(box, "bubblewrap_command", lambda *_: ["false"])
    monkeypatch.setattr(isolation.shutil, "which", lambda _: "bwrap")
    monkeypatch.setattr(isolation.syscalls, "find_library", lambda: "libseccomp")

    found = probe_bubblewrap()

    assert (found.level, found.available) == (Level.BUBBLEWRAP, False)
    assert found.reason == (
        "bwrap fails: it ended; start the container with --cap-add SYS_ADMIN "
        "(docs/container.md)"
    )
