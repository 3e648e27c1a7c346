"""The process that collects a hidden suite once, and forks a judge whenever asked.

A zygote forks it. Its control socket carries a `Start`, then a `Collected` or a `Fault`
back; from then on a byte with the socket of each judge that is wanted, and the judge's
process id back.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import sys
import traceback
import warnings
from contextlib import closing
from multiprocessing.connection import Connection
from typing import NoReturn

import pytest

from grader import gpu
from grader.judge.messages import Collected, Fault, Start
from grader.judge.options import options
from grader.judge.session import JudgeSession
from grader.layout import Layout
from grader.sandbox import SandboxError
from grader.sandbox.launch import Sandbox
from grader.sandbox.processes import (
    PR_SET_NAME,
    ends_of_children,
    forget_children,
    prctl,
    reap,
)
from grader.sandbox.uids import NoUidError
from grader.sandbox.zygote import Zygote
from grader.words import say

PLUGINS = ("pytest_metadata.plugin", "pytest_jsonreport.plugin")


def main(control: int, channel: int) -> None:
    """Collect, then fork until the owner hangs up.

    Args:
        control: the descriptor of the control socket.
        channel: of a channel to the zygote.
    """
    prctl(PR_SET_NAME, b"grader-suite")
    owner = Connection(control)
    start: Start = owner.recv()
    os.environ.clear()
    os.environ.update(start.environ)
    warnings.simplefilter("ignore")
    course, tests = Layout(start.course), start.tests
    has_gpu = gpu.is_needed(tests.rglob("*.py"))
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # what is expected comes from the CPU
    zygote = Zygote(socket.socket(fileno=channel))
    arguments = [
        *options(course, tests, *PLUGINS),
        *("--json-report-omit", "collectors", "keywords", "log", "streams", "warnings"),
        *("--json-report", "--json-report-file=none"),
        str(tests),
    ]
    gc.disable()  # until the suite is collected
    status = pytest.main(arguments, plugins=[Suite(owner, zygote, start, gpu=has_gpu)])
    if status:
        sys.stdout.flush()
        told = "the hidden suite does not run: pytest exit status {status}"
        owner.send(Fault(say(told, status=int(status))))


class Suite:
    """The pytest plugin that replaces the run loop by one that forks judges."""

    def __init__(
        self, owner: Connection, zygote: Zygote, start: Start, *, gpu: bool
    ) -> None:
        """Take who asks, who forks sandboxes, and how these are to be."""
        self.owner, self.zygote, self.start, self.gpu = owner, zygote, start, gpu

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork judges until the owner hangs up."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        judge = JudgeSession(session, self.start.level, self.start.limits)
        session.config.pluginmanager.register(judge)
        gc.freeze()
        gc.enable()
        ended = ends_of_children()
        self.owner.send(Collected(judge.manifest))
        with socket.socket(fileno=os.dup(self.owner.fileno())) as control:
            while True:
                if ended in select.select([control, ended], [], [])[0]:
                    ended.recv(1 << 10)
                    reap(os.WNOHANG)
                    continue
                asked, received, *_ = socket.recv_fds(control, 1, 1)
                if not asked:
                    return True
                with closing(self.zygote.connect()) as zygote:
                    pid = os.fork()
                    if pid == 0:
                        for mine in (control, ended, self.owner, self.zygote):
                            mine.close()
                        self.become_judge(judge, Connection(received[0]), zygote)
                os.close(received[0])
                self.owner.send(pid)

    def become_judge(
        self, judge: JudgeSession, owner: Connection, zygote: Zygote
    ) -> NoReturn:
        """Judge submissions, with a sandbox; does not return."""
        forget_children()
        try:
            prctl(PR_SET_NAME, b"grader-judge")
            level, limits = self.start.level, self.start.limits
            try:
                sandbox = Sandbox(level, limits, zygote, gpu=self.gpu)
            except (SandboxError, NoUidError) as error:
                owner.send(Fault(error.words))
                os._exit(1)
            with closing(sandbox):
                judge.serve(owner, sandbox)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
