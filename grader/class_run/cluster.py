"""Judges on the workers of a Dask scheduler."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import distributed

from grader.class_run import dask_worker
from grader.class_run.executors import ClusterError, as_done
from grader.class_run.grading_config import GradingConfig
from grader.class_run.suite import Suite
from grader.judge.messages import Job, Part
from grader.judge.versions import versions
from grader.layout import find_course
from grader.sandbox.isolation import Level
from grader.scoring.manifest import Manifest
from grader.scoring.report import Report
from grader.words import Text, say

CONNECT_SECONDS = 20
LOST_SECONDS = 60.0
"""How long a worker may be away, as while it is started again."""
GPU = "GPU"
ONE_GPU = {GPU: 1}
AGAIN = 1
"""Times that a fault of the kit is tried again, on whichever worker is free."""


class Cluster:
    """The workers of a scheduler."""

    def __init__(self, client: distributed.Client, *, gpu: bool) -> None:
        """Look who is there.

        Args:
            client: of the scheduler.
            gpu: a worker must offer the resource GPU.

        Raises:
            ClusterError: nobody, or nobody with a GPU.
        """
        self.client = client
        self.address = str(client.scheduler.address)  # type: ignore[union-attr]
        if not self.workers():
            raise ClusterError(
                "{address} has no workers: start some with `dask worker {address}`",
                address=self.address,
            )
        self.gpu = self.offers_gpu()
        if gpu and not self.gpu:
            raise ClusterError(
                "no worker offers the resource GPU, which --gpu asks for: "
                'start one with `dask worker {address} --resources "GPU=1"`',
                address=self.address,
            )

    def workers(self) -> Mapping[str, Any]:
        """Return what the scheduler knows of its workers, by address."""
        try:
            workers: Mapping[str, Any]
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, RuntimeError, ValueError) as error:
            raise lost(self.address) from error
        return workers

    def offers_gpu(self) -> bool:
        """Say whether a worker offers the resource GPU."""
        return any(w["resources"].get(GPU) for w in self.workers().values())

    def choose_level(self, _secrets: Iterable[Path], *, unsandboxed: bool) -> Level:
        """Return the level of isolation that all workers give.

        Their secrets are their own; those of this machine do not concern them.

        Raises:
            ClusterError: a worker has another kit, or another level than the others,
                or lets submissions use the network.
        """
        answers = self.client.run(dask_worker.describe, unsandboxed, on_error="return")
        levels: dict[Level, str] = {}
        for worker, answer in answers.items():
            if isinstance(answer, BaseException):
                raise ClusterError(
                    "worker {worker} cannot grade: {name__}: {answer}. Install the "
                    "same kit there",
                    worker=worker,
                    name__=type(answer).__name__,
                    answer=answer,
                )
            dask_worker.refuse_other_versions(worker, answer["versions"], versions())
            if answer["level"] is None:
                raise ClusterError(
                    "worker {worker}: {reason}", worker=worker, reason=answer["reason"]
                )
            levels.setdefault(answer["level"], worker)
        (level, worker), *others = levels.items()
        for other, where in others:
            raise ClusterError(
                "worker {worker} isolates by {level}, worker {where} by "
                "{other}: give all of them the same, so that all students are "
                "judged alike",
                worker=worker,
                level=level,
                where=where,
                other=other,
            )
        if level is not Level.BUBBLEWRAP and not unsandboxed:
            raise ClusterError(
                "worker {worker} isolates by {level} only: submissions could "
                "reach the scheduler. Install bubblewrap there, or add "
                "--unsandboxed for code that you would run under your own "
                "account",
                worker=worker,
                level=level,
            )
        return level

    @contextmanager
    def start(self, config: GradingConfig, _jobs: int) -> Iterator[ClusterJudges]:
        """Give every worker the suite, and judges from its first job to the end."""
        suite = Suite.read(find_course(), config.tests)
        plugin = dask_worker.DaskWorker(suite, config.level, config.limits, versions())
        try:
            self.client.register_plugin(plugin)
            yield ClusterJudges(self, plugin.name)
        finally:
            with suppress(OSError):
                self.client.unregister_worker_plugin(plugin.name)


class ClusterJudges:
    """The judges of all workers, behind Dask's executor."""

    faults = (Exception,)
    """Whatever befalls one job, as one that took three workers with it."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        """Take the workers, and the name by which they know the run."""
        self.cluster, self.name = cluster, name
        self.client = cluster.client
        self.executor = self.client.get_executor(pure=False, retries=AGAIN)
        self.cuda: set[distributed.Future[Report]] = set()
        self.lost_since: float | None = None

    @cached_property
    def manifest(self) -> Manifest:
        """Return what the suite expects, as the first judge to be ready tells."""
        asked = self.executor.submit(dask_worker.manifest, self.name)
        for _ in as_done([asked], self.check):
            pass
        told: Manifest = asked.result()
        return told

    @cached_property
    def marked(self) -> frozenset[str]:
        """Return the exercises with tests marked cuda."""
        return frozenset(c.exercise for c in self.manifest.checks if c.cuda)

    def submit(self, job: Job) -> Future[Report]:
        """Return the report to come; a GPU decides the tests marked cuda, if any."""
        plain = replace(job, part=Part.OPEN)
        marked = self.marked & job.exercises
        if not self.cluster.gpu or not marked:
            alone: Future[Report]
            alone = self.executor.submit(dask_worker.judge, self.name, plain)
            return alone
        rest = self.client.submit(
            dask_worker.judge, self.name, plain, pure=False, retries=AGAIN
        )
        cuda = self.client.submit(
            dask_worker.judge,
            self.name,
            replace(job, part=Part.CUDA, exercises=marked),
            pure=False,
            retries=AGAIN,
            resources=ONE_GPU,
        )
        self.cuda.add(cuda)
        whole: Future[Report] = self.executor.submit(dask_worker.overlay, rest, cuda)
        whole.add_done_callback(lambda _: self.cuda.discard(cuda))
        return whole

    def check(self) -> None:
        """Look whether somebody is left to do what was submitted.

        Raises:
            ClusterError: for a minute, nobody was.
        """
        what: Text | None = None
        if not self.cluster.workers():
            what = say("worker")
        elif any(f.status == "pending" for f in set(self.cuda)):
            what = None if self.cluster.offers_gpu() else say("worker that offers GPU")
        if what is None:
            self.lost_since = None
            return
        now = time.monotonic()
        self.lost_since = self.lost_since or now
        if now - self.lost_since > LOST_SECONDS:
            raise ClusterError(
                "no {what} is left at {address}: start one and run the same "
                "command again; what is graded is kept",
                what=what,
                address=self.cluster.address,
            )


@contextmanager
def connected(address: str, *, gpu: bool) -> Iterator[Cluster]:
    """Give the workers of a scheduler.

    Raises:
        ClusterError: nobody answers, or nobody who can grade.
    """
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are told once
    try:
        client = distributed.Client(
            address, timeout=CONNECT_SECONDS, set_as_default=False
        )
    except (OSError, ValueError) as error:
        raise ClusterError(
            "no Dask scheduler answers at {address}: {error}. Start one "
            "with `dask scheduler`, or look at the address",
            address=address,
            error=error,
        ) from error
    with client:
        yield Cluster(client, gpu=gpu)


def lost(address: str) -> ClusterError:
    """Return what to say when the scheduler is gone."""
    return ClusterError(
        "the scheduler at {address} is gone: start one and run the "
        "same command again; what is graded is kept",
        address=address,
    )
