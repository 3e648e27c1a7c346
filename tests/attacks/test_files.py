"""Hostile files: the honest part beside them counts, and nothing outside is read."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import stat
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.intake import SubmissionError, SubmissionSource, read_submission
from grader.scoring.submission import Submission
from grader.words import render

from .arena import HONEST

CANARY = "canary-of-files"
TOPICS = dict.fromkeys(("custom_layer", "parameters"), ())
MAX_SOURCE = 1 << 18
MAX_MEMORY = 8 * MAX_SOURCE

Builder = Callable[[Path, Path], None]


def symbolic_link(work: Path, secret: Path) -> None:
    (work / "parameters.py").symlink_to(secret)


def symbolic_link_to_a_folder(work: Path, secret: Path) -> None:
    (secret.parent / "parameters.py").write_text(CANARY)
    (work / "more").symlink_to(secret.parent)


def hard_link(work: Path, secret: Path) -> None:
    os.chown(secret, 1234, 1234)
    os.link(secret, work / "parameters.py")


def pipe(work: Path, secret: Path) -> None:
    os.mkfifo(work / "parameters.py")


def device(work: Path, secret: Path) -> None:
    os.mknod(work / "parameters.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))


def listening_socket(work: Path, secret: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(work):
        server.bind("parameters.py")


def folder_with_a_files_name(work: Path, secret: Path) -> None:
    (work / "parameters.py").mkdir()


def folder_in_a_folder_without_end(work: Path, secret: Path) -> None:
    deep = work.joinpath(*["deep"] * 200)
    deep.mkdir(parents=True)
    (deep / "parameters.py").write_text("x = 1")


def case_clash(work: Path, secret: Path) -> None:
    (work / "Parameters.py").write_text("x = 1")
    (work / "PARAMETERS.PY").write_text("x = 2")


def the_same_name_twice(work: Path, secret: Path) -> None:
    for folder in ("a", "b"):
        (work / folder).mkdir()
        (work / folder / "parameters.py").write_text(f"x = {folder!r}")


def newline_in_a_name(work: Path, secret: Path) -> None:
    (work / "parameters.py\n::error::owned").write_text("x = 1")


def fifty_megabytes(work: Path, secret: Path) -> None:
    with open(work / "parameters.py", "wb") as stream:
        stream.truncate(50 << 20)


def latin_1_without_saying_so(work: Path, secret: Path) -> None:
    (work / "parameters.py").write_bytes("x = 'João'".encode("latin-1"))


def utf_16_cut_short(work: Path, secret: Path) -> None:
    (work / "parameters.py").write_bytes("x = 1\n".encode("utf-16")[:-1])


def codec_that_is_no_text(work: Path, secret: Path) -> None:
    (work / "parameters.py").write_bytes(b"# coding: zlib\nx = 1\n")


def codec_that_refuses(work: Path, secret: Path) -> None:
    (work / "parameters.py").write_bytes(b"# coding: undefined\nx = 1\n")


def name_that_is_no_text(work: Path, secret: Path) -> None:
    (work / "notes\udcff.py").write_text("def f(): pass")


FOLDERS: dict[Builder, str] = {
    symbolic_link: "is a symbolic link",
    symbolic_link_to_a_folder: "is missing",
    hard_link: "is a hard link",
    pipe: "is not a regular file",
    device: "is not a regular file",
    listening_socket: "is not a regular file",
    folder_with_a_files_name: "is missing",
    folder_in_a_folder_without_end: "is missing",
    case_clash: "more than once",
    the_same_name_twice: "more than once",
    newline_in_a_name: "is missing",
    fifty_megabytes: "at most 262,144 are graded",
    latin_1_without_saying_so: "is not UTF-8",
    utf_16_cut_short: "not UTF-8",
    codec_that_is_no_text: "encoding|UTF-8",
    codec_that_refuses: "UTF-8",
    name_that_is_no_text: "is missing",
}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder of a student whose other file is honest."""
    folder = tmp_path / "class" / "mallory"
    folder.mkdir(parents=True)
    (folder / "custom_layer.py").write_bytes(HONEST)
    return folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    path = folder / "solution.py"
    path.write_text(f"x = {CANARY!r}")
    return path


@pytest.fixture
def read() -> Iterator[Callable[[Path], Submission]]:
    """Read a submission within bounded memory."""

    def read_within_bounds(path: Path) -> Submission:
        tracemalloc.start()
        try:
            return read_submission(
                SubmissionSource("mallory", path), TOPICS, MAX_SOURCE
            )
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < MAX_MEMORY

    return read_within_bounds


