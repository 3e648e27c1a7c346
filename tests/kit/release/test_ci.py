"""Templates for CI are valid, and keep secrets and commands from student code."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from grader.cli.main import make_app
from grader.exports import gradescope
from grader.layout import KIT, Layout
from grader.release.ci import CiError, make_files
from grader.syllabus import read_syllabus

FIXTURES = KIT.root / "tests" / "fixtures"
SECRET = b"the course's secret"
TOPIC = "model_construction"
HIDDEN = [*(KIT.hidden_tests / TOPIC).glob("*.py")]


@pytest.fixture(scope="module")
def made(syllabus):
    """All files for the platforms, by their name."""
    files = {}
    for platform in ("github", "gitlab", "gradescope"):
        files |= make_files(platform, KIT, syllabus, syllabus.only(TOPIC), SECRET)
    return files


@pytest.fixture(scope="module")
def workflow(made):
    return YAML(typ="safe").load(made[".github/workflows/grade.yml"])


@pytest.fixture(scope="module")
def steps(workflow):
    return {
        step.get("name", step.get("uses")): step
        for step in workflow["jobs"]["grade"]["steps"]
    }


# Both kinds of YAML


@pytest.mark.parametrize(
    ("file", "options"),
    [
        (
            ".github/workflows/grade.yml",
            ["--builtin-schema", "vendor.github-workflows"],
        ),
        (
            "gitlab-ci.yml",
            [
                *("--builtin-schema", "vendor.gitlab-ci"),
                *("--data-transform", "gitlab-ci"),
            ],
        ),
    ],
)
def test_a_file_keeps_to_the_platforms_schema(made, tmp_path, file, options):
    path = tmp_path / "file.yml"
    path.write_bytes(made[file])

    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *options, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_passes_a_security_audit(made, tmp_path):
    path = tmp_path / ".github" / "workflows" / "grade.yml"
    path.parent.mkdir(parents=True)
    path.write_bytes(made[".github/workflows/grade.yml"])
    auditor = Path(sys.executable).parent / "zizmor"

    done = subprocess.run(
        [auditor, "--offline", "--config", FIXTURES / "zizmor.yml", path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", [".github/workflows/grade.yml", "gitlab-ci.yml"])
def test_a_part_of_the_course_is_named_in_the_file(made, file):
    assert f'ONLY: "{TOPIC}"' in made[file].decode()


# The workflow


def test_strangers_code_never_runs_with_secrets(workflow):
    assert set(workflow["on"]) == {"push", "workflow_dispatch"}
    assert "pull_request_target" in workflow["jobs"]["grade"]["if"]
    assert workflow["permissions"] == {"contents": "read"}


def test_only_the_checkout_of_the_tests_sees_the_token(steps):
    seeing = {name: json.dumps(step) for name, step in steps.items()}

    token = [name for name, text in seeing.items() if "secrets.KIT_TOKEN" in text]
    drawn = [name for name, text in seeing.items() if "secrets.GRADER_SECRET" in text]
    assert token == ["Fetch the tests from their private place"]
    assert drawn == ["Grade"]
    for name in (*token, "Fetch the student's work, as data"):
        assert steps[name]["with"]["persist-credentials"] is False


def test_actions_are_pinned_by_their_major_version(steps):
    used = [step["uses"] for step in steps.values() if "uses" in step]

    assert len(used) == 4
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name) for name in used)


GRADER = """\
#!/usr/bin/env bash
echo "::set-output name=score::100"
for argument in "$@"; do
    case "$argument" in
        github=*) echo "score=7" > "${{argument#*=}}" ;;
        github-summary=*) echo "# Summary" > "${{argument#*=}}" ;;
        github-annotations=*) echo "::error ::note" > "${{argument#*=}}" ;;
    esac
