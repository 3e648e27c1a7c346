"""What platforms hand out is recognised, and nobody who handed in is dropped."""

import doctest
import os
import shutil
import zipfile
from datetime import UTC, datetime

import pytest

from grader.intake import (
    IntakeError,
    SubmissionError,
    Wanted,
    find_submissions,
    read_roster,
    read_submission,
    times,
)
from grader.layout import KIT
from grader.words import render

FIXTURES = KIT.root / "tests" / "fixtures"
TOPICS = dict.fromkeys(("model_construction", "parameters"), ())
BOTH = set(TOPICS)
PLATFORMS = ("canvas", "moodle", "gradescope", "nbgrader", "git")


@pytest.fixture(scope="module")
def roster():
    return read_roster(FIXTURES / "roster.csv")


@pytest.fixture(params=["folder", "archive"])
def download(request, tmp_path):
    """Return a function that gives a fixture as a folder, or zipped as handed out."""

    def get(name):
        if request.param == "folder":
            return FIXTURES / name
        return pack(FIXTURES / name, tmp_path / "download.zip")

    return get


def pack(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


def by_student(found):
    return {origin.student: origin for origin in found.origins}


def sources(origin):
    return read_submission(origin, TOPICS).sources


def topics_of(found):
    """Return the topics that each student's files cover; a reason where none do."""
    answers = {}
    for origin in found.origins:
        try:
            answers[origin.student] = set(sources(origin))
        except SubmissionError as error:
            answers[origin.student] = str(error)
    return answers


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    return folder


# Recognising


@pytest.mark.parametrize("name", PLATFORMS)
def test_each_platform_is_recognised_by_its_shape(name):
    assert find_submissions(FIXTURES / name).platform == name


def test_the_sample_class_is_a_folder_per_student():
    assert find_submissions(KIT.root / "examples" / "class").platform == "folder"


def test_another_shape_can_be_asked_for():
    found = find_submissions(FIXTURES / "moodle", "folder")

    assert found.platform == "folder"
    assert "Ana Souza_7001_assignsubmission_file_" in by_student(found)


def test_an_unknown_platform_is_an_error():
    with pytest.raises(IntakeError, match="blackboard: known are gradescope, moodle"):
        find_submissions(FIXTURES / "moodle", "blackboard")


def test_an_archive_stands_for_the_folder_that_was_zipped(tmp_path):
    found = find_submissions(
        pack(KIT.root / "examples" / "class", tmp_path / "class.zip")
    )

    names = {
        h.student for h in find_submissions(KIT.root / "examples" / "class").origins
    }
    assert {h.student for h in found.origins} == names
    assert set(sources(by_student(found)["kim-min-ji"])) == BOTH


def test_a_deadline_for_a_platform_without_commits_is_an_error():
    with pytest.raises(IntakeError, match="--deadline chooses among commits"):
        find_submissions(FIXTURES / "canvas", wanted=Wanted(datetime.now(UTC)))


# Canvas


def test_canvas_files_are_given_to_their_students(download, roster):
    found = find_submissions(download("canvas"), roster=roster)

    assert topics_of(found) == {
        "ana-souza": BOTH,
        "conor-obrien": BOTH,
        "elodie-martin": "handed in a text and no file",
        "joao-nogueira": "handed in a link and no file",
        "john-smith": {"model_construction"},
        "lucia-pena": {"model_construction"},
        "zhangwei_1099": {"model_construction"},
    }
    assert found.unknown == ("zhangwei_1099",)
    assert [student.id for student in found.missing] == ["carla-dias"]
    assert [path.name for path in found.ignored] == ["notes.txt"]


def test_canvas_marks_who_is_late(download):
    found = find_submissions(download("canvas"))

    late = {origin.student for origin in found.origins if origin.late}
    assert late == {"obrienconor_1002", "martinélodie_1005"}


def test_of_two_uploads_of_a_canvas_file_the_newest_counts(download):
    origin = by_student(find_submissions(download("canvas")))["souzaana_1001"]

    submission = read_submission(origin, TOPICS)

    assert b"numel" in submission.sources["parameters"]
    assert submission.notes == (
        "parameters.py: the newest of 2 counts, souzaana_1001_9010_parameters-1.py",
    )


def test_older_archives_on_canvas_are_earlier_attempts(download):
    origin = by_student(find_submissions(download("canvas")))["obrienconor_1002"]

    (first,) = origin.earlier

    assert set(sources(origin)) == BOTH
    assert sources(first) == {"model_construction": b"raise SystemExit\n"}
    assert first.late


@pytest.mark.parametrize(
    ("name", "student", "late", "topic"),
    [
        ("anon_x7Gh2_9001_parameters.py", "anon_x7Gh2", False, "parameters"),
        ("LATE_anon_x7Gh2_9001_parameters-12.py", "anon_x7Gh2", True, "parameters"),
        ("o_neilkim_12_9_parameters.py", "o_neilkim_12", False, "parameters"),
        ("李伟_LATE_12_9_parameters.py", "李伟_12", True, "parameters"),
        ("team4_12_9_my_1_2_parameters.py", "team4_12", False, "parameters"),
    ],
)
def test_canvas_names_are_taken_apart(tmp_path, name, student, late, topic):
    (origin,) = find_submissions(make(tmp_path, name), "canvas").origins

    assert (origin.student, origin.late) == (student, late)
    assert set(sources(origin)) == ({topic} if topic else set())


def test_a_link_among_canvas_files_is_not_followed(tmp_path):
    make(tmp_path, "souzaana_1_1_parameters.py")
    (tmp_path / "souzaana_1_2_model_construction.py").symlink_to("/etc/passwd")

    (origin,) = find_submissions(tmp_path).origins

    problems = read_submission(origin, TOPICS).problems
    assert "symbolic link" in render(problems["model_construction"])


# Moodle


def test_moodle_folders_are_given_to_their_participants(download, roster):
    found = find_submissions(download("moodle"), roster=roster)

    assert topics_of(found) == {
        "ana-souza": BOTH,
        "conor-obrien": {"model_construction"},
        "elodie-martin": "handed in an online text and no file",
        "joao-nogueira": {"parameters"},
        "john-smith": {"model_construction"},
        "lucia-pena": {"model_construction"},
    }
    assert by_student(found)["joao-nogueira"].notes == ("not graded: an online text",)


def test_moodle_files_without_folders_too(download):
    found = find_submissions(download("moodle_flat"))

    assert topics_of(found) == {
        "Ana Souza_7001": BOTH,
        "Conor OBrien_7002": {"model_construction"},
        "Grupo predefinido": {"model_construction"},
        "Participante_7042": {"model_construction"},
        "Élodie Martin_7005": "handed in an online text and no file",
    }


def test_two_folders_of_one_moodle_participant_are_not_guessed_between(tmp_path):
    for ending in ("file", "file_"):
        make(tmp_path, f"Ana_1_assignsubmission_{ending}/parameters.py")

    (origin,) = find_submissions(tmp_path).origins

    with pytest.raises(SubmissionError, match="are of one student: keep one"):
        read_submission(origin, TOPICS)


# Gradescope


def test_gradescope_folders_are_given_to_their_submitters(download, roster):
    found = find_submissions(download("gradescope"), roster=roster)

    assert topics_of(found) == {
        "ana-souza": BOTH,
        "conor-obrien": {"model_construction"},
        "elodie-martin": (
            "submission_metadata.yml names submission_310000005, which is not there"
        ),
        "john-smith": {"model_construction"},
        "lucia-pena": {"model_construction"},
        "submission_310000006": {"model_construction"},
        "wei@example.edu": {"model_construction"},
    }
    assert found.unknown == ("submission_310000006", "wei@example.edu")


def test_gradescope_says_when_and_with_whom(download, roster):
    found = by_student(find_submissions(download("gradescope"), roster=roster))

    conor, lucia = found["conor-obrien"], found["lucia-pena"]
    assert conor.group == lucia.group != ""
    assert conor.notes == ("handed in with Lucía Peña García",)
    assert found["ana-souza"].group == ""
    assert found["ana-souza"].submitted_at == datetime(
        2026, 4, 26, 17, 34, 0, 861687, tzinfo=UTC
    )


@pytest.fixture
def export(tmp_path):
    """Return a function that makes an export of one folder with given metadata."""

    def write(metadata):
        make(tmp_path, "submission_1/parameters.py")
        (tmp_path / "submission_metadata.yml").write_bytes(metadata)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        (b"", "line 1: it is empty"),
        (b"submission_1:\n  :submitters: 5\n", "line 2: a list should stand here"),
        (b"submission_1: []\n", "line 1: a mapping should stand here"),
        (b"submission_1:\n  :created_at: soon\n", "line 2: 'soon' is no time"),
        (b"submission_1: {}\nsubmission_1: {}\n", "line 2: submission_1 stands in"),
        (b"submission_1:\n  :submitters:\n  - :name: [a]\n", "line 3: a text should"),
        (b"a:\n\tb: 2\n", "line 2: found character"),
        (b"submission_1: \xff\n", "#x00ff"),
        (b"[" * 100_000, "line 1: exceeded maximum nesting"),
    ],
)
def test_broken_metadata_names_file_and_line(export, metadata, says):
    with pytest.raises(IntakeError) as caught:
        find_submissions(export(metadata))

    assert "submission_metadata.yml: " in str(caught.value)
    assert says in str(caught.value)
    assert "--from folder" in str(caught.value)


