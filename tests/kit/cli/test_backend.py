"""Where a class is judged is told by options that fit together."""

import pytest
from typer.testing import CliRunner

from grader.class_run.executors import ClusterError
from grader.cli.backend import backend
from grader.cli.main import make_app


def test_jobs_beside_a_scheduler_are_refused(tmp_path):
    (tmp_path / "class" / "ana").mkdir(parents=True)
    command = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out")]
    options = ["--scheduler", "tcp://127.0.0.1:1", "--jobs", "3"]

    done = CliRunner().invoke(make_app(["grade"]), [*command, *options])

    assert isinstance(done.exception, ClusterError)
    assert "--jobs 3 is for this machine" in str(done.exception)
    assert "dask worker tcp://127.0.0.1:1 --nthreads 3" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_jobs_without_a_scheduler_are_this_machine_s():
    with backend("", gpu=False, jobs=3) as here:
        assert here.gpu is None


def test_a_scheduler_without_jobs_is_asked():
    pytest.importorskip("distributed")

    with pytest.raises(ClusterError, match="no Dask scheduler answers at"):
        backend("nowhere", gpu=False).__enter__()