@pytest.mark.parametrize("build", FOLDERS, ids=lambda build: build.__name__)
def test_a_hostile_file_costs_its_own_topic_alone(work, secret, read, build):
    if build in (hard_link, device) and os.geteuid() != 0:
        pytest.skip("only root can make one")
    build(work, secret)

    submission = read(work)

    assert submission.sources == {"custom_layer": HONEST}
    assert re.search(FOLDERS[build], render(submission.problems["parameters"]))
    assert CANARY not in str(submission)
    assert all(note.encode() for note in submission.notes)


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("placeholder")
    made.filename = name
    made.external_attr = mode << 16
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


ARCHIVES: dict[str, tuple[list[tuple[zipfile.ZipInfo, bytes]], str]] = {
    "a name with dots": ([(member("../parameters.py"), b"x")], "is missing"),
    "dots in the middle": ([(member("a/../../parameters.py"), b"x")], "is missing"),
    "an absolute name": ([(member("/tmp/parameters.py"), b"x")], "is missing"),
    "a backslash": ([(member("..\\parameters.py"), b"x")], "is missing"),
    "a symbolic link": (
        [(member("parameters.py", stat.S_IFLNK | 0o777), b"../../solution.py")],
        "is a symbolic link",
    ),
    "a device": (
        [(member("parameters.py", stat.S_IFCHR | 0o666), b"x = 1")],
        "is not a regular file",
    ),
    "the same name twice": (
        [(member("parameters.py"), b"x = 1"), (member("parameters.py"), b"x = 2")],
        "more than once",
    ),
    "a bomb": ([(member("parameters.py"), b"\0" * (200 << 20))], "too large"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", ARCHIVES)
def test_a_hostile_member_costs_its_own_topic_alone(tmp_path, secret, read, case):
    members, says = ARCHIVES[case]
    path = tmp_path / "mallory.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("custom_layer.py", HONEST)
        for entry, data in members:
            archive.writestr(entry, data)
    before = sorted(tmp_path.rglob("*"))

    submission = read(path)

    assert submission.sources == {"custom_layer": HONEST}
    assert re.search(says, render(submission.problems["parameters"]))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_header_that_lies_about_a_size_unpacks_no_more(tmp_path, read):
    path = tmp_path / "mallory.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("custom_layer.py", HONEST)
        archive.writestr("parameters.py", b"\0" * (50 << 20))
    size = (50 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))

    submission = read(path)

    assert submission.sources == {"custom_layer": HONEST}
    assert "parameters" in submission.problems


def test_an_archive_that_is_locked_is_told(tmp_path, read):
    path = tmp_path / "mallory.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("parameters.py", b"x = 1")
        archive.writestr("custom_layer.py", HONEST)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1  # the flag of a member with a password
    path.write_bytes(data)

    submission = read(path)

    assert "cannot be unpacked" in render(submission.problems["parameters"])


def test_a_link_in_place_of_a_submission_is_not_followed(tmp_path, secret, read):
    link = tmp_path / "mallory"
    link.symlink_to(secret.parent)

    with pytest.raises(SubmissionError, match="symbolic link"):
        read(link)


SOURCES: dict[str, tuple[bytes, str, bool]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + HONEST, "", True),
    "latin-1 that says so": (
        b"# coding: latin-1\n# Jo\xe3o\n" + HONEST,
        "",
        True,
    ),
    "windows line ends": (HONEST.replace(b"\n", b"\r\n"), "", True),
    "a NUL byte": (HONEST + b"\0", "null bytes", False),
    "brackets without end": (HONEST + b"x = " + b"(" * 100_000, "line", False),
    "signs without end": (HONEST + b"x = " + b"-" * 100_000 + b"1", "", False),
    "a long chain": (HONEST + b"x = 1" + b" + 1" * 60_000, "", False),
    "a deep loop": (
        HONEST + b"".join(b" " * i + b"if 1:\n" for i in range(200)),
        "indent",
        False,
    ),
    "a huge number": (HONEST + b"x = 1" + b"0" * 100_000, "digits", False),
    "nothing but an end": (b"\x1a", "", False),
}


@pytest.mark.parametrize("case", SOURCES)
def test_an_odd_source_is_graded_as_python_reads_it(arena_of, level, read, work, case):
    source, says, counts = SOURCES[case]
    (work / "custom_layer.py").write_bytes(source)
    arena = arena_of(level)
    submission = read(work)

    seen = arena.play(submission.sources["custom_layer"])

    assert seen.earned == (("custom_layer.CenteredLayer",) if counts else ())
    assert says in "\n".join(seen.messages)
    assert set(seen.outcomes) <= {"failed" if counts else "does not import", "killed"}
    assert not seen.disturbed
