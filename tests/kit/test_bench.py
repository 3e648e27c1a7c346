"""What the benchmarks need beside the kit is named where it is missing."""

import subprocess
import sys

from grader.layout import KIT


def test_mutants_without_their_packages_name_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.modules['libcst'] = None"
    )
    command = [sys.executable, "-m", "bench.mutants"]

    done = subprocess.run(
        command,
        cwd=KIT.root,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("libcst is not installed")
    assert "'.[bench]'" in done.stderr


def test_the_class_of_ten_is_made_of_variants_that_are_there():
    code = "from bench.peers.cohort import cohort; print(len(cohort()))"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=KIT.root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "10\n", done.stderr
