"""A sandbox that is lost: the machine's fault at first, the submission's in the end."""

import signal
import socket
import threading

import pytest

from grader.judge import observer as observers
from grader.judge.observer import (
    MAX_EXTENSION,
    SANDBOXES_PER_TEST,
    PatientClock,
    SandboxObserver,
)
from grader.observe.finding import Finding
from grader.sandbox import SandboxError, wire
from grader.sandbox.isolation import Level
from grader.sandbox.launch import Ended
from grader.scoring.outcome import Outcome
from grader.scoring.submission import Submission
from grader.words import render

from ..conftest import QUICK


class LostSandbox:
    """A sandbox that was lost before it could start a worker."""

    level, limits, gpu, keep = Level.PROCESS, QUICK, False, False
    zygote = None
    started = 0
    ended = 0

    def __init__(self, *_, **__):
        type(self).started += 1

    def start_worker(self, sources, **_):
        raise SandboxError("it is gone")

    def open_files(self):
        return 3

    def close(self):
        type(self).ended += 1


@pytest.fixture
def lost_sandbox(monkeypatch):
    kind = type("LostSandbox", (LostSandbox,), {})
    monkeypatch.setattr(observers, "Sandbox", kind)
    return kind


def read_answer(ex):
    return ex.answer


def test_a_test_whose_sandbox_is_lost_is_played_again(lost_sandbox, monkeypatch):
    observer = SandboxObserver(lost_sandbox(), Submission("ana", {"topic": b""}))

    def answer(request, activity):
        return {"value": 42}

    def replaced(*_, **__):
        observer.ask = answer
        return lost_sandbox()

    monkeypatch.setattr(observers, "Sandbox", replaced)

    assert observer.play("topic", read_answer, (), 1) == {"value": 42}
    assert lost_sandbox.started == 2


def test_a_test_that_loses_one_sandbox_after_the_other_is_the_submissions(lost_sandbox):
    observer = SandboxObserver(
        lost_sandbox(), Submission("ana", {"topic": b"", "other": b""})
    )

    with pytest.raises(Finding) as first:
        observer.play("topic", read_answer, (), 1)
    after_first = lost_sandbox.started
    with pytest.raises(Finding) as same_topic:
        observer.play("topic", read_answer, (), 1)
    with pytest.raises(Finding) as other:
        observer.play("other", read_answer, (), 1)
    observer.end()

    found = [raised.value.outcome for raised in (first, same_topic, other)]
    assert found == [Outcome.KILLED] * 3
    assert after_first == 1 + SANDBOXES_PER_TEST
    assert lost_sandbox.started == after_first + 1
    assert lost_sandbox.ended == lost_sandbox.started - 1


def test_a_sandbox_that_cannot_be_replaced_is_a_fault_of_the_kit(
    lost_sandbox, monkeypatch
):
    observer = SandboxObserver(lost_sandbox(), Submission("ana", {"topic": b""}))

    def fail(*_, **__):
        raise SandboxError("it does not start")

    monkeypatch.setattr(observers, "Sandbox", fail)

    with pytest.raises(SandboxError):
        observer.play("topic", read_answer, (), 1)


def test_a_clock_goes_on_for_what_the_machine_owes():
    debts = [5.0, 2.0, 0.0]
    clock = PatientClock(0.0, lambda: debts.pop(0))

    first, second = clock.left(), clock.left()
    clock._end -= 7.0

    assert 4.0 < first <= 5.0
    assert second <= first
    assert clock.left() <= 0
    assert clock.extended == 7.0


class BusyMachine(LostSandbox):
    """A sandbox whose worker waits ever longer for a core."""

    waits = 0.0

    def waited(self):
        self.waits += QUICK.test_seconds
        return self.waits


def test_each_wait_is_owed_once_and_within_bounds():
    observer = SandboxObserver(BusyMachine(), Submission("ana", {"topic": b""}))

    owed = [observer.owed() for _ in range(MAX_EXTENSION + 2)]
    observer.start_test()

    limit = QUICK.test_seconds
    assert owed == [limit] * MAX_EXTENSION + [0.0, 0.0]
    assert observer.owed() == limit


def test_a_sandbox_that_does_not_answer_owes_nothing(lost_sandbox, monkeypatch):
    def fail(_):
        raise SandboxError("it is gone")

    monkeypatch.setattr(lost_sandbox, "waited", fail, raising=False)
    observer = SandboxObserver(lost_sandbox(), Submission("ana", {"topic": b""}))

    assert observer.owed() == 0.0


class MarkedSandbox(LostSandbox):
    """A sandbox whose workers are killed, `kills` times in all."""

    kills = 1

    def start_worker(self, sources, **_):
        here, there = socket.socketpair()
        threading.Thread(target=self.serve, args=(there,), daemon=True).start()
        return here

    def serve(self, channel):
        with channel:
            while True:
                try:
                    request = wire.receive(channel)
                except (EOFError, OSError):
                    return
                if request["call"] is not None and type(self).kills:
                    type(self).kills -= 1
                    return
                wire.send(channel, {"value": 42, "nonce": request["nonce"]})

    def clear(self, *, lost=False):
        return Ended(None, signal.SIGKILL if lost else None, False, True)


@pytest.mark.parametrize("kills", [0, 1])
def test_a_worker_that_was_killed_once_is_replaced(kills):
    kind = type("KilledSandbox", (MarkedSandbox,), {"kills": kills})
    observer = SandboxObserver(kind(), Submission("ana", {"topic": b""}))

    answer = observer.play("topic", read_answer, (), 1)
    observer.close()

    assert answer == {"value": 42}
    assert kind.kills == 0


def test_a_worker_that_is_killed_in_every_try_was_killed_by_the_submission():
    kind = type("KilledSandbox", (MarkedSandbox,), {"kills": 2})
    observer = SandboxObserver(kind(), Submission("ana", {"topic": b""}))

    with pytest.raises(Finding) as raised:
        observer.play("topic", read_answer, (), 1)
    observer.start_test()
    answer = observer.play("topic", read_answer, (), 1)
    observer.close()

    assert render(raised.value.message.got) == "ended by SIGKILL"
    assert answer == {"value": 42}


def test_who_ends_leaves_no_channel_open():
    observer = SandboxObserver(MarkedSandbox(), Submission("ana", {"topic": b""}))
    channel = observer.open_channel()

    observer.end()

    assert channel.fileno() == -1
