"""build_on_meta gives what a normal build gives, on the target device alone."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import DISTINCT, Build, flags_of
from grader.observe import expect_close, expect_equal, expect_error, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.build_on_meta")


class Positions(nn.Module):
    """A module with a parameter and buffers of its own, one of them not saved."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.empty(d))
        self.register_buffer("table", torch.empty(d))
        self.register_buffer("mask", torch.empty(d, dtype=torch.bool), persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        with torch.no_grad():
            self.scale.fill_(0.5)
            self.table.fill_(1.0).cumsum_(0)
            self.mask.fill_(True)


class Offset(nn.Module):
    """A module that sets its values in its constructor only."""

    def __init__(self, d: int, *, buffer: bool) -> None:
        super().__init__()
        if buffer:
            self.register_buffer("offset", torch.ones(d))
        else:
            self.offset = nn.Parameter(torch.ones(d))


def net_to_build(sizes: list[int]) -> nn.Module:
    d, hidden = sizes
    return nn.Sequential(
        Positions(d), nn.Sequential(nn.Linear(d, hidden), nn.BatchNorm1d(hidden))
    )


def frozen_net(sizes: list[int]) -> nn.Module:
    net = net_to_build(sizes).double()
    net[1][0].weight.requires_grad_(requires_grad=False)
    net[1].eval()
    return net


def net_without_reset(sizes: list[int], *, buffer: bool) -> nn.Module:
    return nn.Sequential(nn.Linear(*sizes), nn.ModuleList([Offset(4, buffer=buffer)]))


def build(
    ex: Any, make: Build, *args: Any, on: str | None = None, **options: Any
) -> tuple[nn.Module, list[bool], bool]:
    """Call build_on_meta; say on what make_net and later code run by default."""
    on_meta: list[bool] = []

    def make_net() -> nn.Module:
        on_meta.append(torch.empty(0).is_meta)
        return make(*args, **options)

    try:
        device = () if on is None else (on,)
        return ex.build_on_meta(make_net, *device), on_meta, torch.empty(0).is_meta
    finally:
        torch.set_default_device(None)


def split_by_device(net: nn.Module) -> tuple[list[str], dict[str, Tensor]]:
    """Return the names of what is on meta, and the values of the rest."""
    tensors = dict([*net.named_parameters(), *net.named_buffers()])
    on_meta = [name for name, tensor in tensors.items() if tensor.is_meta]
    rest = {name: t.detach() for name, t in tensors.items() if not t.is_meta}
    return on_meta, rest


def build_plain(
    ex: Any, sizes: list[int]
) -> tuple[list[bool], bool, list[str], dict[str, Tensor]]:
    shapes = [tuple(t.shape) for t in net_to_build(sizes).state_dict().values()]
    dirt = [torch.full(shape, torch.nan) for shape in shapes * 4]
    del dirt  # what torch.empty finds there next
    net, on_meta, later = build(ex, net_to_build, sizes)
    return on_meta, later, *split_by_device(net)


def build_on_given_device(
    ex: Any, sizes: list[int], device: str
) -> tuple[list[str], list[str]]:
    net, _, _ = build(ex, net_to_build, sizes, on=device)
    on_meta, rest = split_by_device(net)
    return on_meta, list(rest)


def build_frozen(
    ex: Any, sizes: list[int]
) -> tuple[dict[str, str], dict[str, bool], dict[str, bool]]:
    net, _, _ = build(ex, frozen_net, sizes)
    tensors = [*net.named_parameters(), *net.named_buffers()]
    return (
        {name: str(tensor.dtype) for name, tensor in tensors},
        {name: p.requires_grad for name, p in net.named_parameters()},
        flags_of(net),
    )


def build_without_reset(ex: Any, sizes: list[int], buffer: bool) -> None:
    build(ex, net_without_reset, sizes, buffer=buffer)


def train_built(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    net, _, _ = build(ex, nn.Linear, *sizes)
    before = net.weight.detach().clone()
    bias = net.bias.detach().clone()
    y = net(x)
    y.square().sum().backward()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    return y, before, bias, net.weight


@pytest.mark.weight(3)
def test_build_on_meta_gives_the_values_of_a_normal_build(observe, rng):
    d, hidden = sizes = rng.sample(DISTINCT, 2)
    call = "build_on_meta(make_net)"

    on_meta, later, left, values = observe(
        build_plain,
        sizes,
        call=call,
        causes={
            "Cannot copy out of meta": "from meta there is nothing to copy: to_empty()"
        },
    )

    expect_equal(
        on_meta,
        [True],
        "make_net is not called once, with meta as the default device.",
        slips={
            "call make_net() inside `with torch.device('meta'):`": (
                lambda calls: calls == [False]
            ),
            "a second call makes another network": lambda calls: len(calls) > 1,
        },
    )
    expect_true(
        not later,
        "After build_on_meta, the default device is still meta.",
        expected="the default device from before",
        got="meta",
        cause="torch.set_default_device stays; `with torch.device('meta'):` ends",
    )
    expect_equal(
        left,
        [],
        "Parameters or buffers of the network are still on meta.",
        slips={
            "a buffer that is not saved is in no state dict": ["0.mask"],
            "buffers are left behind: to_empty() reaches parameters and buffers": (
                lambda names: all(name.endswith(BUFFERS) for name in names)
            ),
        },
    )
    expected = {
        "0.scale": torch.full((d,), 0.5),
        "0.table": torch.arange(d) + 1.0,
        "0.mask": torch.full((d,), fill_value=True),
        "1.1.weight": torch.ones(hidden),
        "1.1.bias": torch.zeros(hidden),
        "1.1.running_mean": torch.zeros(hidden),
        "1.1.running_var": torch.ones(hidden),
        "1.1.num_batches_tracked": torch.tensor(0),
    }
    expect_equal(
        sorted(values),
        sorted([*expected, "1.0.weight", "1.0.bias"]),
        "The network does not have the parameters and buffers of make_net().",
    )
    for name, value in expected.items():
        expect_close(
            values[name],
            value,
            say("{name} does not have its initial value.", name=name),
            slips={
                "buffers have initial values, too: reset_parameters() sets them": (
                    lambda _, name=name: name.endswith(BUFFERS)
                ),
                "each module knows its own initial values: reset_parameters()": (
                    lambda _: True
                ),
            },
        )
    for name, shape in (("1.0.weight", (hidden, d)), ("1.0.bias", (hidden,))):
        expect_equal(
            (str(values[name].dtype), *values[name].shape),
            ("torch.float32", *shape),
            say("{name} does not have its dtype and shape.", name=name),
        )
        expect_true(
            bool((values[name].abs() <= d**-0.5).all())
            and values[name].unique().numel() > 1,
            say(
                "{name} does not have the initial values of a Linear layer.", name=name
            ),
            expected=say("random numbers from -1/√{d} to 1/√{d}", d=d),
            got="others",
            cause="each module knows its own initial values: reset_parameters()",
        )


BUFFERS = ("table", "mask", "running_mean", "running_var", "num_batches_tracked")


def test_build_on_meta_puts_all_on_the_given_device(observe, rng):
    on_meta, elsewhere = observe(
        build_on_given_device,
        rng.sample(DISTINCT, 2),
        "meta",
        call='build_on_meta(make_net, "meta")',
    )

    expect_equal(
        elsewhere,
        [],
        "build_on_meta does not put all tensors on the given device.",
        slips={"the argument device is not used": lambda names: len(names) == 10},
    )
    expect_equal(len(on_meta), 10, "Parameters or buffers of make_net() are missing.")


def test_build_on_meta_keeps_dtypes_and_flags(observe, rng):
    sizes = rng.sample(DISTINCT, 2)

    dtypes, trainable, flags = observe(
        build_frozen, sizes, call="build_on_meta(make_net), net half frozen, in double"
    )

    net = frozen_net(sizes)
    tensors = [*net.named_parameters(), *net.named_buffers()]
    expect_equal(
        dict(sorted(dtypes.items())),
        {name: str(tensor.dtype) for name, tensor in sorted(tensors)},
        "build_on_meta changes the dtype of parameters or buffers.",
    )
    expect_equal(
        dict(sorted(trainable.items())),
        {name: p.requires_grad for name, p in sorted(net.named_parameters())},
        "build_on_meta changes requires_grad.",
    )
    expect_equal(flags, flags_of(net), "build_on_meta changes the training flags.")


@pytest.mark.parametrize("buffer", [True, False], ids=["buffer", "parameter"])
def test_build_on_meta_refuses_what_cannot_be_initialized(observe, rng, buffer):
    kind = "a buffer" if buffer else "a parameter"

    raised = observe.error(
        build_without_reset,
        rng.sample(DISTINCT, 2),
        buffer,
        call=say(
            "build_on_meta(make_net), where the class Offset has {kind} but no "
            "reset_parameters",
            kind=kind,
        ),
    )

    expect_error(
        raised,
        TypeError,
        "build_on_meta returns a network with values that nobody has set.",
        mentions="Offset",
        cause=say(
            "{kind} of a module without reset_parameters() holds leftover memory",
            kind=kind,
        ),
    )


def test_build_on_meta_gives_a_network_that_learns(observe, rng):
    d, out = sizes = rng.sample(DISTINCT, 2)
    x = torch.randn(5, d)

    y, weight, bias, after = observe(
        train_built,
        sizes,
        x,
        call=say("a step of SGD on build_on_meta(Linear({d}, {out}))", d=d, out=out),
    )

    expect_equal(
        [(str(t.dtype), *t.shape) for t in (weight, bias, after)],
        [("torch.float32", *shape) for shape in ((out, d), (out,), (out, d))],
        "The network does not have a weight and a bias of the right shapes.",
    )
    expect_close(
        y, nn.functional.linear(x, weight, bias), "The network does not compute y."
    )
    expect_true(
        not torch.equal(weight, after),
        "A step of SGD leaves the weight as it was.",
        expected="another weight",
        got="the same",
    )
