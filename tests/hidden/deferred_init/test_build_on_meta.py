"""build_on_meta gives what a normal build gives, on the target device alone."""

from typing import Any

import pytest
import torch
from torch import nn

from deferred_init_helpers import DISTINCT, Build, OwnError, Seen, start_of, tensors_of

pytestmark = pytest.mark.exercise("deferred_init.build_on_meta")


class Positions(nn.Module):
    """A module with a child, and with a parameter and buffers of its own."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.empty(d))
        self.norm = nn.LayerNorm(d)
        self.register_buffer("table", torch.empty(d))
        self.register_buffer("mask", torch.empty(d, dtype=torch.bool), persistent=False)
        self.register_buffer("nothing", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the values, with a tensor that is made on the default device."""
        with torch.no_grad():
            self.scale.fill_(0.5)
            self.table.copy_(torch.arange(len(self.table)) + 1.0)
            self.mask.fill_(value=True)


class Offset(nn.Module):
    """A module that sets its values in its constructor only."""

    def __init__(self, d: int, kind: str) -> None:
        super().__init__()
        if kind == "for a parameter":
            self.offset = nn.Parameter(torch.ones(d))
        else:
            kept = kind == "for a buffer"
            self.register_buffer("offset", torch.ones(d), persistent=kept)
        self.layer = nn.Linear(d, d)


class FailsLater(nn.Linear):
    """A layer that cannot set its values."""

    def reset_parameters(self) -> None:
        if not self.weight.is_meta:
            raise OwnError("no values")


def net_to_build(d: int, hidden: int) -> nn.Module:
    block = nn.Sequential(nn.Linear(d, hidden), nn.BatchNorm1d(hidden))
    return nn.Sequential(Positions(d), block)


def half_frozen(d: int, hidden: int) -> nn.Module:
    net = net_to_build(d, hidden).double()
    net[0].requires_grad_(requires_grad=False)
    net[1].eval()[0].weight.requires_grad_(requires_grad=False)
    return net


def other_layers(d: int, hidden: int) -> nn.Module:
    """Return modules without tensors, without bias, in two places, in float16."""
    linear, norm = nn.Linear(d, hidden, bias=False), nn.GroupNorm(1, d).half()
    embedding = nn.Embedding(d, hidden, padding_idx=1)
    named = nn.ModuleDict({"a": nn.ModuleList([linear, norm]), "b": embedding})
    return nn.Sequential(nn.ReLU(), named, norm)


def without_reset(d: int, kind: str) -> nn.Module:
    return nn.Sequential(nn.Linear(d, d), nn.ModuleList([Offset(d, kind)]))


def built(
    ex: Any, make: Build, args: list[Any], device: Any = None, default: Any = None
) -> Seen:
    """Return what there is to see of a network; of random values, what is no chance."""
    dirt = [torch.full((n,), torch.nan) for n in range(1, 150) for _ in range(3)]
    del dirt  # what torch.empty finds there next
    seen: Seen = {"make_net ran on meta": [], "raised": "no exception"}
    made: list[nn.Module] = []
    mark = torch.rand(2).tolist()

    def make_net() -> nn.Module:
        seen["make_net ran on meta"].append(torch.empty(0).is_meta)
        made.append(make(*args))
        return made[0]

    torch.set_default_device(default)
    try:
        net = ex.build_on_meta(make_net, *(() if device is None else (device,)))
    except NotImplementedError:  # not started
        raise
    except (TypeError, OwnError) as error:
        names = [n for n in ("Offset", "Multi") if n in str(error)]
        seen["raised"] = type(error).__name__, names
        return seen
    finally:
        now = torch.tensor(mark)
        seen["default device"] = str(now.device) if now.is_meta else now
        torch.set_default_device(None)
    kinds = nn.Linear, nn.Embedding
    owners = [module for module in net.modules() if isinstance(module, kinds)]
    random = {id(p): module for module in owners for p in module.parameters()}
    for name, t in tensors_of(net).items():
        seen[f"{name} is"] = str(t.dtype), str(t.device), t.requires_grad, t.is_leaf
        seen[name] = tuple(t.shape) if t.is_meta else t.detach().clone()
        if id(t) in random and not t.is_meta:
            n = getattr(random[id(t)], "in_features", 1e-9)
            seen[name] = {**start_of(t.detach(), n), "zeros": int(t.eq(0).sum())}
    same = {"the network of make_net": net is made[0], "saved": list(net.state_dict())}
    return {**seen, **same, "modes": [m.training for m in net.modules()]}


