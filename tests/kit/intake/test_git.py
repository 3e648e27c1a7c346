"""Commits are read as objects: what a repository asks git to run is never run."""

import os
import subprocess
from datetime import UTC, datetime

import pytest

from grader.intake import (
    IntakeError,
    SubmissionError,
    Wanted,
    find_submissions,
    read_submission,
)
from grader.intake.read import MAX_SOURCE
from grader.layout import KIT

BUNDLES = KIT.root / "tests" / "fixtures" / "git"
TOPICS = dict.fromkeys(("model_construction", "parameters"), ())
NOON = "2026-04-26T12:00:00Z"
QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Student:
    """A student's repository, and git as the student runs it."""

    def __init__(self, folder, *options):
        self.folder = folder
        command = ["git", "init", "--quiet", "--initial-branch=main", *options, folder]
        subprocess.run(command, check=True, env=os.environ | QUIET)

    def git(self, *arguments, date=NOON, data=None):
        identity = ["-c", "user.name=s", "-c", "user.email=s@example.edu"]
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(
            ["git", "-C", self.folder, *identity, *arguments],
            check=True,
            env=os.environ | QUIET | dates,
            input=data,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def commit(self, text="x = 1\n", date=NOON, name="parameters.py"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=work", date=date)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def ana(tmp_path):
    return Student(tmp_path / "class" / "ana")


def find(folder, deadline=None):
    origins = find_submissions(folder, "git", wanted=Wanted(deadline)).origins
    return {origin.student: origin for origin in origins}


def handin_of(student, deadline=None):
    return find(student.folder.parent, deadline)[student.folder.name]


def read(student, deadline=None):
    return read_submission(handin_of(student, deadline), TOPICS)


def at(hour):
    return datetime(2026, 4, 26, hour, tzinfo=UTC)


# Which commit counts


def test_what_was_committed_counts_not_what_lies_there(ana):
    ana.commit("x = 1\n")
    (ana.folder / "parameters.py").write_text("x = 2\n")

    assert read(ana).sources == {"parameters": b"x = 1\n"}


def test_the_last_commit_until_the_deadline_counts(ana):
    for hour in (10, 12, 14, 15):
        ana.commit(f"x = {hour}\n", f"2026-04-26T{hour}:00:00Z")

    submission = read(ana, at(12))

    assert submission.sources == {"parameters": b"x = 12\n"}
    assert submission.notes == (
        "2 commits do not count: after the deadline, the last of "
        "2026-04-26 15:00:00 UTC",
    )
    assert handin_of(ana, at(12)).submitted_at == at(12)
    assert not handin_of(ana, at(12)).late


def test_who_committed_only_after_the_deadline_is_late(ana):
    ana.commit(date="2026-04-26T13:00:00Z")
    ana.commit("x = 2\n", "2026-04-26T14:00:00Z")

    origin = handin_of(ana, at(12))

    assert origin.late
    assert origin.submitted_at == at(13)
    assert "no commit until the deadline" in origin.problem


def test_what_was_merged_counts_from_the_merge_on(ana):
    ana.commit("x = 1\n", "2026-04-26T09:00:00Z")
    ana.git("checkout", "--quiet", "-b", "side")
    ana.commit("y = 1\n", "2026-04-26T10:00:00Z", "model_construction.py")
    ana.git("checkout", "--quiet", "main")
    ana.git("merge", "--no-ff", "-m", "merge", "side", date="2026-04-26T13:00:00Z")

    assert set(read(ana, at(12)).sources) == {"parameters"}
    assert set(read(ana, at(14)).sources) == set(TOPICS)


@pytest.mark.parametrize(
    "arrange",
    [
        lambda s: s.git("pack-refs", "--all"),
        lambda s: s.git("checkout", "--quiet", "--detach"),
        lambda s: s.git("gc", "--quiet"),
        lambda s: s.git("commit-graph", "write", "--reachable"),
    ],
)
def test_repositories_of_any_form_are_read(ana, arrange):
    ana.commit()
    arrange(ana)

    assert read(ana).sources == {"parameters": b"x = 1\n"}


@pytest.mark.parametrize("options", [["--bare"], ["--depth=1"]])
def test_clones_of_any_form_are_read(ana, tmp_path, options):
    ana.commit()
    ana.commit("x = 2\n")
    target = tmp_path / "clones" / "ana.git"
    ana.git("clone", "--quiet", *options, f"file://{ana.folder}", target)

    (origin,) = find_submissions(target.parent).origins

    assert origin.student == "ana"
    assert read_submission(origin, TOPICS).sources == {"parameters": b"x = 2\n"}


def test_repositories_with_long_hashes_are_read(tmp_path):
    student = Student(tmp_path / "class" / "ana", "--object-format=sha256")
    assert len(student.commit()) == 64

    assert read(student).sources == {"parameters": b"x = 1\n"}


# Bundles


def test_bundles_are_read_without_unpacking_them_beside():
    before = sorted(BUNDLES.iterdir())

    origin = find(BUNDLES, at(23))["builders-guide-cob"]
    sources = read_submission(origin, TOPICS).sources

    assert b"while len(blocks) < n" in sources["model_construction"]
    assert "parameters" not in sources
    assert sorted(BUNDLES.iterdir()) == before


def test_a_bundle_of_several_branches_without_a_head_is_not_guessed(ana):
    ana.commit()
    ana.git("branch", "--move", "one")
    ana.git("branch", "two")
    ana.git("bundle", "create", ana.folder.parent / "bob.bundle", "one", "two")

    assert "several and no HEAD" in find(ana.folder.parent)["bob"].problem


def test_a_bundle_of_one_branch_needs_no_head(ana):
    ana.commit()
    ana.git("branch", "--move", "work")
    ana.git("bundle", "create", ana.folder.parent / "bob.bundle", "work")

    origin = find(ana.folder.parent)["bob"]

    assert read_submission(origin, TOPICS).sources == {"parameters": b"x = 1\n"}


def test_a_bundle_of_the_newest_commits_alone_is_told(ana):
    ana.commit()
    ana.commit("x = 2\n")
    ana.git("bundle", "create", ana.folder.parent / "bob.bundle", "main", "^main~1")

    assert "prerequisite" in find(ana.folder.parent)["bob"].problem


@pytest.mark.parametrize("data", [b"", b"no bundle", b"# v2 git bundle\n\nPACKrubbish"])
def test_a_broken_bundle_is_told(tmp_path, data):
    (tmp_path / "bob.bundle").write_bytes(data)

    assert "git cannot read it" in find(tmp_path)["bob"].problem


def test_a_bundle_behind_a_link_is_not_read(tmp_path):
    (tmp_path / "bob.bundle").symlink_to(BUNDLES / "builders-guide-cob.bundle")

    assert "not a regular file" in find(tmp_path)["bob"].problem


# Hostile repositories


@pytest.fixture
def trap(tmp_path):
    """Return a command that leaves a trace if anybody runs it."""
    script = tmp_path / "trap"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    script.chmod(0o755)
    yield script
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "setting",
    [
        "core.fsmonitor",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "diff.external",
    ],
)
def test_no_program_of_a_configuration_is_run(ana, trap, setting):
    ana.commit("* filter=evil diff=evil text eol=crlf ident\n", name=".gitattributes")
    ana.commit("x = '$Id$'\n")
    ana.git("config", setting, str(trap))

    assert read(ana, at(12)).sources == {"parameters": b"x = '$Id$'\n"}


def test_no_hook_is_run(ana, trap):
    ana.commit()
    for name in ("post-checkout", "reference-transaction", "fsmonitor-watchman"):
        (ana.folder / ".git" / "hooks").mkdir(exist_ok=True)
        (ana.folder / ".git" / "hooks" / name).write_bytes(trap.read_bytes())
        (ana.folder / ".git" / "hooks" / name).chmod(0o755)

    assert read(ana).sources == {"parameters": b"x = 1\n"}


def test_a_missing_object_is_not_fetched(ana, trap):
    ana.commit()
    blob = ana.git("rev-parse", "HEAD:parameters.py")
    (ana.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for name, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{trap}",
        "protocol.ext.allow": "always",
    }.items():
        ana.git("config", name, value)

    with pytest.raises(SubmissionError, match="git cannot read it"):
        read(ana)


def test_replaced_commits_are_not_looked_at(ana):
    first = ana.commit("x = 1\n")
    second = ana.commit("x = 2\n")
    ana.git("replace", second, first)

    assert read(ana).sources == {"parameters": b"x = 2\n"}


def alternate(student, elsewhere):
    path = student.folder / ".git" / "objects" / "info" / "alternates"
    path.write_text(f"{elsewhere.folder}/.git/objects\n")


def link_objects(student, elsewhere):
    objects = student.folder / ".git" / "objects"
    objects.rename(student.folder / "objects")
    objects.symlink_to(elsewhere.folder / ".git" / "objects")


def link_pack(student, elsewhere):
    pack = student.folder / ".git" / "objects" / "pack"
    pack.rmdir()
    pack.symlink_to(elsewhere.folder / ".git" / "objects" / "pack")


def link_branch(student, elsewhere):
    branch = student.folder / ".git" / "refs" / "heads" / "main"
    branch.unlink()
    branch.symlink_to(elsewhere.folder / ".git" / "refs" / "heads" / "main")


def link_all(student, elsewhere):
    (student.folder / ".git").rename(student.folder / "git")
    (student.folder / ".git").symlink_to(elsewhere.folder / ".git")


def point(student, elsewhere):
    (student.folder / ".git").rename(student.folder / "git")
    (student.folder / ".git").write_text(f"gitdir: {elsewhere.folder}/.git\n")


@pytest.mark.parametrize(
    ("lead", "says"),
    [
        (alternate, "alternates"),
        (link_objects, "objects is a symbolic link"),
        (link_pack, "pack is a symbolic link"),
        (link_branch, "main is a symbolic link"),
        (link_all, "lies elsewhere"),
        (point, "lies elsewhere"),
    ],
)
def test_objects_that_lie_elsewhere_are_refused(ana, tmp_path, lead, says):
    ana.commit()
    secret = Student(tmp_path / "secret")
    secret.commit("answer = 42\n")
    lead(ana, secret)

    assert says in handin_of(ana).problem


@pytest.mark.parametrize("name", ["../../secret", "refs/heads/../../../../secret"])
def test_a_branch_does_not_lead_out_of_its_repository(ana, name):
    head = ana.commit()
    (ana.folder.parent / "secret").write_text(head)
    (ana.folder / ".git" / "HEAD").write_text(f"ref: {name}\n")

    assert "no commit" in handin_of(ana).problem


def test_a_link_that_was_committed_is_not_followed(ana, tmp_path):
    (tmp_path / "secret.py").write_text("answer = 42\n")
    (ana.folder / "parameters.py").symlink_to(tmp_path / "secret.py")
    ana.git("add", "--all")
    ana.git("commit", "--quiet", "--message=link")

    with pytest.raises(SubmissionError, match="symbolic link"):
        read(ana)


def test_a_submodule_is_no_file(ana):
    head = ana.commit(name="other.py")
    entry = f"160000,{head},parameters.py"
    ana.git("update-index", "--add", "--cacheinfo", entry)
    ana.git("commit", "--quiet", "--message=module")

    with pytest.raises(SubmissionError, match="it holds other.py"):
        read(ana)


def test_a_huge_file_is_not_read(ana):
    ana.commit("#" * (MAX_SOURCE + 1))

    with pytest.raises(SubmissionError, match="1,048,577 bytes; at most"):
        read(ana)


def test_folders_that_are_no_work_do_not_count(ana):
    for i in range(20):
        (ana.folder / ".venv").mkdir(exist_ok=True)
        (ana.folder / ".venv" / f"m{i}.py").write_text("")
    ana.commit(name=".venv/parameters.py")

    with pytest.raises(SubmissionError, match="no file of the assignment"):
        read(ana)


def test_a_tree_that_names_countless_files_is_not_listed(ana):
    blob = ana.git("hash-object", "-w", "--stdin", data=b"")
    entries = "".join(f"100644 blob {blob}\tf{i}\n" for i in range(10))
    tree = ana.git("mktree", data=entries.encode())
    for _ in range(9):
        entries = "".join(f"040000 tree {tree}\td{i}\n" for i in range(10))
        tree = ana.git("mktree", data=entries.encode())
    ana.git("reset", "--quiet", "--soft", ana.git("commit-tree", "-m", "x", tree))

    with pytest.raises(SubmissionError, match="far too much"):
        read(ana)


def test_what_is_no_repository_is_listed_and_told(ana):
    ana.commit()
    (ana.folder.parent / "bob").mkdir()
    Student(ana.folder.parent / "eve")

    found = find(ana.folder.parent)

    assert "no git repository" in found["bob"].problem
    assert "no commit" in found["eve"].problem
    assert not found["ana"].problem


def test_without_git_the_next_step_is_told(ana, monkeypatch):
    ana.commit()
    shell = ana.folder.parent.parent / "bin"
    shell.mkdir()
    (shell / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(shell))

    with pytest.raises(IntakeError, match="git is not installed"):
        find(ana.folder.parent)
