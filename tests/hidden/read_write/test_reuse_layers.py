"""reuse_layers copies the values of the layers that are named, and of no others."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import say
from grader.sandbox.trials import same
from read_write_helpers import DISTINCT, look_at, normed_net, raised

pytestmark = pytest.mark.exercise("read_write.reuse_layers")
BUFFERS: dict[str, tuple[int, ...]] = {"buffer": (2,), "0-dim": (), "1-dim": (1,)}


def named_net(sizes: list[int], how: str) -> nn.Module:
    """Return a network whose head has another form, or that is frozen, or float64."""
    inner, hidden, out = sizes
    twin, head = nn.Linear(hidden, hidden), nn.Linear(hidden, out)
    net = nn.Sequential()
    net.add_module("body", normed_net([inner, hidden, hidden]))
    net.add_module("mute", nn.Sequential(nn.ReLU(), nn.Dropout(0.0), twin))
    net.add_module("twin", twin)
    net.add_module("head", head)
    net.add_module("head2", nn.Linear(out, out))
    if how == "gone":
        del net.head
    elif how == "frozen":
        net.eval().requires_grad_(False)
    elif how == "double":
        net.double()
    elif how in BUFFERS:
        head.register_buffer("seen", torch.randn(BUFFERS[how]))
    elif how:
        net.head = {
            "wider": lambda: nn.Linear(hidden, out + 1),
            "one row": lambda: nn.Linear(hidden, 1),
            "turned": lambda: nn.Linear(out, hidden),
            "no bias": lambda: nn.Linear(hidden, out, bias=False),
            "no tensors": nn.ReLU,
            "other names": lambda: nn.Sequential(head),
            "a, b": lambda: nn.ParameterDict([(k, torch.randn(2)) for k in "ab"]),
            "b, a": lambda: nn.ParameterDict([(k, torch.randn(2)) for k in "ba"]),
        }[how]()
    return net


def reuse(
    ex: Any, sizes: list[int], names: Any, in_source: str = "", in_target: str = ""
) -> dict[str, Any]:
    """Return what became of both, and of the target after a change of the source."""
    source, target = named_net(sizes, in_source), named_net(sizes, in_target)
    own = list(target.parameters())
    returned = ex.reuse_layers(source, target, names)
    found = {"target": look_at(target), "returned": returned, "source": look_at(source)}
    with torch.no_grad():
        for tensor in source.state_dict().values():
            tensor.add_(1)
    kept = all(map(lambda a, b: a is b, own, target.parameters()))
    return {**found, "later": look_at(target), "parameters": "kept" if kept else "new"}


def refuse(ex: Any, sizes: list[int], bad: str, *changes: str) -> list[Any]:
    """Return what is raised, and what became of both."""
    source, target = (named_net(sizes, how) for how in changes)
    what = raised(lambda: ex.reuse_layers(source, target, ["body.0", bad]), bad)
    return [what, look_at(target), look_at(source)]


def shares(got: dict[str, Any]) -> bool:
    pairs = zip(got["target"][0].values(), got["later"][0].values(), strict=True)
    return not all(same(*pair) for pair in pairs)


def copied(got: dict[str, Any], name: str) -> bool:
    return same(got["source"][0][name], got["target"][0][name])


@pytest.mark.weight(3)
def test_reuse_copies_the_named_layers_and_no_other(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)

    sweep.cases(
        reuse,
        {
            "": (sizes, ["body.2", "body.1"]),
            "for a name that begins another one": (sizes, ["head"]),
            "for a layer with layers in it": (sizes, ["body"]),
            "for a layer that lies in another one": (sizes, ["body", "body.0", "head"]),
            "for a tuple with a name twice": (sizes, ("head2", "head2")),
            "for a layer without tensors": (sizes, ["mute.0"]),
            "for the first path of a shared layer": (sizes, ["mute.2"]),
            "for the second path of a shared layer": (sizes, ["twin"]),
            "for no names": (sizes, []),
            "for a frozen target in eval mode": (sizes, ["body", "head"], "", "frozen"),
            "for a frozen source in eval mode": (sizes, ["body", "head"], "frozen"),
            "for a target in float64": (sizes, ["body", "head"], "", "double"),
            "for tensors in another order": (sizes, ["head"], "a, b", "b, a"),
            "where another layer has another size": (sizes, ["body"], "", "wider"),
            "where the target lacks another layer": (sizes, ["body"], "", "gone"),
        },
        call="reuse_layers(source, target, names)",
        fault="reuse_layers does not copy the named layers and nothing else.",
        tolerance="bits",
        because={
            "for tensors in another order": "tensors go by their names, not by place",
            "for a target in float64": "copy_ keeps the dtype of what it fills",
            "for a name that begins another one": "head2 begins with head too",
            "for a layer without tensors": "a layer without tensors is a module too",
            "for the second path of a shared layer": "named_modules() gives a shared "
            "module once; get_submodule finds each path",
        },
        slips={
            "the networks share a layer or a tensor: copy values with load_state_dict "
            "or copy_": shares,
            "new parameters take the place of target's own": (
                lambda got: got["parameters"] == "new"
            ),
            "nothing is copied": lambda got: not copied(got, "body.2.weight"),
            "the buffers of a layer are copied too; state_dict() has them": (
                lambda got: not copied(got, "body.1.running_mean")
            ),
            "it returns the names": lambda got: got["returned"] != ["body.2", "body.1"],
        },
    )


UNFIT = {
    "": ("body.2", "", ""),
    "for a layer that is not in target": ("head", "", "gone"),
    "for a layer that is not in source": ("head", "gone", ""),
    "for a layer of another width": ("head", "wider", ""),
    "for a layer of one row": ("head", "one row", ""),
    "for a layer that is transposed": ("head", "turned", ""),
    "for a layer without a bias in source": ("head", "no bias", ""),
    "for a layer without a bias in target": ("head", "", "no bias"),
    "for a layer whose tensors have other names": ("head", "other names", ""),
    "for a layer without tensors in source": ("head", "no tensors", ""),
    "for a layer without tensors in target": ("head", "", "no tensors"),
    "for a layer with a buffer more": ("head", "buffer", ""),
    "for a layer with a buffer of shape (1,) for one of ()": ("head", "1-dim", "0-dim"),
    "for a layer with a buffer of shape () for one of (1,)": ("head", "0-dim", "1-dim"),
    "for a layer by the name of a parameter": ("head.weight", "", ""),
    "for a layer by a part of its name": ("hea", "", ""),
}


@pytest.mark.weight(3)
def test_reuse_refuses_layers_that_do_not_fit(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)

    for how, (bad, *changes) in UNFIT.items():
        sweep.cases(
            refuse,
            {how: (sizes, bad, *changes)},
            call=say('reuse_layers(source, target, ["body.0", {bad}])', bad=repr(bad)),
            tolerance="bits",
            slips={
                "what does not fit is passed over in silence, as strict=False does": (
                    lambda got: got[0] == "no exception"
                ),
                "the message lacks the layer's name": (
                    lambda got: got[0] == "ValueError"
                ),
                "check all names before the first copy": (
                    lambda got: got[0].startswith("ValueError")
                ),
            },
        )
