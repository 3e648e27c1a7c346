"""capture records once, then replays on each call's input, into results that last."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal
from use_gpu_helpers import DISTINCT, changed
from use_gpu_machine import Card, bring_back, put_on_gpu

pytestmark = pytest.mark.exercise("use_gpu.capture")

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "plain": lambda x: 3 * x + 1,
    "in_place": lambda x: x.mul_(3).add_(1),
    "transposed": lambda x: (3 * x + 1).T,
    "its_input": lambda x: x,
    "a_view": lambda x: x[:1],
}


def call_captured(
    ex: Any, fn: Any, inputs: list[Tensor], needs: bool = False
) -> tuple[list[Tensor], str, list[Tensor]]:
    """Return the results, all read at the end, any graph, what fn in place changes."""
    own = torch.zeros_like(inputs[0])
    weight = nn.Parameter(own + 3)
    holding = {
        "own_output": lambda x: own.copy_(2 * x),
        "a_parameter": lambda x: weight,
        "with_gradients": torch.enable_grad()(lambda x: weight * x),
    }
    fn = (FUNCTIONS | holding).get(fn, fn)
    run = ex.capture(fn, inputs[0].requires_grad_(needs))
    results = [run(x.requires_grad_(needs)) for x in inputs[1:]]
    with torch.no_grad():  # the same tensor with other values
        results.append(run(inputs[-1].add_(1)))
    graph = any(y.requires_grad for y in results)
    kind = "results with a graph" if graph else "results without"
    return results, kind, inputs if fn is FUNCTIONS["in_place"] else []


def call_with_another(
    ex: Any, example: Tensor, other: Tensor, gpu: int = -1
) -> Tensor | str:
    """Call for an input like the example, then for another one, which may stay put."""
    card, put = Card(), put_on_gpu if gpu >= 0 else lambda x, _: x
    put_other = put if gpu < 2 else lambda x, _: x
    with changed(ex, card.changes() if gpu >= 0 else []):
        run = ex.capture(FUNCTIONS["plain"], put(example, 0))
        run(put(example.clone(), 0))
        try:
            return bring_back(run(put_other(other, gpu)))
        except ValueError:
            return "ValueError"


def call_on_gpu(
    ex: Any, kind: str, inputs: list[Tensor], index: int, current: int | None = 0
) -> tuple[list[str], int, int, list[Tensor], list[Tensor]]:
    """Return where `fn` ran last in `capture`, graphs, later calls, results, inputs.

    The inputs are on a GPU, or on the CPU if its number is negative. GPUs are made up,
    unless none is the current one.
    """
    put, back = (
        (put_on_gpu, bring_back) if current is not None else (Tensor.cuda, Tensor.cpu)
    )
    given = [put(x.clone(), index) if index >= 0 else x.clone() for x in inputs]
    own = torch.zeros_like(given[0])
    runs: list[str] = []

    def fn(x: Tensor) -> Tensor:
        stream = torch.cuda.current_stream(max(index, 0))
        callers = stream == torch.cuda.default_stream(max(index, 0))
        in_graph = torch.cuda.is_current_stream_capturing()
        runs.append("graph" if in_graph else "caller's stream" if callers else "side")
        if kind == "in_place":
            return x.mul_(3).add_(1)
        return own.copy_(3 * x + 1) if kind == "own_output" else (3 * x + 1)

    card = Card()
    card.current = current or 0
    with changed(ex, [] if current is None else card.changes()):
        run = ex.capture(fn, given[0])
        recorded = list(runs)
        results = [run(x) for x in given[1:]]
    return (
        recorded[-3:] if index >= 0 else [],
        recorded.count("graph"),
        len(runs) - len(recorded),
        [back(y) for y in results],
        [back(x) for x in given],
    )


def draw_inputs(rng, count: int = 4) -> list[Tensor]:
    n, d = rng.sample(DISTINCT, 2)
    return [torch.randn(n, d) for _ in range(count)]


def are(results: list[Tensor], expected: list[Tensor]) -> bool:
    return all(map(torch.allclose, results, expected))


@pytest.mark.weight(5)
def test_capture_computes_with_each_input_and_gives_results_that_last(sweep, rng):
    inputs = draw_inputs(rng)
    net = nn.Sequential(nn.Linear(inputs[0].shape[1], 4), nn.Tanh())
    stale = [net(inputs[0])] * 3
    no_copy = "earlier results are overwritten by later calls: clone"
    inside = "no_grad around fn alone does not see to what fn returns: clone there, too"

    sweep.cases(
        call_captured,
        {
            "for a network": (net, inputs),
            "for inputs that need a gradient": ("plain", inputs, True),
            "for a transposed input": ("plain", [inputs[0], inputs[1].T.clone().T]),
            "for a transposed result": ("transposed", inputs),
            "where fn returns the same tensor every time": ("own_output", inputs),
            "where fn returns its input": ("its_input", inputs),
            "where fn returns a view of its input": ("a_view", inputs),
            "where fn works in place": ("in_place", inputs),
            "where fn returns a parameter": ("a_parameter", inputs),
            "where fn turns gradients on": ("with_gradients", inputs),
        },
        call="run = capture(fn, x); run(a); run(b); run(c)",
        fault="The captured function does not compute fn of its input for inference.",
        slips={
            "every call gives the result of the example: copy the input in": (
                lambda got: are(got[0], stale)
            ),
            "it is for inference: torch.no_grad()": (
                lambda got: got[1] == "results with a graph"
            ),
        },
        because={
            "where fn works in place": "fn changes example or input: give it a copy, "
            "in capture, too",
            "where fn returns the same tensor every time": no_copy,
            "where fn returns its input": no_copy,
            "where fn returns a parameter": inside,
            "where fn turns gradients on": inside,
        },
    )


def test_capture_refuses_other_kinds_of_input(sweep, rng):
    n, d = rng.sample(DISTINCT, 2)
    example = torch.randn(n, d)
    double = example.double()

    sweep.cases(
        call_with_another,
        {
            "for an input like the example": (example, 2 * example),
            "for another shape": (example, torch.randn(n + 1, d)),
            "for a shape that broadcasts": (example, torch.randn(1, d)),
            "for fewer axes": (example, torch.randn(d)),
            "for more axes": (example, example[None]),
            "for as many numbers": (example, torch.randn(d, n)),
            "for another dtype": (example, double),
            "for another device": (example, example.to("meta")),
            "for another shape on a GPU": (example, torch.randn(1, d), 0),
            "for another dtype on a GPU": (example, double, 0),
            "for another GPU": (example, 2 * example, 1),
            "for the CPU after a GPU": (example, 2 * example, 2),
        },
        call="run = capture(fn, x); run(x); run(another)",
        causes={
            r"^RuntimeError: The size of": "compare shapes first, then copy_",
            r"^AssertionError": "an assertion is no ValueError",
        },
        because={
            "for a shape that broadcasts": "copy_ broadcasts in silence: compare first",
            "for another dtype": "copy_ casts in silence: compare first",
            "for another device": "copy_ moves in silence: compare first",
        },
    )


@pytest.mark.weight(2)
def test_capture_warms_up_records_and_replays(sweep, rng):
    inputs = draw_inputs(rng)
    first, *_, last = (3 * x + 1 for x in inputs)

    sweep.cases(
        call_on_gpu,
        {
            "on a GPU": ("plain", inputs, 0),
            "where fn works in place": ("in_place", inputs, 0),
            "where fn returns the same tensor": ("own_output", inputs, 0),
            "on a GPU that is not the current one": ("plain", inputs, 1),
            "on the first GPU while the second is current": ("plain", inputs, 0, 1),
            "on the CPU of a machine with GPUs": ("plain", inputs, -1),
        },
        call="run = capture(fn, x); run(a); run(b); run(c), GPUs made up",
        fault="capture does not warm up on a side stream, record once and replay.",
        slips={
            "with torch.cuda.graph(graph): output = fn(static)": (
                lambda got: got[1] == 0
            ),
            "the first call may set up what a graph cannot record: warm up before": (
                lambda got: got[0] == ["graph"]
            ),
            "one call may not be enough to warm up: a few are asked for": (
                lambda got: got[0] == ["side", "graph"]
            ),
            "with torch.cuda.stream(side) around the warm-up": (
                lambda got: "caller's stream" in got[0]
            ),
            "no graph is replayed: graph.replay()": lambda got: got[2] >= 3,
            "every call gives the result of the example: copy the input in": (
                lambda got: are(got[3], [first] * 3)
            ),
            "a replay overwrites what earlier ones returned: clone": (
                lambda got: are(got[3], [last] * 3)
            ),
            "the example itself is the graph's input: capture with a clone": (
                lambda got: not torch.equal(got[4][0], inputs[0])
            ),
        },
        because={
            "where fn works in place": "the graph needs an input of its own, which "
            "each call fills anew",
            "on a GPU that is not the current one": "streams and graphs are of the "
            "current GPU, if they are not told another",
            "on the CPU of a machine with GPUs": "the example's device decides; "
            "without a graph each call calls fn, once",
        },
    )


@pytest.mark.cuda
def test_capture_replays_a_graph_on_a_gpu(observe, rng):
    inputs = draw_inputs(rng)
    call = "run = capture(fn, x); run(a); run(b); run(c) on a GPU"

    where, _, later, results, after = observe(
        call_on_gpu, "plain", inputs, 0, None, call=call
    )

    expected = ["side", "side", "graph"], 0
    fault = "capture does not warm up on a side stream, record once and replay."
    expect_equal((where, later), expected, fault)
    fault = "The captured function does not compute fn of its input."
    for y, x in zip(results, inputs[1:], strict=True):
        expect_close(y, 3 * x + 1, fault, rtol=1e-4, atol=1e-5)
    expect_equal(after, inputs, "The captured function changes example or inputs.")
