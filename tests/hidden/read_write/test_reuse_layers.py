"""reuse_layers copies the values of the layers that are named, and of no others."""

import contextlib
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_error, say
from read_write_helpers import (
    DISTINCT,
    State,
    exactly,
    net_state,
    normed_net,
    train_once,
)

pytestmark = pytest.mark.exercise("read_write.reuse_layers")


def named_net(sizes: list[int]) -> nn.Module:
    """Return a network with the paths body.0, body.1, body.2, mute, twin and head."""
    inner, hidden, out = sizes
    net = nn.Sequential()
    net.add_module("body", normed_net([inner, hidden, hidden]))
    net.add_module("mute", nn.Sequential(nn.ReLU(), nn.Dropout(0.0)))
    net.add_module("twin", nn.Linear(hidden, hidden))
    net.mute.append(net.twin)
    net.add_module("head", nn.Linear(hidden, out))
    return net


def change(net: nn.Module, how: str) -> nn.Module:
    """Make a head of another form, or the network frozen and in eval mode."""
    out, hidden = net.head.weight.shape
    if how == "gone":
        del net.head
    elif how == "frozen":
        net.eval().requires_grad_(False)
    elif how == "normed":
        net.head = nn.Sequential(net.head, nn.BatchNorm1d(out))
    elif how == "plain buffer":
        net.head.register_buffer("seen", torch.zeros(2))
    elif how:
        net.head = {
            "wider": lambda: nn.Linear(hidden, out + 1),
            "one row": lambda: nn.Linear(hidden, 1),
            "no bias": lambda: nn.Linear(hidden, out, bias=False),
            "no tensors": nn.ReLU,
            "other names": lambda: nn.Sequential(nn.Linear(hidden, out)),
        }[how]()
    return net


def look_at(net: nn.Module) -> list[Any]:
    flags = [p.requires_grad for p in net.parameters()]
    return [
        *exactly(dict(net.state_dict())),
        flags,
        [m.training for m in net.modules()],
    ]


def reuse(
    ex: Any, sizes: list[int], names: Any, in_source: str = "", in_target: str = ""
) -> dict[str, Any]:
    """Return what became of both, and of the target after a change of the source."""
    source = change(named_net(sizes), in_source)
    target = change(named_net(sizes), in_target)
    own = list(target.parameters())
    returned = ex.reuse_layers(source, target, names)
    found = {"target": look_at(target), "returned": returned, "source": look_at(source)}
    with torch.no_grad():
        for tensor in source.state_dict().values():
            tensor.add_(1)
    kept = all(map(lambda a, b: a is b, own, target.parameters()))
    return {**found, "later": look_at(target), "parameters": "kept" if kept else "new"}


def try_to_reuse(
    ex: Any, sizes: list[int], names: Any, in_source: str = "", in_target: str = ""
) -> list[Any]:
    source = change(named_net(sizes), in_source)
    target = change(named_net(sizes), in_target)
    with contextlib.suppress(Exception):
        ex.reuse_layers(source, target, names)
    return [look_at(target), look_at(source)]


def reuse_then_train(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str], x: Tensor
) -> State:
    optimizer = torch.optim.SGD(target.parameters(), lr=0.1)
    ex.reuse_layers(source, target, names)
    return train_once(target, optimizer, x)


def shares(got: dict[str, Any]) -> bool:
    return got["target"][2] != got["later"][2]


def lacks(*names: str) -> Any:
    """Return evidence that the state has the target's values under these names."""

    def fits(got: dict[str, Any]) -> bool:
        source, target = got["source"][1], got["target"][1]
        return not any(torch.equal(source[n], target[n]) for n in names)

    return fits


