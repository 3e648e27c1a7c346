"""How a test plays a scenario beside the student's code, wherever that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from grader.observe.data import check_form
from grader.observe.finding import Raised
from grader.observe.verdicts import broken_protocol, finding_for
from grader.sandbox import SandboxError
from grader.sandbox.wire import ProtocolError
from grader.words import Words


class Observer(Protocol):
    """Where a submission's code runs."""

    def prepare(self, *, simulated: bool) -> None:
        """Make ready for a test, with the simulated accelerator if it needs it."""

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> dict[str, Any]:
        """Return `{"value": …}` or `{"error": …}`, plain data from untrusted hands.

        Raises:
            Finding: the submission gives no answer.
        """


class Observe:
    """Plays scenarios beside the student's code and gives back plain data."""

    faults = (SandboxError, OSError)
    """What is never the submission's."""

    def __init__(self, topic: str, observer: Observer, seed: int) -> None:
        """Take the topic, where its code runs, and the seed of every scenario."""
        self.topic, self.observer, self.seed = topic, observer, seed
        self.call: Words | None = None
        """What the student's code was asked last."""
        self.last: Any = None
        """What came back last."""
        self.broken: list[str] = []
        """What the code has changed for the whole process."""

    def __call__(
        self,
        scenario: Callable[..., Any],
        *args: Any,
        call: Words | None = None,
        causes: Mapping[str, Words] | None = None,
    ) -> Any:
        """Play `scenario(module, *args)` and return its value.

        Args:
            scenario: a top-level function with a return annotation. It runs beside the
                student's code, so it must not know what is expected.
            *args: copied into the student's process.
            call: what the student's code is asked, in a learner's words.
            causes: what is behind an exception, by a pattern of `Class: message`.

        Raises:
            Finding: the code raises, gives no answer, or one of another form.
        """
        raised, value = self._play(scenario, args, call)
        if raised is not None:
            raise finding_for(raised, causes)
        check_form(value, scenario)
        return value

    def error(
        self, scenario: Callable[..., Any], *args: Any, call: Words | None = None
    ) -> Raised | None:
        """Play a scenario that should raise; return the exception, or None."""
        raised, _ = self._play(scenario, args, call)
        if raised is not None and raised.not_started:
            raise finding_for(raised)
        return raised

    def _play(
        self, scenario: Callable[..., Any], args: tuple[Any, ...], call: Words | None
    ) -> tuple[Raised | None, Any]:
        if call is not None:
            self.call = call
        answer = self.observer.play(self.topic, scenario, args, self.seed)
        try:
            self.broken += names_in(answer.get("broken"))
            match answer:
                case {"error": error}:
                    return Raised.from_data(error), None
                case {"value": value}:
                    self.last = value
                    return None, value
            raise ProtocolError("neither a value nor an error")
        except ProtocolError as error:
            raise broken_protocol(error) from None


def names_in(broken: Any) -> list[str]:
    """Return what a worker says that the code has changed.

    Raises:
        ProtocolError: it is no list of names.
    """
    if not isinstance(broken, list | None) or any(
        type(n) is not str for n in broken or ()
    ):
        raise ProtocolError("not a list of what was changed")
    return broken or []