def test_huge_metadata_is_not_read(export):
    folder = export(b"")
    with open(folder / "submission_metadata.yml", "wb") as stream:
        stream.truncate(1 << 40)

    with pytest.raises(IntakeError, match="1,099,511,627,776 bytes; at most"):
        find_submissions(folder)


def test_anchors_and_tags_in_metadata_build_nothing(export):
    layers = [b"a0: &a0 [x]"]
    layers += [
        b"a%d: &a%d [%s]" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 9))
        for i in range(1, 30)
    ]
    bomb = b"{" + b", ".join(layers) + b"}"
    hostile = (
        b"submission_1:\n  :submitters:\n  - :sid: 007\n"
        b"  :results: !!python/object/apply:os.system ['touch pwned']\n"
        b"  :history: " + bomb + b"\n"
    )

    (origin,) = find_submissions(export(hostile)).origins

    assert (origin.student, origin.ids) == ("007", (("sis", "007"),))


def test_what_lies_deep_in_metadata_is_passed_over(export):
    deep = b"[" * 500 + b"]" * 500
    metadata = b"submission_1:\n  :results: " + deep + b"\n  :submitters: []\n"

    (origin,) = find_submissions(export(metadata)).origins

    assert origin.student == "submission_1"


def test_metadata_leads_nowhere_outside_of_the_export(export):
    folder = export(b"../../etc:\n  :submitters:\n  - :email: ../../../x\n")

    found = by_student(find_submissions(folder))

    assert set(found) == {"_._.._.._x", "submission_1"}
    assert "which is not there" in found["_._.._.._x"].problem