done
echo "$@" > arguments
exit {status}
"""


@pytest.fixture
def run_step(steps, tmp_path):
    """Return a function that runs the step Grade with a grader that exits so."""

    def run(status):
        command = tmp_path / "kit" / ".venv" / "bin" / "grader"
        command.parent.mkdir(parents=True)
        command.write_text(GRADER.format(status=status))
        command.chmod(0o755)
        files = {
            name: str(tmp_path / name)
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP")
        }
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", steps["Grade"]["run"]],
            cwd=tmp_path,
            env={**os.environ, **files, "ONLY": TOPIC, "STUDENT": "course/ana"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("status", [0, 1])
def test_what_a_submission_says_is_no_command(run_step, tmp_path, status):
    done = run_step(status)

    lines = done.stdout.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert lines[1] == "::set-output name=score::100"
    assert lines[-2:] == [f"::{token}::", "::error ::note"]
    assert done.returncode == status
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == "score=7\n"
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == "# Summary\n"
    assert "--student course/ana --only model_" in (tmp_path / "arguments").read_text()


def test_a_fault_of_the_grader_is_no_result(run_step, tmp_path):
    done = run_step(2)

    assert done.returncode == 2
    assert done.stdout.splitlines()[-1].startswith("::error title=Not graded::")
    assert not (tmp_path / "GITHUB_OUTPUT").exists()


# The autograder


@pytest.fixture(scope="module")
def archive(made):
    with zipfile.ZipFile(io.BytesIO(made["autograder.zip"])) as opened:
        yield opened


def test_the_autograder_holds_the_grader_the_tests_and_references_of_its_part(archive):
    names = set(archive.namelist())
    others = {name for name in names if not name.startswith("grader/")}

    assert others == {
        *("run_autograder", "setup.sh", "unfinished.json", "README.md"),
        *("constraints.txt", "pyproject.toml", "course.secret"),
        *("exercises/syllabus.toml", f"solutions/{TOPIC}.py"),
        *(f"tests/hidden/{TOPIC}/{path.name}" for path in HIDDEN),
    }
    assert {Path(name).suffix for name in names - others} == {".py"}
    assert archive.read("course.secret") == SECRET


def test_the_same_kit_gives_the_same_autograder(made, syllabus):
    again = make_files("gradescope", KIT, syllabus, syllabus.only(TOPIC), SECRET)

    assert again["autograder.zip"] == made["autograder.zip"]


@pytest.mark.parametrize("name", ["run_autograder", "setup.sh"])
def test_a_script_is_sound_and_can_be_run(archive, tmp_path, name):
    path = Path(archive.extract(name, tmp_path))
    checker = ["shellcheck"] if shutil.which("shellcheck") else ["bash", "-n"]

    done = subprocess.run([*checker, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert archive.getinfo(name).external_attr >> 16 == 0o755


@pytest.fixture
def container(archive, tmp_path):
    """A folder as Gradescope lays it out, and a function that runs it there."""
    root = tmp_path / "autograder"
    archive.extractall(root / "source")
    for name in ("submission", "results"):
        (root / name).mkdir()
    shutil.copy(root / "source" / "run_autograder", root)
    bin_folder = tmp_path / "environment" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").symlink_to(sys.executable)

    def run(script, seconds=600):
        (bin_folder / "grader").write_text(f"#!/usr/bin/env bash\n{script}\n")
        (bin_folder / "grader").chmod(0o755)
        variables = {
            "AUTOGRADER_ROOT": str(root),
            "AUTOGRADER_SECONDS": str(seconds),
            "GRADER_ENVIRONMENT": str(tmp_path / "environment"),
        }
        return subprocess.run(
            ["bash", root / "run_autograder"],
            cwd=root,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return root, run


@pytest.mark.parametrize(
    ("script", "seconds", "status"),
    [("sleep 600", 0.2, 124), ("kill -9 $$", 600, 137), ("exit 2", 600, 2)],
)
def test_a_run_that_does_not_finish_leaves_a_result_that_says_so(
    container, script, seconds, status
):
    root, run = container

    done = run(script, seconds)

    assert done.returncode == status
    text = (root / "results" / "results.json").read_text()
    assert text == gradescope.unfinished()


@pytest.mark.parametrize(
    ("metadata", "student"),
    [
        ('{"users": [{"id": 12}, {"id": 7, "name": "x; rm"}]}', "12+7"),
        ('{"users": [{"id": "--only"}]}', "submission"),
        ("{", "submission"),
        (None, "submission"),
    ],
)
def test_inputs_are_drawn_for_the_one_who_submits(container, metadata, student):
    root, run = container
    if metadata is not None:
        (root / "submission_metadata.json").write_text(metadata)

    done = run(f'echo "$@" > {root}/arguments')

    assert done.returncode == 0
    assert (root / "arguments").read_text() == (
        f"--kit {root}/source grade-one {root}/submission "
        f"--student {student} --only {TOPIC} "
        f"--write gradescope={root}/results/results.json\n"
    )


def test_tests_submission_and_results_are_closed_to_other_users(container):
    root, run = container

    run("exit 0")

    for path in (root / "source", root / "submission", root / "results"):
        assert path.stat().st_mode & 0o077 == 0


# The verb


def test_files_are_written_below_the_folder_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "secret")

    for platform in ("github", "gitlab", "gradescope"):
        done = CliRunner().invoke(
            make_app([]), ["init-ci", platform, "--out", str(tmp_path)]
        )
        assert done.exit_code == 0, done.output

    found = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {".github/workflows/grade.yml", "gitlab-ci.yml", "autograder.zip"}
    with zipfile.ZipFile(tmp_path / "autograder.zip") as whole:
        hidden = [n for n in whole.namelist() if n.startswith("tests/hidden/")]
    assert len(hidden) == len(list(KIT.hidden_tests.rglob("*.py")))


def test_an_unknown_platform_is_told(syllabus):
    with pytest.raises(CiError, match="no platform is called 'jenkins': github, gitl"):
        make_files("jenkins", KIT, syllabus, syllabus, SECRET)


def test_a_course_in_the_kit_s_repository_is_named_by_its_path(syllabus):
    course = Layout(KIT.root / "examples" / "course")

    registry = read_syllabus(course.registry)
    files = make_files("github", course, registry, registry, SECRET)

    (job,) = files.values()

    steps = YAML(typ="safe").load(job)["jobs"]["grade"]["steps"]
    (step,) = [step for step in steps if "id" in step]
    assert step["env"]["COURSE"] == "/examples/course"
    assert 'grader --kit "kit$COURSE" grade-one' in step["run"]


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_a_course_that_ci_cannot_fetch_is_told(syllabus, tmp_path, platform):
    with pytest.raises(CiError, match="move the course there"):
        make_files(platform, Layout(tmp_path), syllabus, syllabus, SECRET)
