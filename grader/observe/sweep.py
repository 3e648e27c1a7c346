"""Sweeps: an answer meets many cases in one round trip, and the reference the same.

The reference plays in this process, which is trusted. Whatever it does is right: value,
dtype, shape, class, exception, gradients, and leaving the arguments alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from grader.observe.causes import NO_RETURN, likely_cause
from grader.observe.columns import COLUMNS, Draw
from grader.observe.differ import (
    ERROR,
    WRONG_GRADIENT,
    Faults,
    Played,
    Tolerance,
    differ,
)
from grader.observe.expect import Slips, fits
from grader.observe.finding import Finding, Raised, to_line
from grader.sandbox.trials import Make, play_cases, play_trials
from grader.words import Text, Words, as_text, render, say

Causes = Mapping[str, Words]
Cases = Mapping[Any, tuple[Any, ...]]
"""Arguments by words that say in which case."""
first_of = itemgetter(0)
CUT_OFF = "detach(), `.data`, item() or no_grad() cuts it off: no gradient arrives"


class Sweep:
    """Plays cases on the submission and on the reference, and compares."""

    def __init__(
        self,
        symbol: str,
        observe: Callable[..., Any],
        refer: Callable[..., Any],
        rng: random.Random,
    ) -> None:
        """Take the exercise's name, what plays on the submission and the reference.

        Args:
            symbol: the exercise's name.
            observe: plays on the submission.
            refer: plays on the reference.
            rng: draws the order of the cases. No worker may know its seed.
        """
        self.symbol, self.observe, self.refer, self.rng = symbol, observe, refer, rng
        self.compared: list[str] = []
        """Names of the columns, and of other cases, of which something was compared."""
        self.passed_over: dict[str, str] = {}
        """What the reference raised, unpromised, by the column that was left out."""

    def __call__(
        self,
        make: Make,
        *init: Any,
        inputs: Draw,
        columns: Iterable[str],
        call: Words,
        fault: Words | None = None,
        slips: Slips | None = None,
        causes: Causes | None = None,
        raises: Sequence[type[Exception]] = (),
        tolerance: Tolerance = None,
    ) -> None:
        """Expect the answer to do what the reference does in every column.

        Args:
            make: what makes the answer: `Function`, `Module`, or a scenario that
                returns what is called.
            *init: what `make` takes beside the student's module.
            inputs: gives the arguments of the call, for a shape of the leading axes.
            columns: names of the catalogue.
            call: what the student's code is asked, in a learner's words.
            fault: what is wrong in the plain case.
            slips: causes with the evidence for them, in the plain case.
            causes: what is behind an exception, by a pattern of `Class: message`.
            raises: the exceptions that the docstring promises. Where the reference
                raises another one, nothing is asked for.
            tolerance: rtol and atol, or "bits"; those of the dtype if left out.

        Raises:
            Finding: the answer does otherwise.
        """
        asked = [
            (n, t) for n in dict.fromkeys(columns) for t in COLUMNS[n].trials(inputs)
        ]
        trials = [trial for _, trial in asked]
        seen = self.shuffled(
            trials,
            lambda some: self.observe(play_trials, make, init, some, call=call),
            stay=1,
        )
        wanted = self.refer(play_trials, make, init, trials)
        cases = [
            (name, COLUMNS[name].when, one, other)
            for (name, _), one, other in zip(asked, seen, wanted, strict=True)
        ]
        self.compare(cases, raises, tolerance, fault, slips, causes, lenient=True)

    def cases(
        self,
        scenario: Callable[..., Any],
        cases: Cases,
        *,
        call: Words,
        fault: Words | None = None,
        slips: Slips | None = None,
        causes: Causes | None = None,
        because: Mapping[Any, Words | Slips] | None = None,
        raises: Sequence[type[Exception]] = (),
        tolerance: Tolerance = None,
        reads: Callable[[Any], Any] | None = None,
    ) -> None:
        """Expect a scenario to give what it gives on the reference, case by case.

        Args:
            scenario: as `observe` takes it.
            cases: arguments by what completes the sentence "it is wrong …": "for an
                empty list", "when a layer is shared".
            call: as in a sweep over columns.
            fault: what is wrong in the first case.
            slips: causes with the evidence for them, in the first case.
            causes: as in a sweep over columns.
            because: what is behind a failure, by the case; or slips, with the evidence
                for them.
            raises: the exceptions that the docstring promises.
            tolerance: as in a sweep over columns.
            reads: gives what is compared of a value, found out in this process.

        Raises:
            Finding: the answer does otherwise.
            AssertionError: the reference raises what is not promised.
        """
        asked = list(cases.items())
        asked += asked[: bool(raises)]  # or an exception would do in each that follows
        args = [given for _, given in asked]
        seen = self.shuffled(
            args, lambda some: self.observe(play_cases, scenario, some, call=call)
        )
        wanted = self.refer(play_cases, scenario, args)
        if reads is not None:
            seen, wanted = ([read(p, reads) for p in all_] for all_ in (seen, wanted))
        triples = zip(asked, seen, wanted, strict=True)
        compared = [(render(w, str), w, one, other) for (w, _), one, other in triples]
        because = {render(when, str): why for when, why in (because or {}).items()}
        self.compare(compared, raises, tolerance, fault, slips, causes, because)

    def shuffled(
        self,
        asked: list[Any],
        play: Callable[[list[Any]], list[Played]],
        stay: int = 0,
    ) -> list[Played]:
        """Return what came of each case; they are played in an order that is drawn.

        So nobody knows by heart which case must raise an exception, or what a network's
        names are: whoever recognises it has looked at the arguments.

        Args:
            asked: the cases, in the order in which they are judged.
            play: plays cases in the order given.
            stay: how many stay in front: what comes later may remember them.
        """
        later = [*range(stay, len(asked))]
        self.rng.shuffle(later)
        order = [*range(stay), *later]
        played = play([asked[i] for i in order])
        if len(played) != len(order):
            return played
        return [one for _, one in sorted(zip(order, played, strict=True), key=first_of)]

    def compare(
        self,
        cases: Sequence[tuple[str, Words, Played, Played]],
        raises: Sequence[type[Exception]],
        tolerance: Tolerance,
        fault: Words | None,
        slips: Slips | None,
        causes: Causes | None,
        because: Mapping[str, Words | Slips] | None = None,
        *,
        lenient: bool = False,
    ) -> None:
        """Raise the finding of the first case in which both differ.

        Where `lenient`, a case behind the first in which the reference raises what is
        not promised is passed over.

        Raises:
            Finding: they do.
            AssertionError: the reference raises what is not promised.
        """
        promised = {kind.__name__ for kind in raises}
        first = True
        for name, when, seen, played in cases:
            wanted = played
            if "error" in wanted:
                kinds = [kind for kind in wanted["error"] if kind in promised]
                if not kinds and lenient and not first:
                    self.passed_over[name] = wanted["error"][0]
                    continue
                assert kinds, f"the reference raises {name}: {wanted['message']}"
                wanted = {**wanted, "error": kinds}
            self.compared.append(name)
            column = COLUMNS.get(name)
            loose = column.tolerance if column else None
            said = differ(seen, wanted, loose or tolerance)
            if said is not None:
                faults, expected, got = said
                cause: Words | None = column.cause if column else None
                known = (because or {}).get(name, cause)
                cause = None if isinstance(known, Mapping) else known
                if got == "None":
                    cause = CUT_OFF if faults == WRONG_GRADIENT else cause or NO_RETURN
                mine = known if isinstance(known, Mapping) else slips if first else None
                if mine and faults != WRONG_GRADIENT and "value" in seen:
                    shown = seen["value"]
                    fitting = (c for c, s in mine.items() if fits(shown, s))
                    cause = next(fitting, cause)
                if faults is ERROR and (causes or cause is None):
                    error = Raised(tuple(seen["error"]), seen["message"])
                    cause = likely_cause(error, causes) or cause
                told = fault if first and faults is not ERROR else None
                raise Finding(
                    told or self.sentence(faults, when),
                    expected=expected,
                    got=got,
                    at=to_line(seen.get("where")),
                    cause=cause,
                )
            first = False

    def sentence(self, faults: Faults, when: Words) -> Text:
        """Return what is wrong, and when."""
        always, then = faults
        if not when:
            return say(always, symbol=self.symbol)
        return say(then, symbol=self.symbol, when=as_text(when))


def read(played: Played, reads: Callable[[Any], Any]) -> Played:
    """Return what came of a case, with what is read of its value in place of that."""
    return {**played, "value": reads(played["value"])} if "value" in played else played