CAUSES = {
    "to_empty": "from meta there is nothing to copy: to_empty()",
    "meta": "reset_parameters() makes tensors, too, on the default device: call it "
    "when that is meta no more",
}
KNOWS = "each module knows its own initial values: reset_parameters()"
WITH = "`with torch.device('meta'):` gives back what was before, in any case"


@pytest.mark.weight(3)
def test_build_on_meta_gives_what_a_normal_build_gives(sweep, rng):
    d, _ = sizes = rng.sample(range(4, 12), 2)

    sweep.cases(
        built,
        {
            "": (net_to_build, sizes),
            "for a net half frozen, in double": (half_frozen, sizes),
            "for a module with buffers alone": (nn.BatchNorm1d, [d, 0.1, 0.1, False]),
            "for other layers": (other_layers, sizes),
            "for a single layer": (nn.LayerNorm, sizes[:1]),
            "for a loss whose weight is None": (nn.CrossEntropyLoss, []),
            "for the device meta": (net_to_build, sizes, torch.device("meta")),
            "where meta is the default device": (nn.BatchNorm1d, [d], "cpu", "meta"),
        },
        call="build_on_meta(make_net), and all that there is to see of its result",
        fault="build_on_meta does not give what a normal build gives.",
        slips={
            "the tensors of children are not a module's own: recurse=False": (
                lambda seen: seen["raised"] != "no exception"
            ),
            "call make_net() inside `with torch.device('meta'):`": (
                lambda seen: seen["make_net ran on meta"] == [False]
            ),
            "a second call makes another network": (
                lambda seen: len(seen["make_net ran on meta"]) > 1
            ),
            "torch.set_default_device stays; `with torch.device('meta'):` ends": (
                lambda seen: seen["default device"] == "meta"
            ),
            "buffers are left behind, and one that is not saved is in no state dict: "
            "to_empty() reaches all": (
                lambda seen: "meta" in seen["0.mask is"] and "cpu" in seen["0.scale is"]
            ),
            "a module with children has values of its own, too": (
                lambda seen: (
                    seen["0.norm.weight"].eq(1).all() and seen["0.scale"].ne(0.5).any()
                )
            ),
            "buffers have initial values, too: reset_parameters() sets them": (
                lambda seen: (
                    seen["0.scale"].eq(0.5).all()
                    and seen["1.1.running_var"].ne(1).any()
                )
            ),
            KNOWS: lambda seen: (
                (seen["0.scale"] * seen["1.1.weight"].mean()).ne(0.5).any()
                or not (seen["1.0.weight"]["random"] and seen["1.0.bias"]["random"])
                or not seen["1.0.weight"]["within ±1/√n"]
            ),
        },
        because={
            "for a net half frozen, in double": "dtypes, requires_grad and training "
            "flags stay as make_net sets them",
            "for other layers": KNOWS,
            "for a module with buffers alone": "buffers have initial values, too, "
            "where there are no parameters",
            "for a loss whose weight is None": "a name for None has no tensor",
            "for the device meta": "tensors lie where the argument device says",
            "where meta is the default device": WITH,
        },
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_build_on_meta_refuses_what_cannot_be_initialized(sweep, rng):
    d = rng.choice(DISTINCT)
    leftover = (
        "a module without reset_parameters() holds leftover memory, be it in a "
        "parameter or in a buffer"
    )
    kinds = "for a buffer", "for a parameter", "for a buffer that is not saved"

    sweep.cases(
        built,
        {
            **{kind: (without_reset, [d, kind]) for kind in kinds},
            "where the module is the whole network": (Offset, [d, kinds[0]]),
            "on the device meta": (without_reset, [d, kinds[0]], "meta"),
            "for a module of torch": (nn.MultiheadAttention, [4, 2]),
            "where make_net raises": (nn.Linear, []),
            "where a reset_parameters raises": (FailsLater, [d, d], "cpu", "meta"),
            "where nothing is wrong": (nn.LayerNorm, [d]),
        },
        call="build_on_meta(make_net), where the class Offset has a tensor but no "
        "reset_parameters",
        fault="build_on_meta does not refuse a module that cannot set its values.",
        slips={
            leftover: lambda seen: seen["raised"] == "no exception",
            "the message is to name the class": (
                lambda seen: seen["raised"] == ("TypeError", [])
            ),
        },
        because={
            **dict.fromkeys(kinds, leftover),
            "where make_net raises": WITH,
            "where a reset_parameters raises": WITH,
        },
    )