def test_anonymous_gradescope_submissions_go_by_their_folder(export):
    (origin,) = find_submissions(export(b"submission_1:\n  :submitters: []\n")).origins

    assert (origin.student, set(sources(origin))) == ("submission_1", {"parameters"})


# nbgrader


def test_nbgrader_folders_are_given_to_their_students(download, roster):
    found = find_submissions(download("nbgrader"), roster=roster)

    assert topics_of(found) == {
        "ana-souza": {"model_construction"},
        "joao-nogueira": {"parameters"},
        "lucia-pena": {"model_construction"},
        "wzhang": {"model_construction"},
    }
    assert {h.student: h.submitted_at for h in found.origins} == {
        "ana-souza": datetime(2026, 4, 26, 17, 34, 0, 861687, tzinfo=UTC),
        "joao-nogueira": None,
        "lucia-pena": datetime(2026, 4, 27, 4, tzinfo=UTC),
        "wzhang": None,
    }


def test_a_time_that_cannot_be_read_is_told_and_costs_nothing():
    origin = by_student(find_submissions(FIXTURES / "nbgrader"))["joao-nogueira"]

    assert read_submission(origin, TOPICS).notes == (
        "when it was handed in is not known: timestamp.txt, line 1: "
        "'ontem à noite' is no time",
    )


