"""Archives of every kind are read where they lie, or named as what they are."""

import gzip
import io
import lzma
import tarfile
import tracemalloc
import zipfile

import pytest

from grader.intake import (
    IntakeError,
    SubmissionError,
    SubmissionSource,
    Take,
    find_submissions,
    read_submission,
)
from grader.intake.nested import MAX_ARCHIVES
from grader.scoring.submission import missing
from grader.words import render

TOPICS = dict.fromkeys(("alpha", "gamma"), ())
FILES = {"alpha.py": b"# a", "gamma.py": b"# g"}
KINDS = {
    "tar": "w",
    "tar.gz": "w:gz",
    "tgz": "w:gz",
    "tar.xz": "w:xz",
    "txz": "w:xz",
    "tar.bz2": "w:bz2",
}


def read(path):
    return read_submission(SubmissionSource("ana", path), TOPICS)


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(files, mode="w"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def special(name, kind, target=""):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("alpha.py"))
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        archive.addfile(member)
    return stream.getvalue()


@pytest.fixture
def write(tmp_path):
    def write_file(name, data):
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write_file


def test_a_zip_that_windows_packed_with_backslashes_is_read(write):
    path = write("ana.zip", zipped({f"hw1\\{n}": d for n, d in FILES.items()}))

    assert read(path).sources == {"alpha": b"# a", "gamma": b"# g"}


@pytest.mark.parametrize("suffix", KINDS)
def test_a_tar_archive_is_read_like_a_zip(write, suffix):
    path = write(f"ana.{suffix}", tarred(FILES, KINDS[suffix]))

    (origin,) = find_submissions(path.parent).origins

    assert origin.student == "ana"
    assert read_submission(origin, TOPICS).sources == {"alpha": b"# a", "gamma": b"# g"}


def test_what_an_archive_is_is_told_by_what_it_holds(write):
    assert read(write("ana.zip", tarred(FILES, "w:gz"))).sources["alpha"] == b"# a"
    assert read(write("bob.tar.gz", zipped(FILES))).sources["alpha"] == b"# a"


@pytest.mark.parametrize("name", ["../gamma.py", "/tmp/gamma.py", "a/../../gamma.py"])
def test_nothing_outside_of_a_tar_archive_is_taken(write, name):
    path = write("ana.tar", tarred({"alpha.py": b"# a", name: b"# g"}))

    assert read(path).problems == {"gamma": missing("gamma")}


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.CHRTYPE, "not a regular file"),
        (tarfile.FIFOTYPE, "not a regular file"),
    ],
)
def test_what_is_no_file_in_a_tar_archive_is_refused(write, kind, says):
    path = write("ana.tar", special("gamma.py", kind, "/etc/passwd"))

    assert says in render(read(path).problems["gamma"])


def test_a_tar_bomb_is_not_unpacked(write):
    bomb = tarred({"alpha.py": b"# a", "gamma.py": b"\0" * (40 << 20)}, "w:gz")
    path = write("ana.tar.gz", bomb)

    tracemalloc.start()
    problems = read(path).problems
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "has 41,943,040 bytes" in render(problems["gamma"])
    assert peak < 4 << 20


def test_a_tar_archive_without_end_is_not_listed(write, monkeypatch):
    monkeypatch.setattr("grader.intake.tar_files.MAX_TAR", 1 << 20)
    path = write("ana.tar.xz", tarred({"gamma.py": b"\0" * (4 << 20)}, "w:xz"))

    with pytest.raises(SubmissionError, match="ask for the files of the assignment"):
        read(path)


def test_a_tar_archive_of_countless_files_is_not_listed(write):
    path = write("ana.tar", tarred({f"{i:05}": b"" for i in range(9_000)}))

    with pytest.raises(SubmissionError, match="more than 5,000 files"):
        read(path)


