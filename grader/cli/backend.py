"""Where a class is judged: on this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from grader.class_run.executors import ClusterError, Judges
from grader.class_run.grading_config import GradingConfig
from grader.class_run.run import start_here
from grader.cli.screen import errors
from grader.sandbox.isolation import Level, choose_level
from grader.speech import _
from grader.syllabus import Syllabus


class Backend(Protocol):
    """Machines that judge."""

    @property
    def gpu(self) -> bool | None:
        """Return whether one has a GPU; None if this machine is to be asked."""

    @property
    def start(self) -> Callable[[GradingConfig, int], AbstractContextManager[Judges]]:
        """Return what starts judges."""

    def choose_level(self, secrets: Iterable[Path], *, unsandboxed: bool) -> Level:
        """Return the level at which submissions are isolated there."""


class Here:
    """This machine."""

    gpu = None
    start = staticmethod(start_here)
    choose_level = staticmethod(choose_level)


def backend(
    scheduler: str, *, gpu: bool, jobs: int | None = None
) -> AbstractContextManager[Backend]:
    """Return this machine, or the workers of a scheduler, if one is named.

    Args:
        scheduler: its address, or nothing.
        gpu: refuse to begin without a GPU.
        jobs: how many judges were asked for on this machine; None if none were.

    Raises:
        ClusterError: there is no GPU, no scheduler, or no Dask, or jobs were asked for
            beside a scheduler.
    """
    if not scheduler:
        refuse_no_gpu(gpu)
        return nullcontext(Here())
    if jobs is not None:
        raise ClusterError(
            "--jobs {jobs} is for this machine, and --scheduler grades on "
            "others: leave one out. A worker has as many judges as "
            "threads, so start it with `dask worker {scheduler} --nthreads "
            "{jobs}`",
            jobs=jobs,
            scheduler=scheduler,
        )
    try:
        from grader.class_run.cluster import connected
    except ModuleNotFoundError as error:
        raise ClusterError(
            "--scheduler needs Dask ({error}): pip install --constraint "
            "constraints.txt --editable '.[dask]'",
            error=error,
        ) from error
    return connected(scheduler, gpu=gpu)


def refuse_no_gpu(gpu: bool) -> None:
    """Raise where a GPU was asked for and this machine has none."""
    if gpu:
        from grader.gpu import is_available

        if not is_available():
            raise ClusterError(
                "torch finds no GPU here, which --gpu asks for: see `grader doctor`, "
                "name a cluster with --scheduler, or leave --gpu out"
            )


def print_open(judged_by: Backend, syllabus: Syllabus) -> None:
    """List the exercises whose points for a GPU stay open on a cluster without one."""
    names = [e.id for e in syllabus.exercises.values() if e.cuda_points]
    if judged_by.gpu is False and names:
        errors.print(
            _(
                "No worker offers the resource GPU: the points for a GPU stay open in "
                "{exercises}"
            ).format(exercises=", ".join(names)),
            style="dim",
            markup=False,
        )
