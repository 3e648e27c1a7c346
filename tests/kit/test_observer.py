"""A box that is lost: the machine's fault at first, the submission's in the end."""

import signal
import socket
import threading

import pytest

from grader.box import wire
from grader.box.isolation import Level
from grader.box.launch import BoxError, Ended
from grader.judge import observer as observers
from grader.judge.observer import (
    BOXES_PER_TEST,
    MAX_EXTENSION,
    BoxObserver,
    PatientClock,
)
from grader.observe.finding import Finding
from grader.outcome import Outcome
from grader.submission import Submission

from .conftest import QUICK


class LostBox:
    """A box that was lost before it could start a worker."""

    level, limits, gpu = Level.PROCESS, QUICK, False
    started = 0
    ended = 0

    def __init__(self, *_, **__):
        type(self).started += 1

    def wait(self):
        pass

    def start_worker(self, sources, **_):
        raise BoxError("it is gone")

    def close(self):
        type(self).ended += 1


@pytest.fixture
def lost_box(monkeypatch):
    kind = type("LostBox", (LostBox,), {})
    monkeypatch.setattr(observers, "Box", kind)
    return kind


def read_answer(ex):
    return ex.answer


def test_a_test_whose_box_is_lost_is_played_again(lost_box, monkeypatch):
    observer = BoxObserver(lost_box(), Submission("ana", {"topic": b""}))
    monkeypatch.setattr(
        lost_box, "wait", lambda _: monkeypatch.setattr(observer, "ask", answer)
    )

    def answer(request, activity):
        return {"value": 42}

    assert observer.play("topic", read_answer, (), 1) == {"value": 42}
    assert lost_box.started == 2


def test_a_test_that_loses_one_box_after_the_other_is_the_submissions(lost_box):
    observer = BoxObserver(lost_box(), Submission("ana", {"topic": b"", "other": b""}))

    with pytest.raises(Finding) as first:
        observer.play("topic", read_answer, (), 1)
    after_first = lost_box.started
    with pytest.raises(Finding) as same_topic:
        observer.play("topic", read_answer, (), 1)
    with pytest.raises(Finding) as other:
        observer.play("other", read_answer, (), 1)
    observer.end()

    found = [raised.value.outcome for raised in (first, same_topic, other)]
    assert found == [Outcome.KILLED] * 3
    assert after_first == 1 + BOXES_PER_TEST
    assert lost_box.started == after_first + 1
    assert lost_box.ended == lost_box.started - 1


def test_a_box_that_cannot_be_replaced_is_a_fault_of_the_kit(lost_box, monkeypatch):
    observer = BoxObserver(lost_box(), Submission("ana", {"topic": b""}))

    def fail(_):
        raise BoxError("it does not start")

    monkeypatch.setattr(lost_box, "wait", fail)

    with pytest.raises(BoxError):
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


class BusyMachine(LostBox):
    """A box whose worker waits ever longer for a core."""

    waits = 0.0

    def waited(self):
        self.waits += QUICK.test_seconds
        return self.waits


def test_each_wait_is_owed_once_and_within_bounds():
    observer = BoxObserver(BusyMachine(), Submission("ana", {"topic": b""}))

    owed = [observer.owed() for _ in range(MAX_EXTENSION + 2)]
    observer.start_test()

    limit = QUICK.test_seconds
    assert owed == [limit] * MAX_EXTENSION + [0.0, 0.0]
    assert observer.owed() == limit


def test_a_box_that_does_not_answer_owes_nothing(lost_box, monkeypatch):
    def fail(_):
        raise BoxError("it is gone")

    monkeypatch.setattr(lost_box, "waited", fail, raising=False)
    observer = BoxObserver(lost_box(), Submission("ana", {"topic": b""}))

    assert observer.owed() == 0.0


class MarkedBox(LostBox):
    """A box whose workers are killed, `kills` times in all."""

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
    kind = type("KilledBox", (MarkedBox,), {"kills": kills})
    observer = BoxObserver(kind(), Submission("ana", {"topic": b""}))

    answer = observer.play("topic", read_answer, (), 1)
    observer.close()

    assert answer == {"value": 42}
    assert kind.kills == 0


def test_a_worker_that_is_killed_in_every_try_was_killed_by_the_submission():
    kind = type("KilledBox", (MarkedBox,), {"kills": 2})
    observer = BoxObserver(kind(), Submission("ana", {"topic": b""}))

    with pytest.raises(Finding) as raised:
        observer.play("topic", read_answer, (), 1)
    observer.start_test()
    answer = observer.play("topic", read_answer, (), 1)
    observer.close()

    assert raised.value.got == "ended by SIGKILL"
    assert answer == {"value": 42}