@pytest.mark.weight(2)
def test_reuse_copies_the_named_layers_and_no_other(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)

    sweep.cases(
        reuse,
        {
            "": (sizes, ["body.2", "body.1"]),
            "for the last layer": (sizes, ["head"]),
            "for a layer with layers in it": (sizes, ["body"]),
            "for a layer that lies in another one": (sizes, ["body", "body.0", "head"]),
            "for a tuple of names": (sizes, ("body.0",)),
            "for a name twice": (sizes, ["head", "head"]),
            "for a layer without tensors": (sizes, ["mute.0"]),
            "for a layer that has two names": (sizes, ["mute.2"]),
            "for no names": (sizes, []),
            "for a frozen target in eval mode": (sizes, ["body", "head"], "", "frozen"),
            "for a frozen source in eval mode": (sizes, ["body", "head"], "frozen"),
            "where another layer has another size": (sizes, ["body"], "", "wider"),
            "where the target lacks another layer": (sizes, ["body"], "", "gone"),
        },
        call="reuse_layers(source, target, names)",
        fault="reuse_layers does not copy the named layers and nothing else.",
        slips={
            "the networks share a layer or a tensor: copy values with load_state_dict "
            "or copy_": shares,
            "new parameters take the place of target's own": (
                lambda got: got["parameters"] == "new"
            ),
            "nothing is copied": lacks("body.2.weight"),
            "the buffers of a layer are copied too; state_dict() has them": lacks(
                "body.1.running_mean"
            ),
            "it returns the names": lambda got: got["returned"] != ["body.2", "body.1"],
        },
    )


def test_reuse_takes_a_name_as_a_whole(sweep, rng):
    d = rng.choice(DISTINCT)

    sweep.cases(
        reuse_of_twelve,
        {"": (d, ["1"]), "for the last of them": (d, ["11"])},
        call='reuse_layers(twelve layers, twelve, ["1"])',
        fault="reuse_layers does not copy the named layer and nothing else.",
        slips={
            'layers 10 and 11 start with "1" too: compare with "1." or use '
            "get_submodule": lambda got: torch.equal(
                got[0]["10.bias"], got[1]["10.bias"]
            )
        },
    )


def reuse_of_twelve(ex: Any, d: int, names: list[str]) -> list[State]:
    source, target = (
        nn.Sequential(*(nn.Linear(d, d) for _ in range(12))) for _ in range(2)
    )
    ex.reuse_layers(source, target, names)
    return [net_state(target), net_state(source)]


def test_reuse_keeps_the_optimizer_at_work(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    source, target = normed_net(sizes), normed_net(sizes)

    sweep.cases(
        reuse_then_train,
        {"": (source, target, ["0", "2"], torch.randn(8, sizes[0]))},
        call="optimizer of target; reuse_layers(…); optimizer.step()",
        fault="An optimizer made before reuse_layers does not train target.",
        slips={
            "new parameters take the place of target's own": (
                lambda got: torch.equal(got["2.weight"], source[2].weight)
            )
        },
    )


UNFIT = {
    "not in target": ("head", "", "gone"),
    "not in source": ("head", "gone", ""),
    "another width": ("head", "wider", ""),
    "one row": ("head", "one row", ""),
    "no bias in source": ("head", "no bias", ""),
    "no bias in target": ("head", "", "no bias"),
    "other names": ("head", "other names", ""),
    "no tensors in source": ("head", "no tensors", ""),
    "no tensors in target": ("head", "", "no tensors"),
    "a buffer more": ("head", "plain buffer", ""),
    "the name of a parameter": ("head.weight", "", ""),
    "a part of a name": ("hea", "", ""),
}


@pytest.mark.weight(3)
@pytest.mark.parametrize("how", UNFIT)
def test_reuse_refuses_layers_that_do_not_fit(observe, sweep, rng, how):
    sizes = rng.sample(DISTINCT, 3)
    bad, *changes = UNFIT[how]
    args = sizes, ["body.0", bad], *changes
    call = say(
        'reuse_layers(source, target, ["body.0", {bad}]): {how}', bad=bad, how=how
    )

    sweep.cases(reuse, {"": (sizes, ["body.0"])}, call="reuse_layers of body.0 alone")
    raised = observe.error(reuse, *args, call=call)

    expect_error(
        raised,
        ValueError,
        "reuse_layers does not refuse a layer that does not fit.",
        mentions=bad,
        cause="what does not fit is passed over in silence, as strict=False does",
    )
    sweep.cases(
        try_to_reuse,
        {"": args},
        call=call,
        fault="reuse_layers refuses a layer but has copied another one before.",
        slips={"check all names before the first copy": lambda _: True},
    )
