"""shape_trace lists each leaf as it runs, and takes its hooks away in any event."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from model_construction_helpers import DISTINCT, Apply, fail

pytestmark = pytest.mark.exercise("model_construction.shape_trace")

Trace = list[tuple[str, tuple[int, ...]]]
MODE = "net itself runs, in the mode that it has, and keeps it"


class Running(nn.Module):
    """A network that runs some of its parts, in any order."""

    def __init__(self, parts: dict[str, nn.Module], run: list[str]):
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        self.run = run

    def forward(self, x: Tensor) -> Tensor:
        for name in self.run:
            x = getattr(self, name)(x)
        return x


def trace(ex: Any, net: nn.Module, x: Tensor) -> Trace:
    return [(name, tuple(shape)) for name, shape in ex.shape_trace(net, x)]


def look(ex: Any, net: nn.Module, x: Tensor) -> dict[str, Any]:
    """Return the names in a trace, if there is one, and what became of the network."""
    calls: list[None] = []
    net.register_forward_pre_hook(lambda *_: calls.append(None))
    before = hooks_of(net)
    try:
        names = [name for name, _ in trace(ex, net, x)]
    except (LookupError, KeyboardInterrupt) as error:
        names = [type(error).__name__]
    after = hooks_of(net)
    return {
        "names": names,
        "calls of net": len(calls),
        "hooks": {name: len(hooks) for name, hooks in after.items()},
        "hooks are the same": after == before,
        "attributes": [list(vars(module)) for module in net.modules()],
        "training": [module.training for module in net.modules()],
        "state": net.state_dict(),
    }


def hooks_of(net: nn.Module) -> dict[str, list[Any]]:
    """Return the hooks of every kind with their keys, by the name of the module."""
    places = {"all modules": nn.modules.module, **dict(net.named_modules())}
    return {
        name: [
            hook
            for kind, hooks in vars(place).items()
            if "hooks" in kind and isinstance(hooks, dict)
            for hook in hooks.items()
        ]
        for name, place in places.items()
    }


def interrupt(x: Tensor) -> Tensor:
    raise KeyboardInterrupt


@pytest.mark.weight(2)
def test_trace_lists_the_leaves_as_they_run_with_their_shapes(sweep, rng):
    inner, hidden, out, batch = rng.sample(DISTINCT, 4)
    first, last = nn.Linear(inner, hidden), nn.Linear(hidden, out)
    square = nn.Linear(inner, inner)
    parts = {"a": first, "b": nn.Tanh(), "c": last}
    flat = nn.Sequential(nn.Tanh())
    flat.register_forward_hook(lambda _, __, y: y.flatten())
    nets = {
        "for three layers": Running(parts, ["a", "b", "c"]),
        "for chains in chains": nn.Sequential(
            nn.Sequential(first, nn.Sequential(nn.Tanh(), nn.Identity())), last
        ),
        "for a leaf with two names": Running(
            {"a": nn.Sequential(square), "b": square}, ["b"]
        ),
        "for a network that is a leaf": square,
        "for an empty chain": nn.Sequential(nn.Sequential(), square),
        "for a chain with a hook": nn.Sequential(flat, nn.Tanh()),
        "for a module without a name": Apply(nn.Tanh().__call__),
        "for outputs of no axis": nn.Sequential(Apply(torch.sum), nn.Tanh()),
        "for parts in another order": Running(
            {"b": nn.Tanh(), "spare": nn.Tanh(), "a": square}, ["a", "b"]
        ),
        "for a leaf that runs several times": Running(
            {"a": square, "b": nn.Tanh()}, ["a", "b", "a", "a", "b"]
        ),
        "for a leaf that reshapes in place": nn.Sequential(
            square, Apply(lambda x: x.unsqueeze_(0)), nn.Tanh()
        ),
        "when the network raises": nn.Sequential(square, Apply(fail)),
    }
    sweep.cases(
        trace,
        {when: (net, torch.randn(batch, inner)) for when, net in nets.items()},
        call=say("shape_trace(net, x) with x ({n}, {inner})", n=batch, inner=inner),
        slips={
            "a function made in a loop sees the loop variable's last value": (
                lambda got: len(got) == 3 and len(dict(got)) == 1
            ),
            "modules with submodules are not leaves": lambda got: "" in dict(got),
            "the shapes are those of the outputs, not of the inputs": (
                lambda got: got[-1] == ("c", (batch, hidden))
            ),
        },
        because={
            "for chains in chains": "the leaves are at any depth: named_modules(), not "
            "named_children()",
            "for a leaf with two names": "one module under two names gets one hook, "
            "which lists the first of them",
            "for a network that is a leaf": "net.forward(x) passes by the hooks of net "
            "itself: call net(x)",
            "for an empty chain": "what has no submodules is a leaf, of any class",
            "for a chain with a hook": "the hooks that net has are called as always",
            "for parts in another order": "the order is that of execution, not of "
            "registration",
            "for a leaf that runs several times": "a leaf is listed each time that it "
            "runs; a dict keeps one entry for each name",
            "for a leaf that reshapes in place": "read a shape when its leaf runs; "
            "later, an operation in place may have changed it",
            "when the network raises": "finally lets it pass, except does not",
        },
        raises=(LookupError,),
    )


@pytest.mark.weight(2)
def test_trace_leaves_the_network_as_it_was(sweep, rng):
    d, batch = rng.sample(DISTINCT, 2)
    hooked = nn.Sequential(nn.Linear(d, d), nn.Tanh())
    for module in hooked.modules():
        module.register_forward_hook(lambda *_: None)
    nets = {
        "for a chain": nn.Sequential(nn.Linear(d, d), nn.Tanh()),
        "for parts that do not run": Running(
            {"a": nn.Linear(d, d), "spare": nn.Tanh()}, ["a"]
        ),
        "for a network that has hooks": hooked,
        "in eval mode": nn.Sequential(nn.BatchNorm1d(d), nn.Dropout()).eval(),
        "in two modes": nn.Sequential(nn.Dropout().eval(), nn.Dropout()),
        "when the network raises": nn.Sequential(nn.Linear(d, d), Apply(fail)),
        "when the network is interrupted": nn.Sequential(nn.Tanh(), Apply(interrupt)),
    }
    sweep.cases(
        look,
        {when: (net, torch.randn(batch, d)) for when, net in nets.items()},
        call="shape_trace(net, x); net's hooks, modes and state",
        slips={
            "net is to be called once": lambda seen: seen["calls of net"] != 1,
            "the hooks that are added stay: call remove() on each handle": (
                lambda seen: not seen["hooks are the same"]
            ),
            MODE: lambda seen: not all(seen["training"]),
        },
        because={
            "for parts that do not run": "remove the hooks of all leaves, also of "
            "those that do not run",
            "for a network that has hooks": "remove no other hooks than those that "
            "are added: each handle has remove()",
            "when the network raises": "remove the hooks in a finally clause",
            "when the network is interrupted": "KeyboardInterrupt is no Exception: "
            "remove the hooks in a finally clause",
            **dict.fromkeys(["in eval mode", "in two modes"], MODE),
        },
    )