def test_a_long_extended_header_is_not_searched(write):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 20
    data = header.tobuf(tarfile.USTAR_FORMAT) + b"1" * (1 << 20)
    path = write("ana.tar", data + tarred(FILES))

    with pytest.raises(SubmissionError):
        read(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        gzip.compress(b"no tar at all" * 100),
        gzip.compress(tarred(FILES))[:60],
        lzma.compress(b""),
        tarred(FILES)[:700],
    ],
    ids=["empty", "no tar", "cut gzip", "empty xz", "cut tar"],
)
def test_a_broken_tar_archive_is_not_graded(write, data):
    with pytest.raises(SubmissionError):
        read(write("ana.tar.gz", data))


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("ana.7z", b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
        ("ana.rar", b"Rar!\x1a\x07\x01\0", "RAR"),
        ("ana.zip", b"Rar!\x1a\x07\0", "RAR"),
    ],
)
def test_an_archive_that_is_not_read_is_named_with_the_way_out(write, name, data, kind):
    path = write(name, data)

    (origin,) = find_submissions(path.parent).origins

    assert origin.student == "ana"
    with pytest.raises(SubmissionError, match=f"is a {kind} archive.*unpack it"):
        read_submission(origin, TOPICS)


def test_a_class_in_a_rar_archive_is_an_error_with_the_way_out(write):
    with pytest.raises(IntakeError, match="RAR archive, which is not read: unpack it"):
        find_submissions(write("class.rar", b"Rar!\x1a\x07\x01\0"))


def test_a_class_in_a_tar_archive_is_read(write):
    packed = {f"{who}/{n}": d for who in ("ana", "bob") for n, d in FILES.items()}
    path = write("class.tar.gz", tarred({**packed, "eve.zip": zipped(FILES)}, "w:gz"))

    found = find_submissions(path).origins

    assert [origin.student for origin in found] == ["ana", "bob", "eve"]
    assert all(len(read_submission(one, TOPICS).sources) == 2 for one in found)


def test_archives_in_one_another_are_opened(write):
    inner = zipped({"b.tar.gz": tarred({"c.zip": zipped(FILES)}, "w:gz")})

    assert read(write("ana/a.zip", inner).parent).sources["gamma"] == b"# g"


def test_archives_deeper_in_one_another_are_told(write):
    data = zipped(FILES)
    for name in ("d.zip", "c.zip", "b.zip"):
        data = zipped({name: data})

    with pytest.raises(
        SubmissionError, match=r"d.zip is not opened: .* 3 in one anoth"
    ):
        read(write("ana/a.zip", data).parent)


def test_an_archive_for_each_topic_is_read(write):
    for name, data in FILES.items():
        folder = write(f"ana/{name}.zip", zipped({name: data})).parent

    assert read(folder).sources == {"alpha": b"# a", "gamma": b"# g"}


def test_too_many_archives_are_not_opened(write):
    for i in range(MAX_ARCHIVES + 1):
        folder = write(f"ana/{i}.zip", zipped({f"x{i}.py": b""})).parent
    write("ana/alpha.py", b"# a")

    assert "at most 8 archives" in render(read(folder).problems["gamma"])


def test_an_archive_that_is_broken_beside_work_is_told(write):
    write("ana/data.zip", b"broken")
    for name, data in FILES.items():
        folder = write(f"ana/{name}", data).parent

    assert "data.zip is not a readable zip archive" in read(folder).notes[0]


def test_a_student_whose_only_archive_is_of_another_kind_is_not_graded(write):
    folder = write("ana/homework.rar", b"Rar!\x1a\x07\x01\0").parent

    with pytest.raises(SubmissionError, match="homework.rar is a RAR archive"):
        read(folder)


@pytest.mark.parametrize("time", ["nan", "inf", "-inf"])
def test_a_time_that_is_none_makes_no_file_the_newest(tmp_path, time):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, headers in {"alpha.py": {}, "alpha (1).py": {"mtime": time}}.items():
            member = tarfile.TarInfo(name)
            member.size, member.pax_headers = len(name), headers
            archive.addfile(member, io.BytesIO(f"#{name[1:]}".encode()))
    (tmp_path / "work.tar").write_bytes(stream.getvalue())
    origin = SubmissionSource("ana", tmp_path / "work.tar", take=Take.NEWEST)

    with pytest.raises(SubmissionError, match="is the newest is not known"):
        read_submission(origin, TOPICS)
