"""What a submission is refused by the kernel, and what it goes on doing."""

import ctypes
import errno
import os
import sys
import threading

import cloudpickle
import pyseccomp
import pytest
import torch
from torch.utils.data import DataLoader

from grader.judge.observer import SandboxObserver
from grader.sandbox import isolation, syscalls
from grader.sandbox.isolation import Level, probe_bubblewrap, probe_uid
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.worker import MODE_FILTER
from grader.sandbox.zygote import Zygote
from grader.scoring.submission import Submission

cloudpickle.register_pickle_by_value(sys.modules[__name__])

NUMBERS = {
    name: pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    for name in (*syscalls.DENIED, "clone", "clone3", "prlimit64", "sched_setaffinity")
}
NEW_USER = 0x10000000
available = [Level.PROCESS]
if probe_bubblewrap().available:
    available.insert(0, Level.BUBBLEWRAP)


@pytest.fixture(scope="module", params=available)
def play(request):
    zygote = Zygote.start()
    sandbox = Sandbox(request.param, Limits(test_seconds=20.0), zygote)
    observer = SandboxObserver(sandbox, Submission("ana", {"topic": b""}))
    observer.start_test()

    def play(scenario, *args):
        answer = observer.play("topic", scenario, args, 0)
        assert "value" in answer, answer
        return answer["value"]

    yield play
    observer.close()
    sandbox.close()
    zygote.close()


def errors(ex, calls):
    libc = ctypes.CDLL(None, use_errno=True)
    found = {}
    for name, (number, *arguments) in calls.items():
        ctypes.set_errno(0)
        libc.syscall(number, *arguments)
        found[name] = ctypes.get_errno()
    return found


def test_each_denied_call_is_refused(play):
    calls = {name: (NUMBERS[name], 0, 0, 0, 0, 0) for name in syscalls.DENIED}

    refused = play(errors, calls)

    assert {name for name, error in refused.items() if error != errno.EPERM} == set()


def test_no_namespace_is_made(play):
    calls = {
        "clone": (NUMBERS["clone"], NEW_USER, 0, 0, 0, 0),
        "clone3": (NUMBERS["clone3"], 0, 0),
    }

    assert play(errors, calls) == {"clone": errno.EPERM, "clone3": errno.ENOSYS}


def test_limits_and_cores_of_the_server_stay(play):
    calls = {
        "prlimit64": (NUMBERS["prlimit64"], 1, 7, 0, 0),
        "sched_setaffinity": (NUMBERS["sched_setaffinity"], 1, 0, 0),
    }

    assert set(play(errors, calls).values()) == {errno.EPERM}


def is_filtered(ex):
    child = os.fork()
    if child == 0:
        with open("/proc/self/status") as file:
            os._exit(int(file.read().split("Seccomp:")[1].split()[0]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_what_a_submission_starts_inherits_it(play):
    assert play(is_filtered) == MODE_FILTER


def work(ex):
    batches = list(DataLoader(list(range(6)), batch_size=2, num_workers=2))
    seen = []
    thread = threading.Thread(target=lambda: seen.append(torch.ones(3).sum().item()))
    thread.start()
    thread.join()
    return len(batches), seen, (torch.ones(64, 64) @ torch.ones(64, 64)).sum().item()


def test_torch_threads_and_loaders_go_on(play):
    assert play(work) == (3, [3.0], 64.0**3)


def test_a_level_that_cannot_refuse_is_not_had(monkeypatch):
    monkeypatch.setattr(isolation.syscalls, "find_library", lambda: None)

    answers = [probe_bubblewrap(), probe_uid([])]

    assert not any(answer.available for answer in answers)
    assert "apt-get install libseccomp2" in answers[0].reason
