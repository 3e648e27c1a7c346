"""shape_trace lists each leaf as it runs, and takes its hooks away in any event."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from model_construction_helpers import DISTINCT, Trace, names_of

pytestmark = pytest.mark.exercise("model_construction.shape_trace")


class Backwards(nn.Module):
    """A network that registers its parts in another order than it runs them."""

    def __init__(self, sizes: list[int]):
        super().__init__()
        inner, hidden, out = sizes
        self.unused = nn.Linear(3, 3)
        self.last = nn.Linear(hidden, out)
        self.first = nn.Sequential(
            nn.Linear(inner, hidden), nn.Sequential(nn.Tanh(), nn.Identity())
        )
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.last(self.first(x))


class Loop(nn.Module):
    """A network that runs one layer several times, with another in between."""

    def __init__(self, d: int, times: int):
        super().__init__()
        self.layer = nn.Linear(d, d)
        self.activation = nn.ReLU()
        self.again = self.layer
        self.times = times

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.times):
            x = self.activation(self.layer(x))
        return self.again(x)


class Failing(nn.Module):
    """A network that raises, the first time that it runs, when its half has run."""

    def __init__(self, d: int):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d, d), nn.Tanh())
        self.rest = nn.Linear(d, d)
        self.fails = True

    def forward(self, x: Tensor) -> Tensor:
        y = self.net(x)
        if self.fails:
            self.fails = False
            raise LookupError("after its half, before the rest")
        return self.rest(y)


class Holding(nn.Module):
    """A network that runs the first of its parts only."""

    def __init__(self, *parts: nn.Module):
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.spare = nn.ModuleDict({"a": nn.Linear(2, 2)})

    def forward(self, x: Tensor) -> Tensor:
        return self.parts[0](x)


class Apply(nn.Module):
    """A leaf that applies a function."""

    def __init__(self, function: Callable[[Tensor], Tensor]):
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def trace(ex: Any, net: nn.Module, x: Tensor) -> Trace:
    return [(name, tuple(shape)) for name, shape in ex.shape_trace(net, x)]


def trace_twice(
    ex: Any, net: nn.Module, x: Tensor
) -> tuple[list[int], Trace, Trace, int]:
    net.last.register_forward_hook(lambda *_: None)
    before = count_hooks(net)
    first = trace(ex, net, x)
    between = count_hooks(net)
    calls = net.calls
    second = trace(ex, net, x)
    return [before, between, count_hooks(net)], first, second, calls


def trace_failing(ex: Any, net: nn.Module, x: Tensor) -> tuple[bool, int, list[str]]:
    """Return whether the exception arrives, hooks left, and what a next call lists."""
    try:
        ex.shape_trace(net, x)
        is_raised = False
    except LookupError:
        is_raised = True
    return is_raised, count_hooks(net), names_of(trace(ex, net, x))


def trace_and_look(
    ex: Any, net: nn.Module, x: Tensor
) -> tuple[Trace, list[str], bool, list[bool], dict[str, Tensor], Tensor]:
    """Return the trace, and what becomes of hooks, modes, state and input."""
    seen: list[str] = []
    for name, module in net.named_modules():
        module.register_forward_pre_hook(lambda *_, name=name: seen.append(name))
    before = hooks_of(net)
    found = trace(ex, net, x)
    is_kept = hooks_of(net) == before
    modes = [m.training for m in net.modules()]
    return found, seen, is_kept, modes, net.state_dict(), x


def hooks_of(net: nn.Module) -> list[Any]:
    """Return all hooks in a network and of all modules, in their order."""
    places = [nn.modules.module._global_forward_hooks]
    places += [nn.modules.module._global_forward_pre_hooks]
    for module in net.modules():
        places += [module._forward_hooks, module._forward_pre_hooks]
    return [list(hooks.items()) for hooks in places]


def count_hooks(net: nn.Module) -> int:
    return sum(map(len, hooks_of(net)))


@pytest.mark.weight(2)
def test_trace_lists_the_leaves_in_the_order_of_execution(observe, rng):
    inner, hidden, out, batch = rng.sample(DISTINCT, 4)
    net = Backwards([inner, hidden, out])

    got = observe(
        trace,
        net,
        torch.randn(batch, inner),
        call=say(
            "shape_trace(net, x) with x ({batch}, {inner}): first runs, then last",
            batch=batch,
            inner=inner,
        ),
    )

    expected = [
        ("first.0", (batch, hidden)),
        ("first.1.0", (batch, hidden)),
        ("first.1.1", (batch, hidden)),
        ("last", (batch, out)),
    ]
    expect_equal(
        got,
        expected,
        "shape_trace does not list the leaves in the order in which they run.",
        slips={
            "the order is that of registration, not of execution": (
                [expected[-1], *expected[:-1]]
            ),
            "a function made in a loop sees the loop variable's last value": (
                lambda got: len(got) == 4 and len(set(names_of(got))) == 1
            ),
            "modules with submodules are not leaves": (
                lambda got: "first" in names_of(got) or "" in names_of(got)
            ),
            "the leaves are at any depth: named_modules(), not named_children()": (
                [expected[-1]]
            ),
            "a leaf that does not run is not listed": (
                lambda got: "unused" in names_of(got)
            ),
            "the shapes are those of the outputs, not of the inputs": (
                lambda got: got[-1] == ("last", (batch, hidden))
            ),
        },
    )


def test_trace_lists_a_leaf_each_time_that_it_runs(observe, rng):
    d, batch = rng.sample(DISTINCT, 2)
    times = rng.randrange(2, 5)
    net = Loop(d, times)

    got = observe(
        trace,
        net,
        torch.randn(batch, d),
        call=say(
            "shape_trace(net, x), where one Linear runs {value} times", value=times + 1
        ),
    )

    names = [*(["layer", "activation"] * times), "layer"]
    expect_equal(
        got,
        [(name, (batch, d)) for name in names],
        "shape_trace does not list a leaf at each run, under its first name.",
        slips={
            "a dict keeps one entry for each name": (
                lambda got: len(got) == len(set(names_of(got)))
            ),
            "one module under two names gets one hook, not two": (
                lambda got: "again" in names_of(got)
            ),
        },
    )


def test_trace_of_a_single_leaf_has_an_empty_name(observe, rng):
    inner, out, batch = rng.sample(DISTINCT, 3)

    got = observe(
        trace,
        nn.Linear(inner, out),
        torch.randn(batch, inner),
        call=say("shape_trace(nn.Linear({inner}, {out}), x)", inner=inner, out=out),
    )

    expect_equal(
        got,
        [("", (batch, out))],
        "shape_trace does not list a network that is a leaf itself.",
        slips={"net.forward(x) passes by the hooks of net itself: call net(x)": []},
    )


@pytest.mark.weight(2)
def test_trace_leaves_the_hooks_as_they_were(observe, rng):
    *sizes, batch = rng.sample(DISTINCT, 4)

    counts, first, second, calls = observe(
        trace_twice,
        Backwards(sizes),
        torch.randn(batch, sizes[0]),
        call="shape_trace(net, x), twice; net had one hook before",
    )

    expect_equal(
        counts,
        [1, 1, 1],
        "shape_trace does not leave the hooks of net as they were.",
        slips={
            "the hooks that are added stay: call remove() on each handle": (
                lambda counts: max(counts) > 1
            ),
            "the hook that net had before is removed too": [1, 0, 0],
        },
    )
    expect_equal(calls, 1, "shape_trace does not call net once.")
    expect_equal(second, first, "A second trace of the same network differs.")


def test_trace_removes_its_hooks_even_if_the_network_raises(observe, rng):
    d = rng.choice(DISTINCT)

    is_raised, count, names = observe(
        trace_failing,
        Failing(d),
        torch.randn(2, d),
        call="shape_trace(net, x), where net raises LookupError once, half-way",
    )

    expect_equal(
        count,
        0,
        "shape_trace leaves hooks behind when the network raises.",
        cause="remove the hooks in a finally clause",
    )
    expect_true(
        is_raised,
        "shape_trace swallows the exception of the network.",
        expected="LookupError",
        got="no exception",
        cause="finally lets the exception pass, except does not",
    )
    expect_equal(
        names, ["net.0", "net.1", "rest"], "The trace after one that failed differs."
    )


@pytest.mark.weight(2)
def test_trace_keeps_its_promise_for_all_networks(sweep, rng):
    d = rng.choice(DISTINCT)
    layer = nn.Linear(d, d)
    twice = nn.Sequential(layer, nn.Tanh(), layer)
    named = nn.Sequential(nn.Tanh())
    named.add_module("spare", nn.Identity())
    nets = {
        "for a chain": nn.Sequential(nn.Linear(d, d), nn.Tanh()),
        "for a leaf": nn.Linear(d, d),
        "for an empty chain, which is a leaf": nn.Sequential(),
        "for chains in chains": nn.Sequential(nn.Sequential(twice, nn.Sequential())),
        "for a leaf with two names": twice,
        "for a chain with names": named,
        "for a network in eval mode": nn.Sequential(
            nn.BatchNorm1d(d), nn.Dropout()
        ).eval(),
        "for a network that counts its runs": nn.Sequential(nn.BatchNorm1d(d)),
        "for a network of two modes": nn.Sequential(nn.Dropout().eval(), layer),
        "for outputs of no axis": nn.Sequential(Apply(torch.sum), nn.Tanh()),
        "for outputs without entries": nn.Sequential(Apply(lambda x: x[:0]), layer),
        "for whole numbers": nn.Sequential(Apply(torch.Tensor.long), nn.Flatten(0)),
        "for a leaf that reshapes in place": nn.Sequential(
            nn.Linear(d, d), Apply(lambda x: x.unsqueeze_(0)), nn.Tanh()
        ),
        "for a leaf that gives its input": nn.Sequential(nn.Identity(), nn.Identity()),
        "for parts that do not run": Holding(layer, nn.Tanh()),
        "for a frozen network": nn.Sequential(nn.Linear(d, d)).requires_grad_(False),
    }
    sweep.cases(
        trace_and_look,
        {when: (net, torch.randn(4, d)) for when, net in nets.items()},
        call="shape_trace(net, x); net, its hooks, x",
    )