def test_of_several_nbgrader_assignments_one_must_be_named(tmp_path):
    shutil.copytree(FIXTURES / "nbgrader", tmp_path, dirs_exist_ok=True)
    make(tmp_path / "submitted", "ana-souza/ps2/parameters.py")

    with pytest.raises(IntakeError, match="There are builders_guide, ps2: name one"):
        find_submissions(tmp_path)
    found = find_submissions(tmp_path, wanted=Wanted(assignment="ps2"))

    assert topics_of(found) == {"ana-souza": {"parameters"}}


def test_an_nbgrader_student_behind_a_link_is_not_read(tmp_path):
    shutil.copytree(FIXTURES / "nbgrader", tmp_path, dirs_exist_ok=True)
    (tmp_path / "submitted" / "eve").symlink_to(tmp_path / "submitted" / "ana-souza")

    found = by_student(find_submissions(tmp_path))

    assert "symbolic link" in found["eve"].problem


# What is common to all


def test_an_archive_in_a_folder_is_read_where_it_is_all_there_is(tmp_path):
    make(tmp_path / "work", "src/parameters.py")
    (tmp_path / "class" / "ana").mkdir(parents=True)
    pack(tmp_path / "work", tmp_path / "class" / "ana" / "origin.zip")

    (origin,) = find_submissions(tmp_path / "class").origins

    assert set(sources(origin)) == {"parameters"}


def test_of_two_archives_in_a_folder_none_is_guessed(tmp_path):
    for name in ("a", "b"):
        make(tmp_path / name, "parameters.py")
        (tmp_path / name / "parameters.py").write_text(f"# {name}")
        (tmp_path / "class" / "ana").mkdir(parents=True, exist_ok=True)
        pack(tmp_path / name, tmp_path / "class" / "ana" / f"{name}.zip")

    (origin,) = find_submissions(tmp_path / "class").origins

    with pytest.raises(SubmissionError, match=r"\(a.zip/p.*, b.zip/p.*\): keep one"):
        read_submission(origin, TOPICS)


def test_an_archive_in_an_archive_is_bounded(tmp_path):
    inner = tmp_path / "bomb.zip"
    with open(inner, "wb") as stream:
        stream.truncate(100 << 20)
    with zipfile.ZipFile(tmp_path / "ana.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "bomb.zip")
    inner.unlink()

    (origin,) = find_submissions(tmp_path).origins

    with pytest.raises(SubmissionError, match="bomb.zip is too large"):
        read_submission(origin, TOPICS)


def test_a_class_archive_that_is_broken_is_an_error(tmp_path):
    (tmp_path / "submissions.zip").write_bytes(b"PK\x03\x04broken")

    with pytest.raises(IntakeError, match="submissions.zip is not a readable zip"):
        find_submissions(tmp_path / "submissions.zip")


def test_a_pipe_that_is_named_like_an_archive_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "eve.zip")

    (origin,) = find_submissions(tmp_path).origins

    with pytest.raises(SubmissionError, match="eve.zip is not a regular file"):
        read_submission(origin, TOPICS)


def test_members_that_lead_out_of_a_class_archive_are_nobodys(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in ("../eve/parameters.py", "/eve/parameters.py", "ana/parameters.py"):
            archive.writestr(name, "x = 1\n")

    found = find_submissions(tmp_path / "class.zip")

    assert topics_of(found) == {"ana": {"parameters"}}


def test_times_are_read_as_platforms_write_them():
    assert doctest.testmod(times).failed == 0


@pytest.mark.parametrize("text", ["", "soon", "9999-12-31 23:59:59 -1000", "17:34"])
def test_what_is_no_time_is_an_error(text):
    with pytest.raises(ValueError):
        times.parse_time(text)


def test_a_file_of_canvas_whose_name_is_no_text_is_read_and_has_no_name_to_go_back_to(
    tmp_path,
):
    for name in ("souzaana_12_345_alpha\udcff.zip", "limarui_13_346_alpha.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("alpha.py", "x = 1")

    ana, rui = sorted(find_submissions(tmp_path).origins, key=lambda o: o.path)[::-1]

    assert (ana.student, ana.returns_as) == ("souzaana_12", "")
    assert rui.returns_as == "limarui_13_346_alpha.zip"
