"""capture records once, then replays on each call's input, into results that last."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from use_gpu_helpers import DISTINCT, changed
from use_gpu_machine import Card, bring_back, put_on_gpu

pytestmark = pytest.mark.exercise("use_gpu.capture")


def call_captured(
    ex: Any, fn: Callable[[Tensor], Tensor], inputs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], bool]:
    """Return the results, all read at the end, the inputs then, and any gradient."""
    run = ex.capture(fn, inputs[0])
    results = [run(x) for x in inputs[1:]]
    needs = any(y.requires_grad for y in results)
    return [y.cpu() for y in results], [x.cpu() for x in inputs], needs


def call_captured_net(
    ex: Any, net: nn.Module, inputs: list[Tensor], device: str
) -> tuple[list[Tensor], list[Tensor], bool]:
    net.to(device)
    return call_captured(ex, net, [x.to(device) for x in inputs])


def call_with_own_output(ex: Any, inputs: list[Tensor]) -> list[Tensor]:
    """Capture a function that returns the same tensor in every call."""
    out = torch.zeros_like(inputs[0])
    return call_captured(ex, lambda x: out.copy_(2 * x), inputs)[0]


def call_in_place(
    ex: Any, inputs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], bool]:
    """Capture a function that works in place."""
    return call_captured(ex, lambda x: x.mul_(3).add_(1), inputs)


def call_with_another(ex: Any, example: Tensor, other: Tensor, place: str) -> Tensor:
    run = ex.capture(lambda x: x + 1, example)
    run(example.clone())
    return run(other.to(place)).cpu()


def replay_on_gpu(
    ex: Any, net: nn.Module, inputs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], int]:
    """Return results, inputs, and how often `fn` was called after the capture."""
    net.to("cuda")
    calls: list[int] = []

    def fn(x: Tensor) -> Tensor:
        calls.append(1)
        return net(x)

    inputs = [x.cuda() for x in inputs]
    run = ex.capture(fn, inputs[0])
    before = len(calls)
    results = [run(x) for x in inputs[1:]]
    results = [y.cpu() for y in results]
    return results, [x.cpu() for x in inputs], len(calls) - before


Replayed = tuple[list[Tensor], list[Tensor], list[str], int]


def call_on_made_up_gpu(
    ex: Any, kind: str, inputs: list[Tensor], index: int
) -> Replayed | None:
    """Return results, inputs, where `fn` ran in `capture`, and its later calls.

    None: made-up GPUs do not have all that is asked for.
    """
    card = Card()
    own = put_on_gpu(torch.zeros_like(inputs[0]), index)
    runs: list[str] = []

    def fn(x: Tensor) -> Tensor:
        side = "caller" if card.lane(index) in card.callers else "side"
        runs.append("graph" if card.capturing else side)
        if kind == "in_place":
            return x.mul_(3).add_(1)
        return own.copy_(3 * x + 1) if kind == "own_output" else (3 * x + 1)

    given = [put_on_gpu(x.clone(), index) for x in inputs]
    with changed(ex, card.changes()):
        run = ex.capture(fn, given[0])
        recorded = list(runs)
        results = [run(x) for x in given[1:]]
    later = len(runs) - len(recorded)
    return (
        [bring_back(y) for y in results],
        list(map(bring_back, given)),
        recorded,
        later,
    )


def draw_inputs(rng, count: int = 4) -> list[Tensor]:
    n, d = rng.sample(DISTINCT, 2)
    return [torch.randn(n, d) for _ in range(count)]


def expect_results(
    got: list[Tensor], expected: list[Tensor], example: Tensor, fault: str
) -> None:
    expect_equal(len(got), len(expected), fault)
    for y, wanted in zip(got, expected, strict=True):
        slips = {
            "every call gives the result of the example: copy the input in": example,
            "earlier results are overwritten by later calls: clone": expected[-1],
        }
        expect_close(y, wanted, fault, slips=slips, rtol=1e-4, atol=1e-5)


@pytest.mark.weight(2)
def test_capture_computes_with_the_input_of_the_call(observe, rng):
    inputs = draw_inputs(rng)
    d = inputs[0].shape[1]
    net = nn.Sequential(nn.Linear(d, 4), nn.Tanh())

    results, _, needs_gradient = observe(
        call_captured_net, net, inputs, "cpu", call="run = capture(net, x); run(other)"
    )

    example, *expected = (net(x).detach() for x in inputs)
    fault = "The captured function does not compute fn of its input."
    expect_results(results, expected, example, fault)
    expect_true(
        not needs_gradient,
        "A result of the captured function needs a gradient.",
        expected="results without a graph",
        got="results that require a gradient",
        cause="it is for inference: torch.no_grad()",
    )


def test_capture_gives_results_that_last(observe, rng):
    inputs = draw_inputs(rng)

    results = observe(
        call_with_own_output, inputs, call="run = capture(fn, x); run(a); run(b)"
    )

    example, *expected = (2 * x for x in inputs)
    fault = "A result of the captured function is changed by later calls."
    expect_results(results, expected, example, fault)


@pytest.mark.weight(2)
def test_capture_leaves_example_and_inputs_alone(observe, rng):
    inputs = draw_inputs(rng)

    results, after, _ = observe(
        call_in_place, inputs, call="run = capture(x.mul_(3).add_(1), x); run(other)"
    )

    example, *expected = (3 * x + 1 for x in inputs)
    expect_equal(len(after), len(inputs), "The captured function loses inputs.")
    expect_equal(
        after[0],
        inputs[0],
        "The captured function changes the example.",
        slips={
            "the example itself is the graph's input: capture with a clone": (
                lambda _: True
            )
        },
    )
    expect_equal(
        after[1:],
        inputs[1:],
        "The captured function changes its inputs.",
        slips={"fn may work in place: give it a copy of the input": lambda _: True},
    )
    expect_results(
        results,
        expected,
        example,
        "The captured function does not compute fn of its input.",
    )


@pytest.mark.parametrize("kind", ["shape", "broadcasts", "dtype", "device"])
def test_capture_refuses_other_kinds_of_input(observe, rng, kind):
    n, d = rng.sample(DISTINCT, 2)
    example = torch.randn(n, d)
    other = {
        "shape": torch.randn(n + 1, d),
        "broadcasts": torch.randn(1, d),
        "dtype": torch.randn(n, d, dtype=torch.float64),
        "device": example,
    }[kind]

    raised = observe.error(
        call_with_another,
        example,
        other,
        "meta" if kind == "device" else "cpu",
        call=say("run = capture(fn, x); run(input of another {kind})", kind=kind),
    )

    expect_error(
        raised,
        ValueError,
        say(
            "The captured function takes an input of another kind ({kind}).", kind=kind
        ),
        cause="copy_ broadcasts and casts in silence: compare first",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("index", [0, 1], ids=["current_gpu", "other_gpu"])
@pytest.mark.parametrize("kind", ["plain", "in_place", "own_output"])
def test_capture_warms_up_records_and_replays(observe, rng, kind, index):
    inputs = draw_inputs(rng)

    seen = observe(
        call_on_made_up_gpu,
        kind,
        inputs,
        index,
        call=say(
            "run = capture(fn, x); run(y) on 'cuda:{index}', GPUs made up, {kind}",
            index=index,
            kind=kind,
        ),
    )

    results, after, runs, later = seen
    warm = runs[:-1]
    expect_equal(
        runs[-1:],
        ["graph"],
        "fn is not recorded in a CUDA graph.",
        slips={"with torch.cuda.graph(graph): output = fn(static)": lambda _: True},
    )
    expect_true(
        len(warm) > 0,
        "fn is not run to warm up before it is recorded.",
        expected="calls of fn on a side stream before the graph",
        got="none",
        cause="the first call may set up what a graph cannot record",
    )
    expect_equal(
        warm,
        ["side"] * len(warm),
        "fn does not warm up on a side stream.",
        slips={
            "fn is recorded once": lambda warm: "graph" in warm,
            "with torch.cuda.stream(side) around the warm-up": (
                lambda warm: "caller" in warm
            ),
        },
    )
    expect_equal(
        later,
        0,
        "The captured function calls fn again on a GPU.",
        slips={"no graph is replayed: graph.replay()": lambda later: later >= 3},
    )
    example, *expected = (3 * x + 1 for x in inputs)
    fault = "The captured function does not compute fn of its input."
    expect_results(results, expected, example, fault)
    expect_equal(after, inputs, "The captured function changes example or inputs.")


@pytest.mark.cuda
def test_capture_replays_a_graph_on_a_gpu(observe, rng):
    inputs = draw_inputs(rng)
    d = inputs[0].shape[1]
    net = nn.Sequential(nn.Linear(d, 4), nn.Tanh())

    results, after, calls = observe(
        replay_on_gpu, net, inputs, call="run = capture(net, x); run(other) on a GPU"
    )

    example, *expected = (net(x).detach() for x in inputs)
    fault = "The captured function does not compute fn of its input."
    expect_results(results, expected, example, fault)
    expect_equal(after, inputs, "The captured function changes example or inputs.")
    expect_equal(
        calls,
        0,
        "The captured function calls fn again on a GPU.",
        slips={"no graph is replayed: torch.cuda.graph, then graph.replay()": 3},
    )
