"""Parameter management: values, sharing, and what has to stay as it was."""

import copy
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
)

exercise = pytest.mark.exercise

DISTINCT = range(
    2, 12
)  # sizes to draw from without repeats, so that no shape is square


class Scaled(nn.Module):
    """A network with parameters of its own: a 0-dim, an empty and a 3-dim one."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.empty = nn.Parameter(torch.empty(0, 3))
        self.table = nn.Parameter(torch.randn(2, 3, 4), requires_grad=False)
        self.net = net


def tied_net(rng) -> nn.Module:
    """Return a network with a layer used twice and a weight tied to another layer's."""
    a, b = rng.sample(DISTINCT, 2)
    layer, other = nn.Linear(a, b), nn.Linear(a, b, bias=False)
    other.weight = layer.weight
    return nn.ModuleDict({"first": layer, "again": layer, "other": other})


def twins(rng) -> nn.Module:
    """Return two layers with equal values, but parameters of their own."""
    a, b = rng.sample(DISTINCT, 2)
    layer = nn.Linear(a, b)
    return nn.Sequential(layer, nn.Tanh(), copy.deepcopy(layer))


def nested_net(rng) -> nn.Module:
    """Return a network of several depths, with buffers and a frozen parameter."""
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(
        nn.Linear(a, b),
        nn.Sequential(nn.BatchNorm1d(b), nn.Sequential(nn.Linear(b, c, bias=False))),
        nn.Conv1d(b, c, 3),
    )
    net[0].weight.requires_grad_(False)
    return net


# parameter_table


def table_of(ex: Any, net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    return ex.parameter_table(net)


def expect_names(names: list[str], net: nn.Module) -> None:
    named = dict(net.named_parameters())
    depth = max((name.count(".") for name in named), default=0)
    expect_equal(
        names,
        list(named),
        "The table does not have one row per parameter, under its first name.",
        slips={
            "state_dict() also has the buffers, which are no parameters": (
                list(net.state_dict())
            ),
            "parameters that are frozen have rows too": (
                [name for name, p in named.items() if p.requires_grad]
            ),
            "one level is not all: modules have modules inside": (
                [name for name in named if name.count(".") < depth]
            ),
            "parameters of the network itself have rows too": (
                [name for name in named if "." in name]
            ),
            "equal values do not make two parameters one: compare identities": (
                lambda names: len(names) < len(named)
            ),
        },
    )


def expect_columns(
    rows: list[tuple[str, tuple[int, ...], int, bool]], net: nn.Module
) -> None:
    parameters = list(net.parameters())
    expect_equal(
        [row[1] for row in rows],
        [tuple(p.shape) for p in parameters],
        "The second column is not the parameters' shapes.",
    )
    expect_equal(
        [row[2] for row in rows],
        [p.numel() for p in parameters],
        "The third column is not the number of entries.",
        slips={"the number of entries is the product of all sizes": lambda _: True},
    )
    expect_equal(
        [row[3] for row in rows],
        [p.requires_grad for p in parameters],
        "The fourth column does not say which parameters are trainable.",
        slips={
            "state_dict() gives detached tensors, which never require gradients": (
                [False] * len(parameters)
            ),
            "ask each parameter for its requires_grad": [True] * len(parameters),
        },
    )


@exercise("parameters.parameter_table", weight=2)
def test_table_describes_every_parameter(observe, rng):
    net = nested_net(rng)

    rows = observe(
        table_of,
        net,
        call="parameter_table(net), net three levels deep, with BatchNorm1d, Conv1d "
        "and a frozen weight",
    )

    expect_names([row[0] for row in rows], net)
    expect_columns(rows, net)


@exercise("parameters.parameter_table")
def test_table_has_one_row_for_a_shared_parameter(observe, rng):
    net = tied_net(rng)

    rows = observe(
        table_of,
        net,
        call="parameter_table(net), one layer used twice and its weight a third time",
    )

    names = [row[0] for row in rows]
    expect_equal(
        names,
        ["first.weight", "first.bias"],
        "A shared parameter does not have one row, under its first name.",
        slips={
            "named_parameters() leaves out repeats, unless told otherwise": (
                lambda names: len(names) > 2
            ),
            "the first name stays, not the last": lambda names: len(names) == 2,
        },
    )
    expect_columns(rows, net)


@exercise("parameters.parameter_table")
def test_table_keeps_parameters_with_equal_values_apart(observe, rng):
    net = twins(rng)

    rows = observe(
        table_of, net, call="parameter_table(Sequential(layer, Tanh(), its deepcopy))"
    )

    expect_names([row[0] for row in rows], net)


@exercise("parameters.parameter_table")
def test_table_takes_parameters_of_any_shape(observe, rng):
    net = Scaled(nn.Linear(*rng.sample(DISTINCT, 2)))

    rows = observe(
        table_of, net, call="parameter_table(net), net with a 0-dim and an empty one"
    )

    expect_names([row[0] for row in rows], net)
    expect_columns(rows, net)


@exercise("parameters.parameter_table")
def test_table_of_no_parameters_is_empty(observe):
    rows = observe(table_of, nn.Tanh(), call="parameter_table(Tanh())")

    expect_equal(rows, [], "The table of a net without parameters is not empty.")


# init_normal


class Gain(nn.Linear):
    """A subclass of Linear with a parameter more."""

    def __init__(self, a: int, b: int):
        super().__init__(a, b)
        self.gain = nn.Parameter(torch.randn(b, a))


class NotLinear(nn.Module):
    """A module with a Linear's parameters, but not a Linear."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(b, a))
        self.bias = nn.Parameter(torch.randn(b))


def init_with(ex: Any, net: nn.Module, std: float | None) -> dict[str, Tensor]:
    if std is None:
        ex.init_normal(net)
    else:
        ex.init_normal(net, std=std)
    return net.state_dict()


def init_what_is_held(
    ex: Any, net: nn.Module
) -> tuple[list[Tensor], list[Tensor], list[bool]]:
    held = list(net.parameters())
    ex.init_normal(net, std=0.1)
    now = list(net.parameters())
    return held, now, [p.requires_grad for p in now]


def init_twice(ex: Any, net: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ex.init_normal(net)
    first = {name: t.clone() for name, t in net.state_dict().items()}
    ex.init_normal(net)
    return first, net.state_dict()


def expect_state_of(state: dict[str, Tensor], net: nn.Module) -> None:
    """Expect the names and shapes of `net`, so that the values can be looked at."""
    expect_equal(
        {name: tuple(t.shape) for name, t in state.items()},
        {name: tuple(t.shape) for name, t in net.state_dict().items()},
        "The network does not keep its parameters' names and shapes.",
    )


def expect_reached(after: Tensor, before: Tensor, fault: str, cause: str) -> None:
    expect_true(
        not torch.equal(after, before),
        fault,
        expected="other values than before",
        got="the same",
        cause=cause,
    )


@exercise("parameters.init_normal", weight=2)
@pytest.mark.parametrize("default", [True, False], ids=["default", "given"])
def test_init_normal_draws_from_the_normal_distribution(observe, rng, default):
    std = 0.01 if default else round(rng.uniform(0.1, 0.4), 2)
    net = nn.Sequential(nn.Linear(400, 300))

    state = observe(
        init_with,
        net,
        None if default else std,
        call=f"init_normal(Sequential(Linear(400, 300)){f', {std=}' * (not default)})",
    )

    expect_state_of(state, net)
    w = state["0.weight"].double()
    n = w.numel()
    spread = w.std().item()
    cause = None
    if abs(spread - std**2) < 0.05 * std**2:
        cause = "std is the standard deviation, not the variance: do not square it"
    elif abs(spread - std**0.5) < 0.05 * std**0.5:
        cause = "std is the standard deviation, not the variance: take no root of it"
    elif abs(spread - std / 3**0.5) < 0.05 * std:
        cause = "uniform_(-std, std) is another distribution: use normal_"
    expect_true(
        abs(spread - std) < 6 * std / (2 * n) ** 0.5,
        "The weights do not have the standard deviation `std`.",
        expected=f"about {std}",
        got=f"{spread:.3g}",
        cause=cause,
    )
    expect_true(
        abs(w.mean().item()) < 6 * std / n**0.5,
        "The mean of the weights is not 0.",
        expected="about 0",
        got=f"{w.mean().item():.3g}",
    )
    kurtosis = ((w - w.mean()) / spread).pow(4).mean().item()
    expect_true(
        abs(kurtosis - 3) < 0.3,
        "The weights are not from a normal distribution.",
        expected="a fourth moment of about 3 std⁴",
        got=f"{kurtosis:.3g} std⁴",
        cause="a uniform distribution has 1.8" if kurtosis < 2 else None,
    )


@exercise("parameters.init_normal")
def test_init_normal_zeroes_the_biases(observe, rng):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, c, bias=False), nn.Linear(c, a))

    state = observe(
        init_with,
        net,
        0.5,
        call="init_normal(Sequential(Linear, Linear without bias, Linear), std=0.5)",
    )

    expect_state_of(state, net)
    for name in ("0.bias", "2.bias"):
        expect_equal(
            state[name],
            torch.zeros_like(net.state_dict()[name]),
            "The bias of a Linear layer is not 0.",
            slips={"the biases are left as they were": net.state_dict()[name]},
        )


@exercise("parameters.init_normal")
@pytest.mark.parametrize("depth", [0, 1, 3], ids=["itself", "inside", "deep"])
def test_init_normal_reaches_every_depth(observe, rng, depth):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Linear(a, b)
    for _ in range(depth):
        net = nn.Sequential(nn.Tanh(), net)
    where = ["is the network itself", "", "", "is three modules deep"][depth]

    state = observe(
        init_with, net, 0.5, call=f"init_normal(net), its Linear layer {where}".strip()
    )

    expect_state_of(state, net)
    expect_reached(
        state["1." * depth + "weight"],
        net.state_dict()["1." * depth + "weight"],
        f"init_normal does not reach a Linear layer that {where or 'is inside'}.",
        "children() sees the next level only; modules() sees all, the net itself too",
    )


@exercise("parameters.init_normal")
def test_init_normal_reaches_subclasses(observe, rng):
    net = nn.ModuleDict(
        {
            "mine": Gain(*rng.sample(DISTINCT, 2)),
            "attention": nn.MultiheadAttention(8, 2),
        }
    )

    state = observe(
        init_with, net, 0.5, call="init_normal(net) with subclasses of nn.Linear in net"
    )

    expect_state_of(state, net)
    before = net.state_dict()
    for name in ("mine.weight", "attention.out_proj.weight"):
        expect_reached(
            state[name],
            before[name],
            "init_normal does not reach a subclass of nn.Linear.",
            "type(m) == nn.Linear leaves out subclasses: isinstance(m, nn.Linear)",
        )


@exercise("parameters.init_normal")
def test_init_normal_leaves_all_else_alone(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "linear": nn.Linear(a, b),
            "gain": Gain(a, b),
            "batchnorm": nn.BatchNorm1d(b),
            "embedding": nn.Embedding(a, b),
            "conv": nn.Conv1d(a, b, 3),
            "other": NotLinear(a, b),
            "bilinear": nn.Bilinear(a, b, 2),
            "attention": nn.MultiheadAttention(8, 2),
        }
    )
    nn.init.normal_(net["batchnorm"].weight)

    state = observe(
        init_with, net, 0.5, call="init_normal(net) with all kinds of layers in net"
    )

    expect_state_of(state, net)
    linear = ("linear.", "gain.weight", "gain.bias", "attention.out_proj.")
    for name, before in net.state_dict().items():
        if not name.startswith(linear):
            expect_equal(
                state[name],
                before,
                f"init_normal changes {name}, which is no weight or bias of a Linear.",
                slips={
                    "a weight or a bias alone does not make a layer a Linear": (
                        lambda _, name=name: name.endswith(("weight", "bias"))
                    ),
                    "a subclass of Linear may have parameters of its own": (
                        lambda _, name=name: name == "gain.gain"
                    ),
                },
            )


@exercise("parameters.init_normal", weight=2)
def test_init_normal_works_in_place(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, a)).double()
    net[1].weight.requires_grad_(False)

    held, now, trainable = observe(
        init_what_is_held,
        net,
        call="held = list(net.parameters()); init_normal(net); list(net.parameters())",
    )

    expect_equal(
        held,
        now,
        "The network does not keep its Parameter objects.",
        slips={
            "a new nn.Parameter is unknown to the optimizer made before: draw in place "
            "with nn.init": lambda _: True
        },
    )
    expect_equal(
        [str(p.dtype) for p in now],
        ["torch.float64"] * 4,
        "init_normal changes the parameters' dtype.",
        slips={
            "`.data = …` takes the new tensor's dtype: draw in place": lambda _: True
        },
    )
    expect_equal(
        trainable,
        [True, True, False, True],
        "init_normal changes which parameters are trainable.",
    )


@exercise("parameters.init_normal")
def test_init_normal_draws_every_weight_afresh(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(a, b))

    first, second = observe(
        init_twice, net, call="init_normal(net); init_normal(net) once more"
    )

    expect_state_of(first, net)
    expect_state_of(second, net)
    weights = [first["0.weight"], first["1.weight"], second["0.weight"]]
    expect_true(
        all(not torch.equal(weights[0], w) for w in weights[1:]),
        "The weights are not drawn afresh.",
        expected="other values in every layer and at every call",
        got="the same",
        cause="a seed set inside the function repeats the same numbers",
    )


# my_init_


def fill(ex: Any, t: Tensor) -> tuple[Tensor, bool]:
    returned = ex.my_init_(t)
    return t, returned is t


def fill_view(ex: Any, t: Tensor) -> Tensor:
    ex.my_init_(t[:, ::2])
    return t


def fill_parameter(ex: Any, values: Tensor) -> tuple[Tensor, bool, bool]:
    weight = nn.Parameter(values)
    ex.my_init_(weight)
    return weight, weight.requires_grad, weight.is_leaf


def fill_from_generator(
    ex: Any, n: int, seed: int
) -> tuple[Tensor, Tensor, Tensor, bool]:
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = ex.my_init_(torch.empty(n), generator=generator).clone()
    untouched = torch.equal(before, torch.get_rng_state())
    second = ex.my_init_(torch.empty(n), generator=generator).clone()
    torch.manual_seed(2)
    again = ex.my_init_(
        torch.empty(n), generator=torch.Generator().manual_seed(seed)
    ).clone()
    return first, second, again, untouched


def fill_from_global_state(ex: Any, n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(seed)
    first = ex.my_init_(torch.empty(n)).clone()
    second = ex.my_init_(torch.empty(n)).clone()
    torch.manual_seed(seed)
    return first, second, ex.my_init_(torch.empty(n)).clone()


def expect_support(t: Tensor) -> None:
    size = t.abs()
    expect_true(
        bool(((t == 0) | ((size >= 5) & (size <= 10))).all()),
        "An entry is neither 0 nor between 5 and 10 in size.",
        expected="0, (5, 10) or (-10, -5)",
        got="others",
        cause="the tensor is not filled in place: t = … only gives a name to a new one"
        if bool((t == 1).all())
        else "entries of U(-10, 10) below 5 in size become 0"
        if bool((size <= 10).all())
        else None,
    )


def share(of: Tensor) -> float:
    return of.double().mean().item()


@exercise("parameters.my_init_", weight=2)
def test_my_init_draws_from_its_distribution(observe):
    t, _ = observe(
        fill, torch.ones(300, 300), call="my_init_(t) with t (300, 300), all 1"
    )

    expect_equal(list(t.shape), [300, 300], "my_init_ changes the tensor's shape.")
    expect_support(t)
    lines = [
        kind.double().mean(axis) - share(kind)
        for kind in (t == 0, t > 0)
        for axis in (0, 1)
    ]
    expect_true(
        all(bool((line.abs() < 0.25).all()) for line in lines),
        "The entries are not drawn one by one.",
        expected="all kinds of entries in every row and column",
        got="rows or columns of one kind",
        cause="the draw that decides needs the shape of t, not of one row",
    )
    shares = {"0": share(t == 0), "(5, 10)": share(t > 0), "(-10, -5)": share(t < 0)}
    odds = {"0": 0.5, "(5, 10)": 0.25, "(-10, -5)": 0.25}
    thirds = all(abs(p - 1 / 3) < 0.02 for p in shares.values())
    expect_true(
        all(abs(shares[part] - odds[part]) < 0.012 for part in odds),
        "The entries are not shared out as 1/2, 1/4 and 1/4.",
        expected=", ".join(f"{part}: {p}" for part, p in odds.items()),
        got=", ".join(f"{part}: {p:.2g}" for part, p in shares.items()),
        cause="the three parts are not equally likely: 0 has half of the entries"
        if thirds
        else "-U(5, 10) is missing: keep the negative half too"
        if shares["(-10, -5)"] == 0
        else None,
    )
    sizes = t[t != 0].abs().double()
    expect_true(
        all(abs(share(sizes < 5 + q) - q / 5) < 0.02 for q in (0.5, 1, 2, 3, 4)),
        "The entries that are not 0 are not uniform.",
        expected="as many in every part of (5, 10)",
        got=f"a mean size of {sizes.mean().item():.3g}, and "
        f"{sizes.unique().numel()} values",
        cause="randint draws whole numbers" if sizes.unique().numel() < 20 else None,
    )


@exercise("parameters.my_init_")
@pytest.mark.parametrize("dims", [0, 1, 3], ids=["scalar", "vector", "three_dims"])
def test_my_init_works_in_place_and_returns_its_argument(observe, rng, dims):
    shape = tuple(rng.sample(DISTINCT, dims))
    before = torch.ones(shape, dtype=torch.float64)

    t, is_same = observe(fill, before, call=f"my_init_(t) with t float64 {shape}")

    expect_equal(
        f"{t.dtype} {tuple(t.shape)}",
        f"{before.dtype} {shape}",
        "my_init_ changes the tensor's shape or dtype.",
    )
    expect_support(t)
    expect_true(
        is_same,
        "my_init_ does not return the tensor it is given.",
        expected="t itself",
        got="something else",
        cause="end with `return t`, as in-place methods of torch do",
    )


@exercise("parameters.my_init_")
def test_my_init_fills_a_view(observe, rng):
    rows, columns = rng.sample(DISTINCT, 2)

    t = observe(fill_view, torch.ones(rows, 2 * columns), call="my_init_(t[:, ::2])")

    expect_equal(list(t.shape), [rows, 2 * columns], "my_init_ changes the shape.")
    expect_support(t[:, ::2])
    expect_equal(
        t[:, 1::2],
        torch.ones(rows, columns),
        "my_init_ changes entries that are not part of the view.",
    )


@exercise("parameters.my_init_")
def test_my_init_keeps_a_parameter_a_trainable_leaf(observe, rng):
    shape = rng.sample(DISTINCT, 2)

    weight, requires_grad, is_leaf = observe(
        fill_parameter, torch.ones(*shape), call="my_init_(nn.Parameter(…))"
    )

    expect_support(weight)
    expect_true(
        requires_grad,
        "A parameter does not require gradients any more.",
        expected="requires_grad True",
        got="requires_grad False",
        cause="torch.no_grad() allows in-place changes and keeps requires_grad",
    )
    expect_true(
        is_leaf,
        "A parameter is not a leaf any more.",
        expected="is_leaf True",
        got="is_leaf False",
        cause="change it in place under torch.no_grad()",
    )


@exercise("parameters.my_init_", weight=2)
def test_my_init_draws_from_the_generator_alone(observe, rng):
    seed = rng.randrange(1000)

    first, second, again, untouched = observe(
        fill_from_generator, 200, seed, call="my_init_(t, generator=g), three times"
    )

    expect_support(first)
    expect_equal(
        again,
        first,
        "Equal generators give other entries.",
        slips={
            "every random draw inside needs generator=generator": lambda _: True,
        },
    )
    expect_true(
        untouched,
        "my_init_ changes torch's global random state although it has a generator.",
        expected="the state of before",
        got="another",
        cause="every random draw inside needs generator=generator",
    )
    expect_true(
        not torch.equal(first, second),
        "The same generator gives the same entries at every call.",
        expected="other entries",
        got="the same",
        cause="draw from the generator itself: do not seed it or copy it",
    )


@exercise("parameters.my_init_")
def test_my_init_draws_from_the_global_state_by_default(observe, rng):
    seed = rng.randrange(1000)

    first, second, again = observe(
        fill_from_global_state,
        200,
        seed,
        call="torch.manual_seed(…); my_init_(t), twice; the same seed; my_init_(t)",
    )

    expect_support(first)
    expect_equal(again, first, "torch.manual_seed does not decide the entries.")
    expect_true(
        not torch.equal(first, second),
        "my_init_ gives the same entries at every call.",
        expected="other entries",
        got="the same",
        cause="a seed set inside the function repeats the same numbers",
    )


# make_tied_mlp


def run_tied(
    ex: Any, width: int, depth: int, x: Tensor
) -> tuple[Tensor, list[Tensor], list[Tensor | None]]:
    net = ex.make_tied_mlp(width, depth)
    y = net(x)
    parameters = list(net.parameters())
    if parameters:
        y.square().sum().backward()
    return y, parameters, [p.grad for p in parameters]


def train_tied(
    ex: Any, width: int, depth: int, x: Tensor, how: str
) -> tuple[Tensor, list[Tensor]]:
    net = ex.make_tied_mlp(width, depth)
    net = copy.deepcopy(net) if how == "deepcopy" else net.double()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    net(x).square().sum().backward()
    optimizer.step()
    return net(x), list(net.parameters())


def expect_one_layer(parameters: list[Tensor], width: int, dtype: torch.dtype) -> None:
    weights = [p for p in parameters if p.dim() == 2]
    biases = [p for p in parameters if p.dim() == 1]
    cause = "every use has a layer of its own: make one and use it again"
    if not parameters:
        cause = "modules kept in a plain list are invisible to nn.Module"
    elif len(weights) == 1:
        cause = "the bias belongs to the layer: use the same module again"
    elif all(torch.equal(weights[0], w) for w in weights[1:]):
        cause = (
            "`.data` and deepcopy make equal values, not one parameter: each has a "
            "gradient of its own"
        )
    expect_true(
        sorted(tuple(p.shape) for p in parameters) == [(width,), (width, width)],
        "The network does not have the parameters of one Linear layer.",
        expected="one weight and one bias",
        got=f"{len(weights)} weights, {len(biases)} biases",
        cause=cause,
    )
    expect_equal(
        [str(p.dtype) for p in parameters],
        [str(dtype)] * 2,
        "The parameters do not have the dtype of the network.",
    )


def run_layer(
    parameters: list[Tensor],
    x: Tensor,
    depth: int,
    between: Callable[[Tensor], Tensor] = torch.relu,
) -> Tensor:
    """Apply the one weight and bias `depth` times."""
    bias, weight = sorted(parameters, key=Tensor.dim)
    for use in range(depth):
        x = nn.functional.linear(between(x) if use else x, weight, bias)
    return x


def expect_tied_value(y: Tensor, parameters: list[Tensor], x: Tensor, depth: int):
    def value(x: Tensor, depth: int, **options: Any) -> Tensor:
        return run_layer(parameters, x, depth, **options)

    expect_close(
        y,
        value(x, depth),
        "make_tied_mlp does not run its layer `depth` times with a ReLU between.",
        slips={
            "the ReLU between two uses is missing": value(
                x, depth, between=lambda x: x
            ),
            "there is no ReLU after the last use": value(x, depth).relu(),
            "there is no ReLU before the first use": value(x.relu(), depth),
            "the layer runs once less": value(x, depth - 1),
            "the layer runs once more": value(x, depth + 1),
        },
    )


@exercise("parameters.make_tied_mlp", weight=2)
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_tied_mlp_uses_one_layer_again_and_again(observe, rng, depth):
    width = rng.choice(range(4, 10))
    x = torch.randn(16, 2, width)

    y, parameters, _ = observe(
        run_tied,
        width,
        depth,
        x,
        call=f"make_tied_mlp({width}, {depth})(x) with x {tuple(x.shape)}",
    )

    expect_one_layer(parameters, width, x.dtype)
    expect_tied_value(y, parameters, x, depth)


@exercise("parameters.make_tied_mlp")
def test_tied_mlp_sums_the_gradient_over_the_uses(observe, rng):
    width, depth = rng.choice(range(4, 10)), rng.choice(range(2, 5))
    x = torch.randn(32, width)

    _, parameters, gradients = observe(
        run_tied,
        width,
        depth,
        x,
        call=f"net = make_tied_mlp({width}, {depth}); net(x).square().sum().backward()",
    )

    expect_one_layer(parameters, width, x.dtype)
    leaves = [p.requires_grad_() for p in parameters]
    expected, last_only = (
        torch.autograd.grad(run_layer(leaves, x, depth, between).square().sum(), leaves)
        for between in (torch.relu, lambda x: x.relu().detach())
    )
    for grad, whole, last in zip(gradients, expected, last_only, strict=True):
        expect_close(
            grad,
            whole,
            "The gradient is not the sum over all uses of the layer.",
            slips={"detach() cuts off the uses before the last": last},
            rtol=1e-4,
            atol=1e-4,
        )


@exercise("parameters.make_tied_mlp")
@pytest.mark.parametrize("how", ["double", "deepcopy"])
def test_tied_mlp_stays_tied(observe, rng, how):
    width, depth = rng.choice(range(4, 10)), rng.choice(range(2, 5))
    x = torch.randn(8, width, dtype=torch.float64 if how == "double" else None)

    y, parameters = observe(
        train_tied,
        width,
        depth,
        x,
        how,
        call=f"one step of SGD after net.{how}(), then net(x)"
        if how == "double"
        else "one step of SGD on copy.deepcopy(net), then net(x)",
    )

    expect_one_layer(parameters, width, x.dtype)
    expect_tied_value(y, parameters, x, depth)


# count_parameters


def count(ex: Any, net: nn.Module, trainable_only: bool) -> int:
    if trainable_only:
        return ex.count_parameters(net, trainable_only=True)
    return ex.count_parameters(net)


def entries(parameters: list[Tensor]) -> int:
    return sum(p.numel() for p in parameters)


@exercise("parameters.count_parameters", weight=2)
@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_adds_up_the_entries(observe, rng, trainable_only):
    net = Scaled(nested_net(rng))
    parameters = list(net.parameters())

    n = observe(
        count,
        net,
        trainable_only,
        call=f"count_parameters(net, {trainable_only=}), net with BatchNorm1d, Conv1d "
        "and frozen parameters",
    )

    trainable = [p for p in parameters if p.requires_grad]
    buffers = list(net.buffers())
    counted = trainable if trainable_only else parameters
    expect_equal(
        n,
        entries(counted),
        "count_parameters does not count the entries of the parameters.",
        slips={
            "buffers, as BatchNorm's statistics, are no parameters": (
                lambda n: (
                    n in (entries(counted + buffers), entries(parameters + buffers))
                )
            ),
            "that is how many tensors there are, not how many entries": len(counted),
            "frozen parameters do not count with trainable_only": (
                lambda n: trainable_only and n == entries(parameters)
            ),
            "frozen parameters count too, unless trainable_only": entries(trainable),
            "one level is not all: parameters() goes through all depths": (
                entries(list(net.parameters(recurse=False)))
            ),
        },
    )


@exercise("parameters.count_parameters")
@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_takes_a_shared_parameter_once(observe, rng, trainable_only):
    net = tied_net(rng)

    n = observe(
        count,
        net,
        trainable_only,
        call="count_parameters(net), one layer used twice and its weight a third time",
    )

    everything = [p for _, p in net.named_parameters(remove_duplicate=False)]
    own = [p for module in net.modules() for p in module.parameters(recurse=False)]
    expect_equal(
        n,
        entries(list(net.parameters())),
        "A shared parameter does not count once.",
        slips={
            "it counts wherever it is used: net.parameters() leaves out repeats": (
                lambda n: n in (entries(everything), entries(own))
            )
        },
    )


@exercise("parameters.count_parameters")
def test_count_keeps_parameters_with_equal_values_apart(observe, rng):
    net = twins(rng)

    n = observe(
        count,
        net,
        False,
        call="count_parameters(Sequential(layer, Tanh(), its deepcopy))",
    )

    expect_equal(
        n,
        entries(list(net.parameters())),
        "Parameters with equal values count as one.",
        slips={
            "equal values or shapes do not make two parameters one": (
                entries(list(net[0].parameters()))
            )
        },
    )


@exercise("parameters.count_parameters")
@pytest.mark.parametrize("trainable_only", [False, True])
def test_count_refuses_what_has_no_shape_yet(observe, rng, trainable_only):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.LazyLinear(c))

    raised = observe.error(
        count,
        net,
        trainable_only,
        call=f"count_parameters(Sequential(Linear, LazyLinear), {trainable_only=})",
    )

    expect_error(
        raised,
        ValueError,
        "A parameter without a shape is counted.",
        cause="a lazy layer has an UninitializedParameter until its first run",
    )


@exercise("parameters.count_parameters")
def test_count_of_no_parameters_is_zero(observe):
    n = observe(count, nn.Tanh(), False, call="count_parameters(Tanh())")

    expect_equal(n, 0, "A network without parameters does not count as 0.")


# get_parameter


def find_all(ex: Any, net: nn.Module, paths: list[str]) -> list[Tensor]:
    return [ex.get_parameter(net, path) for path in paths]


def find_and_fill(ex: Any, net: nn.Module, path: str) -> tuple[bool, dict[str, Tensor]]:
    found = ex.get_parameter(net, path)
    trainable = isinstance(found, nn.Parameter)
    with torch.no_grad():
        found.fill_(7)
    return trainable, net.state_dict()


def find(ex: Any, net: nn.Module, path: str) -> Tensor:
    return ex.get_parameter(net, path)


def expect_found(found: list[Tensor], net: nn.Module, paths: list[str]) -> None:
    named = dict(net.named_parameters(remove_duplicate=False))
    for path, p in zip(paths, found, strict=True):
        expect_equal(p, named[path], f"get_parameter finds something else at {path}.")


@exercise("parameters.get_parameter")
def test_get_parameter_follows_the_path_to_any_depth(observe, rng):
    net = Scaled(nested_net(rng))
    paths = [name for name, _ in net.named_parameters()]

    found = observe(
        find_all, net, paths, call=f"get_parameter(net, path) for {', '.join(paths)}"
    )

    expect_found(found, net, paths)


@exercise("parameters.get_parameter")
def test_get_parameter_gives_the_parameter_itself(observe, rng):
    net = nested_net(rng)
    path = rng.choice([name for name, _ in net.named_parameters()])

    trainable, state = observe(
        find_and_fill, net, path, call=f'get_parameter(net, "{path}").fill_(7)'
    )

    expect_state_of(state, net)
    expect_equal(
        state[path],
        torch.full_like(net.state_dict()[path], 7),
        "get_parameter gives a copy of the parameter.",
        slips={"clone() and deepcopy make new memory": lambda _: True},
    )
    expect_true(
        trainable,
        "get_parameter does not give the Parameter object.",
        expected="an nn.Parameter",
        got="a tensor that is none",
        cause="state_dict(), `.data` and detach() give plain tensors",
    )


@exercise("parameters.get_parameter")
def test_get_parameter_finds_a_shared_parameter_under_each_name(observe, rng):
    net = tied_net(rng)
    paths = ["first.weight", "again.weight", "again.bias", "other.weight"]

    found = observe(
        find_all,
        net,
        paths,
        call="get_parameter(net, path) for all names of shared parameters",
    )

    expect_found(found, net, paths)


@exercise("parameters.get_parameter")
def test_get_parameter_takes_names_that_are_no_python(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict({"layer-1": nn.Linear(a, b), "for": nn.Linear(b, a)})
    paths = ["layer-1.weight", "for.bias"]

    found = observe(
        find_all, net, paths, call=f"get_parameter(net, path) for {', '.join(paths)}"
    )

    expect_found(found, net, paths)


@exercise("parameters.get_parameter", weight=2)
@pytest.mark.parametrize(
    ("path", "bad", "what"),
    [
        ("0.width", "width", "an attribute that is not there"),
        ("nonesuch.other.width", "nonesuch", "a module that is not there"),
        ("1.nonesuch.width", "nonesuch", "a module that is not there"),
        ("1.1.0.bias", "bias", "a bias that is None"),
        ("1.0.running_mean", "running_mean", "a buffer"),
        ("0.forward", "forward", "a method"),
        ("0.weight.data", "weight", "a tensor's attribute"),
        ("0.weight.zero_()", "weight", "code"),
    ],
)
def test_get_parameter_names_the_first_part_that_is_wrong(
    observe, rng, path, bad, what
):
    raised = observe.error(
        find, nested_net(rng), path, call=f'get_parameter(net, "{path}"), {what}'
    )

    expect_error(
        raised,
        AttributeError,
        f"The path of {what} is not refused by AttributeError and the first bad part.",
        mentions=bad,
        cause="getattr on the way and eval also find what is no submodule and no "
        "parameter"
        if what in ("code", "a tensor's attribute")
        else f"{what} is no parameter: check with isinstance",
    )
    message = raised.message if raised else ""
    behind = path.partition(bad)[2].strip(".").split(".")
    expect_true(
        not any(part and part in message for part in behind),
        "The message names more than the first bad part.",
        expected=f"{bad!r} and nothing behind it",
        got=message,
        cause="the search ends at the first part that is not there",
    )


@exercise("parameters.get_parameter")
def test_get_parameter_refuses_the_path_of_a_module(observe, rng):
    raised = observe.error(
        find, nested_net(rng), "1.1.0", call='get_parameter(net, "1.1.0"), a module'
    )

    expect_error(
        raised,
        AttributeError,
        "The path of a module is not refused by AttributeError.",
        cause="the last part has to be an nn.Parameter: check with isinstance",
    )


# init_by_rule


def init_by(
    ex: Any, net: nn.Module, rules: list[tuple[str, float]]
) -> dict[str, Tensor]:
    ex.init_by_rule(net, [(pattern, adding(value)) for pattern, value in rules])
    return net.state_dict()


def adding(value: float) -> Callable[[Tensor], None]:
    def add(t: Tensor) -> None:
        t.add_(value)

    return add


def init_by_refused(
    ex: Any, net: nn.Module, rules: list[tuple[str, float]]
) -> dict[str, Tensor]:
    with suppress(ValueError):
        init_by(ex, net, rules)
    return net.state_dict()


def init_by_torch(ex: Any, net: nn.Module) -> dict[str, Tensor]:
    ex.init_by_rule(net, [("*.bias", nn.init.zeros_), ("*", nn.init.ones_)])
    return net.state_dict()


def describe_rules(rules: list[tuple[str, float]]) -> str:
    return ", ".join(f"{pattern}: add {value}" for pattern, value in rules)


def expect_added(
    state: dict[str, Tensor],
    net: nn.Module,
    rules: list[tuple[str, float]],
    expected: dict[str, list[float]],
) -> None:
    """Expect each parameter moved by the first of the values that fit its name."""
    expect_state_of(state, net)
    for name, before in net.named_parameters():
        first, *others = [*expected[name], 0]
        expect_close(
            state[name],
            before + first,
            f"init_by_rule does not use the first rule that fits {name}.",
            slips={
                "every rule that fits is used, not only the first": (
                    before + first + sum(others)
                ),
                "a later rule is used in place of the first": (
                    lambda t, before=before, others=others: any(
                        torch.allclose(t, before + value) for value in others if value
                    )
                ),
                "no rule is used: `*` matches dots too": (
                    lambda t, before=before, first=first: (
                        bool(first) and torch.equal(t, before)
                    )
                ),
                "a pattern has to match the whole name": (
                    lambda _, first=first: not first
                ),
            },
        )


@exercise("parameters.init_by_rule", weight=2)
def test_init_by_rule_uses_the_first_rule_that_matches(observe, rng):
    net = nn.Sequential(
        nn.Sequential(nn.Linear(*rng.sample(DISTINCT, 2))),
        nn.Linear(*rng.sample(DISTINCT, 2)),
    )
    rules = [("0.*.bias", 1), ("*.bias", 2), ("[01]*", 4), ("*", 8)]

    state = observe(init_by, net, rules, call=f"rules {describe_rules(rules)}")

    expect_added(
        state,
        net,
        rules,
        {
            "0.0.weight": [4, 8],
            "0.0.bias": [1, 2, 4, 8],
            "1.weight": [4, 8],
            "1.bias": [2, 4, 8],
        },
    )


@exercise("parameters.init_by_rule")
def test_init_by_rule_leaves_what_no_rule_matches(observe, rng):
    net = nn.ModuleDict({name: nn.Linear(2, 3) for name in ("a", "ab", "b")})
    rules = [("a.*", 1), ("?.bias", 2)]

    state = observe(init_by, net, rules, call=f"rules {describe_rules(rules)}")

    expect_added(
        state,
        net,
        rules,
        {
            "a.weight": [1],
            "a.bias": [1, 2],
            "ab.weight": [],
            "ab.bias": [],
            "b.weight": [],
            "b.bias": [2],
        },
    )


@exercise("parameters.init_by_rule")
def test_init_by_rule_takes_the_functions_of_nn_init(observe, rng):
    net = nested_net(rng)

    state = observe(
        init_by_torch, net, call="rules (*.bias, nn.init.zeros_), (*, nn.init.ones_)"
    )

    expect_state_of(state, net)
    for name, p in net.named_parameters():
        expect_equal(
            state[name],
            torch.full_like(p, 0 if name.endswith("bias") else 1).detach(),
            f"{name} is not initialised by its rule.",
        )


@exercise("parameters.init_by_rule")
def test_init_by_rule_gives_a_shared_parameter_to_one_rule_once(observe, rng):
    net = tied_net(rng)
    rules = [("*.weight", 1), ("first.bias", 2)]

    state = observe(
        init_by, net, rules, call=f"rules {describe_rules(rules)}, all layers tied"
    )

    expect_state_of(state, net)
    before = net["first"].weight.detach()
    expect_close(
        state["first.weight"],
        before + 1,
        "A shared parameter is not initialised once.",
        slips={
            "it is initialised under each of its names": (
                lambda t: bool(((t - before).round() > 1).all())
            )
        },
    )


@exercise("parameters.init_by_rule", weight=2)
@pytest.mark.parametrize("pattern", ["*.wieght", "weight", "0"])
def test_init_by_rule_refuses_a_pattern_without_a_match(observe, rng, pattern):
    rules = [("0.*", 1), (pattern, 2)]

    raised = observe.error(
        init_by, nested_net(rng), rules, call=f"rules {describe_rules(rules)}"
    )

    expect_error(
        raised,
        ValueError,
        f"A pattern that matches no name, {pattern}, is taken.",
        mentions=pattern,
        cause="a mistyped pattern would stay unseen: look for a match, and raise"
        if "*" in pattern
        else "a pattern has to match the whole name, not a part of it",
    )


@exercise("parameters.init_by_rule")
def test_init_by_rule_changes_nothing_when_it_refuses(observe, rng):
    net = nested_net(rng)
    rules = [("0.*", 1), ("nonesuch.*", 2)]

    state = observe(
        init_by_refused, net, rules, call=f"rules {describe_rules(rules)}: ValueError"
    )

    expect_state_of(state, net)
    for name, before in net.state_dict().items():
        expect_equal(
            state[name],
            before,
            f"init_by_rule has changed {name} although it refuses the rules.",
            slips={"check all patterns before you change anything": lambda _: True},
        )


@exercise("parameters.init_by_rule")
def test_init_by_rule_takes_a_rule_whose_names_are_all_taken(observe, rng):
    net = nn.Linear(*rng.sample(DISTINCT, 2))
    rules = [("*", 1), ("weight", 2)]

    state = observe(init_by, net, rules, call=f"rules {describe_rules(rules)}")

    expect_added(state, net, rules, {"weight": [1, 2], "bias": [1]})


# freeze


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def freeze_part(
    ex: Any, net: nn.Module, prefix: str
) -> tuple[list[str], dict[str, bool]]:
    names = ex.freeze(net, prefix)
    named = net.named_parameters(remove_duplicate=False)
    return names, {name: p.requires_grad for name, p in named}


def freeze_while_training(
    ex: Any, net: nn.Module, prefix: str, x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    optimizer = torch.optim.SGD(
        net.parameters(), lr=0.01, momentum=0.9, weight_decay=0.1
    )
    net(x).square().sum().backward()
    optimizer.step()
    ex.freeze(net, prefix)
    before = {name: t.clone() for name, t in net.state_dict().items()}
    for _ in range(2):
        optimizer.zero_grad(set_to_none=False)
        net(x).square().sum().backward()
        optimizer.step()
    return before, net.state_dict()


def freeze_and_run(
    ex: Any, net: nn.Module, prefix: str, x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    ex.freeze(net, prefix)
    net.eval()
    net.train()
    net(x)
    net.train()
    return net(x), net.state_dict()


def expect_frozen(
    trainable: dict[str, bool], net: nn.Module, frozen: list[str]
) -> None:
    named = net.named_parameters(remove_duplicate=False)
    expect_equal(
        [name for name, value in trainable.items() if not value],
        [name for name, _ in named if name in frozen],
        "freeze does not stop the gradients of this part, and of nothing else.",
        slips={
            "'1' is not the start of '10.bias': compare whole parts of the path": (
                lambda names: len(names) > len(frozen)
            ),
            "the path of a single parameter is a prefix too": (
                lambda names: not names and len(frozen) == 1
            ),
            "the empty prefix is the whole network": (
                lambda names: not names and len(frozen) == len(trainable)
            ),
        },
    )


@exercise("parameters.freeze", weight=2)
@pytest.mark.parametrize("prefix", ["1", "0", "11", "1.0", "10.bias", ""])
def test_freeze_stops_gradients_below_the_prefix(observe, rng, prefix):
    layers = [nn.Linear(*rng.sample(DISTINCT, 2)) for _ in range(12)]
    layers[1] = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    net = nn.Sequential(*layers)

    names, trainable = observe(
        freeze_part, net, prefix, call=f'freeze(net of 12 layers, "{prefix}")'
    )

    expected = [
        name
        for name, _ in net.named_parameters()
        if name.split(".")[: len(prefix.split("."))] == prefix.split(".") or not prefix
    ]
    expect_frozen(trainable, net, expected)
    expect_equal(
        names,
        expected,
        "freeze does not return the names of the frozen parameters, in order.",
        slips={
            "the names are whole, with the prefix": (
                [name.removeprefix(f"{prefix}.") for name in expected]
            )
        },
    )


@exercise("parameters.freeze")
def test_freeze_finds_a_shared_parameter_under_each_name(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict({"embedding": nn.Embedding(a, b), "head": nn.Linear(b, a)})
    net["head"].weight = net["embedding"].weight

    names, trainable = observe(
        freeze_part,
        net,
        "head",
        call='freeze(net, "head"), its weight tied to embedding.weight',
    )

    expect_equal(
        trainable,
        {"embedding.weight": False, "head.weight": False, "head.bias": False},
        "A parameter that is shared with another part is not frozen.",
        slips={
            "named_parameters() tells only its first name, unless told otherwise": (
                {"embedding.weight": True, "head.weight": True, "head.bias": False}
            )
        },
    )
    expect_equal(
        names,
        ["head.weight", "head.bias"],
        "freeze does not return the names that begin with the prefix.",
    )


@exercise("parameters.freeze")
def test_freeze_holds_against_momentum_and_weight_decay(observe, rng):
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(nn.Linear(a, b), nn.Linear(b, c))

    before, after = observe(
        freeze_while_training,
        net,
        "0",
        torch.randn(8, a),
        call='a step of SGD with momentum; freeze(net, "0"); '
        "zero_grad(set_to_none=False) and more steps",
    )

    expect_state_of(before, net)
    expect_state_of(after, net)
    for name in ("0.weight", "0.bias"):
        expect_equal(
            after[name],
            before[name],
            "The optimizer still moves a frozen parameter.",
            slips={
                "momentum and weight decay move whatever has a grad: set it to None": (
                    lambda _: True
                )
            },
        )
    expect_true(
        not torch.equal(after["1.weight"], before["1.weight"]),
        "Parameters outside the prefix are not trained any more.",
        expected="other values after a step",
        got="the same",
    )


@exercise("parameters.freeze", weight=2)
@pytest.mark.parametrize("dims", [1, 2])
@pytest.mark.parametrize("prefix", ["0", "0.1", ""], ids=["part", "layer", "all"])
def test_freeze_keeps_batchnorm_statistics(observe, rng, dims, prefix):
    a, b = rng.sample(DISTINCT, 2)
    norm, conv = [
        (nn.BatchNorm1d, nn.Conv1d),
        (nn.BatchNorm2d, nn.Conv2d),
    ][dims - 1]
    net = nn.Sequential(nn.Sequential(conv(a, b, 1), norm(b)), norm(b))
    x = torch.randn(6, a, *[4] * dims)
    net(3 * x + 1)

    y, state = observe(
        freeze_and_run,
        net,
        prefix,
        x,
        call=f'freeze(net, "{prefix}"); net.train(); net(x), with {norm.__name__}',
    )

    expect_state_of(state, net)
    before = net.state_dict()
    below = ["0.1.", *(["1."] if not prefix else [])]
    for name in (f"{path}{kind}" for path in below for kind in STATISTICS):
        expect_equal(
            state[name],
            before[name],
            f"A frozen BatchNorm layer changes its {name.rpartition('.')[2]}.",
            slips={
                "a momentum of 0 does not stop the counting": (
                    lambda _, name=name: name.endswith("tracked")
                ),
                "requires_grad stops no statistics, and net.train() undoes eval()": (
                    lambda _: True
                ),
            },
        )
    expected = copy.deepcopy(net)
    expected[0][1].eval()
    expected[1].train(mode=bool(prefix))
    batch = copy.deepcopy(net)(x)
    expect_close(
        y,
        expected(x),
        "A frozen BatchNorm layer does not normalise by its running statistics, "
        "or another layer does.",
        slips={"in training mode the batch's own statistics are used": batch},
        rtol=1e-4,
        atol=1e-4,
    )
    if prefix:
        expected(x)
        expect_close(
            state["1.running_mean"],
            expected[1].running_mean,
            "A BatchNorm layer outside the prefix does not go on as before.",
        )


@exercise("parameters.freeze")
def test_freeze_finds_a_shared_batchnorm_under_each_name(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    norm = nn.BatchNorm1d(b)
    net = nn.Sequential(nn.Linear(a, b), norm, nn.Sequential(nn.Tanh(), norm))
    x = torch.randn(6, a)

    _, state = observe(
        freeze_and_run,
        net,
        "2",
        x,
        call='freeze(net, "2"); net.train(); net(x), its BatchNorm1d used in "1" too',
    )

    expect_state_of(state, net)
    before = net.state_dict()
    for name in STATISTICS:
        expect_equal(
            state[f"2.1.{name}"],
            before[f"2.1.{name}"],
            f"A frozen BatchNorm layer that another part shares changes its {name}.",
            slips={
                "named_modules() tells only its first name, unless told otherwise": (
                    lambda _: True
                )
            },
        )


# decay_groups


class MyNorm(nn.LayerNorm):
    """A subclass of a norm layer."""


class Rescaled(nn.Module):
    """A module with a one-dimensional parameter that is no bias."""

    def __init__(self, d: int):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))


def groups_of(
    ex: Any, net: nn.Module, weight_decay: float
) -> list[tuple[list[str], float]]:
    names = {id(p): name for name, p in net.named_parameters()}
    return [
        ([names.get(id(p), "?") for p in group["params"]], float(group["weight_decay"]))
        for group in ex.decay_groups(net, weight_decay)
    ]


def step_by_decay(
    ex: Any, net: nn.Module, weight_decay: float
) -> tuple[int, dict[str, Tensor]]:
    groups = ex.decay_groups(net, weight_decay)
    listed = sum(len(list(group["params"])) for group in groups)
    optimizer = torch.optim.SGD(groups, lr=1.0, weight_decay=0.5)
    for p in net.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    return listed, net.state_dict()


def expect_groups(
    groups: list[tuple[list[str], float]], net: nn.Module, spared: list[str]
) -> None:
    """Expect all of `net` in two groups, the second with just `spared`."""
    named = dict(net.named_parameters())
    expect_equal(
        len(groups), 2, "decay_groups does not return two groups, empty ones too."
    )
    listed = [name for names, _ in groups for name in names]
    expect_true(
        len(set(listed)) == len(listed),
        "A parameter is in the groups more than once.",
        expected="each once",
        got=", ".join(sorted({name for name in listed if listed.count(name) > 1})),
        cause="a shared parameter has several names: keep the ones you have met",
    )
    missing = [name for name in named if name not in listed]
    expect_true(
        not missing,
        "A parameter is in no group, so that no optimizer trains it.",
        expected="each once",
        got=f"without {', '.join(missing)}",
        cause="frozen parameters belong to a group too"
        if not any(named[name].requires_grad for name in missing)
        else None,
    )
    norms = [name for name in spared if "bias" not in name.rpartition(".")[2]]
    expect_equal(
        sorted(name for names, _ in groups[1:] for name in names),
        sorted(spared),
        "The second group is not just the biases and the norm layers' parameters.",
        slips={
            "weight decay belongs to the first group, the biases to the second": (
                lambda names: names and not any(name in names for name in spared)
            ),
            "a norm layer's weight is spared too, not only its bias": (
                lambda names: norms and not any(name in names for name in norms)
            ),
            "the number of dimensions does not tell: a scale has one, a norm layer's "
            "weight may have two": sorted(n for n, p in named.items() if p.dim() < 2),
            "only the last part of the name tells a bias": (
                lambda names: any(
                    "bias" in n.rpartition(".")[0] for n in set(names) - set(spared)
                )
            ),
            "the module's type tells a norm layer, not its name": (
                lambda names: any("norm" in n for n in set(names) - set(spared))
            ),
            "in_proj_bias and bias_hh_l0 are biases too": (
                lambda names: any("bias" in n for n in set(spared) - set(names))
            ),
            "subclasses, InstanceNorm, GroupNorm and RMSNorm are norm layers too": (
                lambda names: bool(set(norms) - set(names))
            ),
        },
    )


@exercise("parameters.decay_groups", weight=2)
def test_decay_groups_spare_biases_and_norm_layers(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "linear": nn.Linear(a, b),
            "batch": nn.Sequential(nn.BatchNorm1d(b), nn.BatchNorm2d(a)),
            "layer": nn.LayerNorm((a, b)),
            "group": nn.GroupNorm(2, 4),
            "rms": nn.RMSNorm(b),
            "instance": nn.InstanceNorm1d(b, affine=True),
            "mine": MyNorm(a),
            "embedding": nn.Embedding(a, b),
        }
    )
    weight_decay = round(rng.uniform(0.01, 0.2), 3)

    groups = observe(
        groups_of,
        net,
        weight_decay,
        call=f"decay_groups(net, {weight_decay}), net with all kinds of norm layers",
    )

    decay = ["linear.weight", "embedding.weight"]
    spared = [name for name, _ in net.named_parameters() if name not in decay]
    expect_groups(groups, net, spared)
    expect_equal(
        [decay for _, decay in groups],
        [weight_decay, 0.0],
        "The weight decay is not `weight_decay` in the first group, 0 in the second.",
    )


@exercise("parameters.decay_groups")
def test_decay_groups_go_by_the_last_part_of_the_name(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict(
        {
            "bias": nn.Linear(a, b),
            "norm": nn.Linear(a, b),
            "rescaled": Rescaled(b),
            "attention": nn.MultiheadAttention(8, 2),
            "lstm": nn.LSTM(a, b),
        }
    )

    groups = observe(
        groups_of,
        net,
        0.1,
        call="decay_groups(net, 0.1), net with modules called bias and norm, an LSTM "
        "and a MultiheadAttention",
    )

    spared = [n for n, _ in net.named_parameters() if "bias" in n.rpartition(".")[2]]
    expect_groups(groups, net, spared)


@exercise("parameters.decay_groups")
def test_decay_groups_have_each_parameter_once(observe, rng):
    net = tied_net(rng)
    net["first"].bias.requires_grad_(False)

    groups = observe(
        groups_of,
        net,
        0.1,
        call="decay_groups(net, 0.1), layers shared, a bias frozen",
    )

    expect_groups(groups, net, ["first.bias"])


@exercise("parameters.decay_groups")
@pytest.mark.parametrize("empty", ["first", "second"])
def test_decay_groups_may_be_empty(observe, empty):
    net = nn.LayerNorm(3) if empty == "first" else nn.Linear(3, 2, bias=False)

    groups = observe(groups_of, net, 0.1, call=f"decay_groups({net}, 0.1)")

    expect_groups(groups, net, ["weight", "bias"] if empty == "first" else [])


@exercise("parameters.decay_groups")
def test_decay_groups_work_in_an_optimizer(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.Sequential(nn.Linear(a, b), nn.LayerNorm(b), nn.Linear(b, a))
    nn.init.normal_(net[1].weight)
    nn.init.normal_(net[1].bias)
    weight_decay = round(rng.uniform(0.01, 0.2), 3)

    listed, state = observe(
        step_by_decay,
        net,
        weight_decay,
        call=f"SGD(decay_groups(net, {weight_decay}), lr=1, weight_decay=0.5), "
        "a step with all gradients 0",
    )

    expect_equal(listed, 6, "The groups do not list the 6 parameters.")
    expect_state_of(state, net)
    for name, before in net.state_dict().items():
        decays = name in ("0.weight", "2.weight")
        expect_close(
            state[name],
            before * (1 - weight_decay * decays),
            f"{name} does not {'decay' if decays else 'stay'} as it should.",
            slips={
                "a group without its own weight_decay has the optimizer's": before / 2
            },
        )


# clip_gradients_


def clip(
    ex: Any, gradients: list[Tensor | None], order: list[int], max_norm: float
) -> tuple[Tensor, list[Tensor | None]]:
    parameters = parameters_with(gradients)
    norm = ex.clip_gradients_([parameters[i] for i in order], max_norm)
    return norm, [p.grad for p in parameters]


def clip_generator(
    ex: Any, gradients: list[Tensor], max_norm: float
) -> tuple[Tensor, list[Tensor]]:
    parameters = parameters_with(gradients)
    norm = ex.clip_gradients_((p for p in parameters), max_norm)
    return norm, gradients


def clip_refused(ex: Any, gradients: list[Tensor], max_norm: float) -> list[Tensor]:
    parameters = parameters_with(gradients)
    with suppress(ValueError):
        ex.clip_gradients_(parameters, max_norm)
    return [p.grad for p in parameters]


def parameters_with(gradients: list[Tensor | None]) -> list[nn.Parameter]:
    parameters = []
    for g in gradients:
        shape, dtype = ((), None) if g is None else (g.shape, g.dtype)
        parameters.append(nn.Parameter(torch.zeros(shape, dtype=dtype)))
        parameters[-1].grad = g
    return parameters


def draw_gradients(rng, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    a, b, c = rng.sample(DISTINCT, 3)
    return [
        torch.randn(a, b, dtype=dtype),
        5 * torch.randn(c, dtype=dtype) + 1,
        torch.tensor(rng.uniform(1, 3), dtype=dtype),
    ]


def norm_of(gradients: list[Tensor | None]) -> Tensor:
    given = [g.reshape(-1) for g in gradients if g is not None]
    return torch.cat(given).norm() if given else torch.zeros(())


def expect_norm(norm: Tensor, gradients: list[Tensor], listed: list[Tensor]) -> None:
    norms = [g.norm() for g in gradients]
    expect_close(
        norm,
        norm_of(gradients),
        "clip_gradients_ does not return the norm of before, over all gradients.",
        slips={
            "a parameter that is listed twice counts once": (
                lambda t: (
                    len(listed) > len(gradients) and torch.allclose(t, norm_of(listed))
                )
            ),
            "norms do not add up: their squares do": (
                lambda t: torch.allclose(t, sum(norms)) and len(norms) > 1
            ),
            "that is the largest norm of one gradient, not the norm of all": max(norms),
            "take the root of the sum of squares": norm_of(gradients) ** 2,
            "take the norm before you shrink the gradients": lambda t: t < max(norms),
        },
        any_dtype=True,
    )


def expect_gradients(
    after: list[Tensor | None], expected: list[Tensor], slips: dict[str, list[Tensor]]
) -> None:
    expect_equal(len(after), len(expected), "The number of gradients changes.")
    for i, (got, wanted) in enumerate(zip(after, expected, strict=True)):
        expect_close(
            got,
            wanted,
            "The gradients are not all multiplied by max_norm / norm.",
            slips={cause: values[i] for cause, values in slips.items()},
            rtol=1e-5,  # torch's own divides by norm + 1e-6
            atol=1e-6,
        )


@exercise("parameters.clip_gradients_", weight=2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_clip_shrinks_all_gradients_by_one_factor(observe, rng, dtype):
    gradients = draw_gradients(rng, dtype)
    max_norm = rng.uniform(0.1, 0.9) * norm_of(gradients).item()

    norm, after = observe(
        clip,
        gradients,
        [0, 1, 2],
        max_norm,
        call=f"clip_gradients_(three parameters, {max_norm:.3g})",
    )

    expect_norm(norm, gradients, gradients)
    factor = max_norm / norm_of(gradients)
    expect_gradients(
        after,
        [g * factor for g in gradients],
        {
            "each gradient is clipped on its own; one factor keeps the direction": [
                g * (max_norm / g.norm()).clamp(max=1) for g in gradients
            ],
            "entries are clamped one by one; one factor keeps the direction": [
                g.clamp(-max_norm, max_norm) for g in gradients
            ],
            "the gradients are left as they are: multiply in place": gradients,
        },
    )


@exercise("parameters.clip_gradients_")
@pytest.mark.parametrize("size", [1.0, 0.0], ids=["small", "zero"])
def test_clip_leaves_small_gradients_alone(observe, rng, size):
    gradients = [size * g for g in draw_gradients(rng)]
    max_norm = 1.5 * norm_of(gradients).item() + 1

    norm, after = observe(
        clip,
        gradients,
        [0, 1, 2],
        max_norm,
        call=f"clip_gradients_(…, {max_norm:.3g}) with a smaller norm",
    )

    expect_norm(norm, gradients, gradients)
    expect_equal(
        after,
        gradients,
        "Gradients below the limit do not stay as they are.",
        slips={
            "a factor above 1 makes them larger: only shrink": (
                lambda after: norm_of(after) > norm_of(gradients)
            ),
            "0 / 0 is NaN: compare with max_norm first": (
                lambda after: norm_of(after).isnan()
            ),
        },
    )


@exercise("parameters.clip_gradients_")
def test_clip_takes_a_shared_parameter_once(observe, rng):
    gradients = draw_gradients(rng)
    max_norm = 0.5 * norm_of(gradients).item()
    order = [0, 1, 0, 2, 1]

    norm, after = observe(
        clip,
        gradients,
        order,
        max_norm,
        call=f"clip_gradients_([p, q, p, r, q], {max_norm:.3g})",
    )

    expect_norm(norm, gradients, [gradients[i] for i in order])
    factor = max_norm / norm_of(gradients)
    expect_gradients(
        after,
        [g * factor for g in gradients],
        {
            "a parameter that is listed twice is shrunk twice": [
                g * factor ** order.count(i) for i, g in enumerate(gradients)
            ],
        },
    )


@exercise("parameters.clip_gradients_")
def test_clip_skips_parameters_without_gradients(observe, rng):
    first, second, third = draw_gradients(rng)
    max_norm = 0.5 * norm_of([first, second, third]).item()

    norm, after = observe(
        clip,
        [None, first, None, second, third],
        [0, 1, 2, 3, 4],
        max_norm,
        call=f"clip_gradients_(…, {max_norm:.3g}), the grad of some is None",
    )

    expect_norm(norm, [first, second, third], [first, second, third])
    expect_equal(
        [g is None for g in after],
        [True, False, True, False, False],
        "A grad that is None does not stay None.",
    )


@exercise("parameters.clip_gradients_")
def test_clip_of_no_gradients_is_zero(observe):
    norm, _ = observe(
        clip, [None, None], [0, 1], 1.0, call="clip_gradients_(…, 1), each grad None"
    )

    expect_close(
        norm,
        torch.zeros(()),
        "Without gradients the norm is not a 0-dim tensor of 0.",
        any_dtype=True,
    )


@exercise("parameters.clip_gradients_")
def test_clip_takes_a_generator_and_works_in_place(observe, rng):
    gradients = draw_gradients(rng)
    max_norm = 0.5 * norm_of(gradients).item()

    norm, after = observe(
        clip_generator,
        gradients,
        max_norm,
        call=f"held = [p.grad …]; clip_gradients_(net.parameters(), {max_norm:.3g})",
    )

    expect_norm(norm, gradients, gradients)
    expect_gradients(
        after,
        [g / 2 for g in gradients],
        {
            "a generator is empty after one loop, and p.grad = … is not in place": (
                gradients
            )
        },
    )


@exercise("parameters.clip_gradients_", weight=2)
@pytest.mark.parametrize("bad", [torch.inf, -torch.inf, torch.nan])
def test_clip_refuses_what_is_not_finite(observe, rng, bad):
    gradients = draw_gradients(rng)
    gradients[1][0] = bad

    raised = observe.error(
        clip,
        gradients,
        [0, 1, 2],
        1.0,
        call=f"clip_gradients_ with {bad} in a gradient",
    )

    expect_error(
        raised,
        ValueError,
        "A norm that is not finite is not refused.",
        cause="check norm.isfinite() before you shrink anything",
    )


@exercise("parameters.clip_gradients_")
def test_clip_changes_nothing_when_it_refuses(observe, rng):
    gradients = draw_gradients(rng)
    gradients[2].fill_(torch.inf)

    after = observe(
        clip_refused, gradients, 1.0, call="clip_gradients_ with inf in the last one"
    )

    expect_equal(
        after,
        gradients,
        "clip_gradients_ has changed gradients although their norm is not finite.",
        slips={"check norm.isfinite() before you shrink anything": lambda _: True},
    )


# Ema


class Counting(nn.Module):
    """A network with buffers of several dtypes."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.linear = nn.Linear(a, b)
        self.norm = nn.BatchNorm1d(b)
        self.register_buffer("mask", torch.zeros(b, dtype=torch.bool))

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.linear(x)) * ~self.mask


State = dict[str, Tensor]


def draw_state(net: nn.Module) -> State:
    """Return other values for everything in the network's state dict."""
    return {
        name: torch.rand_like(t) + 1
        if t.is_floating_point()
        else torch.randint(1, 100, t.shape).to(t.dtype)
        for name, t in net.state_dict().items()
    }


def average(
    ex: Any, net: nn.Module, decay: float, states: list[dict[str, Tensor]]
) -> dict[str, Tensor]:
    ema = ex.Ema(net, decay)
    for state in states:
        net.load_state_dict(state)
        ema.update()
    return dict(ema.state_dict())


def overwrite(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ema = ex.Ema(net, 0.5)
    net.load_state_dict(state)
    return dict(ema.state_dict()), net.state_dict()


def swap(
    ex: Any, net: nn.Module, state: dict[str, Tensor], x: Tensor
) -> tuple[list[Tensor], list[Tensor], dict[str, Tensor]]:
    net.eval()
    ema = ex.Ema(net, 0.5)
    held = list(net.parameters())
    net.load_state_dict(state)
    ys, inside = [], []
    for _ in range(2):
        with ema.swapped():
            ys.append(net(x))
            inside = [p.detach().clone() for p in held]
        ys.append(net(x))
    return ys, inside, net.state_dict()


def swap_and_raise(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[bool, dict[str, Tensor]]:
    ema = ex.Ema(net, 0.5)
    net.load_state_dict(state)
    reached_caller = False
    try:
        with ema.swapped():
            raise KeyError("from the block")
    except KeyError:
        reached_caller = True
    return reached_caller, net.state_dict()


def swap_and_change(
    ex: Any, net: nn.Module, state: dict[str, Tensor]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    ema = ex.Ema(net, 0.5)
    net.load_state_dict(state)
    with ema.swapped(), torch.no_grad():
        for t in [*net.parameters(), *net.buffers()]:
            t.fill_(1)
    return net.state_dict(), dict(ema.state_dict())


def save_and_load(
    ex: Any,
    net: nn.Module,
    decay: float,
    states: list[dict[str, Tensor]],
    other: nn.Module,
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    ema = ex.Ema(net, decay)
    net.load_state_dict(states[0])
    ema.update()
    with tempfile.TemporaryDirectory() as folder:
        torch.save(ema.state_dict(), f"{folder}/ema.pt")
        loaded = torch.load(f"{folder}/ema.pt", weights_only=True)
    restored = ex.Ema(other, decay)
    restored.load_state_dict(loaded)
    before = {name: t.clone() for name, t in loaded.items()}
    other.load_state_dict(states[1])
    restored.update()
    return dict(restored.state_dict()), before, dict(loaded)


def train_with(
    ex: Any, net: nn.Module, x: Tensor, lr: float
) -> tuple[dict[str, Tensor], list[bool]]:
    ema = ex.Ema(net, 0.5)
    train(net, x, lr, ema.update)
    return net.state_dict(), [t.requires_grad for t in ema.state_dict().values()]


def train(net: nn.Module, x: Tensor, lr: float, after: Callable[[], object]) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(3):
        optimizer.zero_grad()
        (net(x) - 1).square().mean().backward()
        optimizer.step()
        after()


def blend(old: State, new: State, weight: float) -> State:
    """Return (1 - weight) of the old values and `weight` of the new; integers anew."""
    return {
        name: torch.lerp(t, new[name], weight) if t.is_floating_point() else new[name]
        for name, t in old.items()
    }


def expect_state(
    got: State,
    expected: State,
    fault: str,
    slips: dict[str, State | list[str]] | None = None,
) -> None:
    """Expect a state dict; a slip's evidence is another one, or names it concerns."""
    expect_equal(
        sorted(got),
        sorted(expected),
        "A state dict does not have the names of net.state_dict().",
    )
    for name, t in expected.items():
        expect_close(
            got[name],
            t,
            fault.format(name),
            slips={
                cause: sign[name] if isinstance(sign, dict) else lambda _: True
                for cause, sign in (slips or {}).items()
                if name in sign
            },
        )


@exercise("parameters.Ema", weight=2)
@pytest.mark.parametrize("updates", [1, 3])
def test_ema_averages_parameters_and_buffers(observe, rng, updates):
    net = Counting(*rng.sample(DISTINCT, 2))
    states = [draw_state(net) for _ in range(updates)]
    decay = round(rng.uniform(0.6, 0.95), 2)

    got = observe(
        average,
        net,
        decay,
        states,
        call=f"Ema(net, {decay}); {updates} x update(), each with other values in net",
    )

    start = {name: t.clone() for name, t in net.state_dict().items()}
    expected = swapped_decay = first_copied = start
    from_zero = {name: torch.zeros_like(t) for name, t in start.items()}
    for i, state in enumerate(states):
        expected = blend(expected, state, 1 - decay)
        swapped_decay = blend(swapped_decay, state, decay)
        from_zero = blend(from_zero, state, 1 - decay)
        first_copied = blend(first_copied, state, 1 - decay) if i else state
    buffers = [name for name, _ in net.named_buffers()]
    expect_state(
        got,
        expected,
        "Ema does not average {} as it says.",
        {
            "floating buffers are averaged too, and integer ones copied": buffers,
            "the old average has the weight decay, the new value 1 - decay": (
                swapped_decay
            ),
            "the averages begin with the network's values, not with 0": from_zero,
            "the first update averages too": first_copied,
            "the averages are the network's own tensors: clone() them": states[-1],
            "update() changes nothing": start,
        },
    )


@exercise("parameters.Ema")
def test_ema_shares_no_memory_with_the_network(observe, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    state = draw_state(net)

    averages, own = observe(
        overwrite,
        net,
        state,
        call="ema = Ema(net, 0.5); other values in net, no update",
    )

    expect_state(
        averages,
        net.state_dict(),
        "The average of {} follows the network without an update.",
        {"state_dict() and detach() share the network's memory: clone()": state},
    )
    expect_state(own, state, "Ema changes {} in the network.")


@exercise("parameters.Ema", weight=2)
def test_ema_swaps_the_averages_in_and_out(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = Counting(a, b).eval()
    state = {**draw_state(net), "mask": torch.zeros(b, dtype=torch.bool)}
    x = torch.randn(4, a)

    ys, inside, after = observe(
        swap,
        net,
        state,
        x,
        call="with ema.swapped(): net(x); then net(x); and both again",
    )

    own = copy.deepcopy(net)
    own.load_state_dict(state)
    for i, y in enumerate(ys):
        expect_close(
            y,
            own(x) if i % 2 else net(x),
            "After the block the network does not compute with its own values."
            if i % 2
            else "In the block the network does not compute with the averages.",
            slips={
                "the averages stay in the network: put its own values back": net(x),
                "the block runs with the network's own values": own(x),
                "buffers are part of the averages too": lambda _: True,
            },
        )
    for got, p in zip(inside, net.parameters(), strict=True):
        expect_equal(
            got,
            p,
            "In the block the network has other Parameter objects than before.",
            slips={
                "copy the values into the parameters that are there": lambda _: True
            },
        )
    expect_state(after, state, "After the block {} is not the network's own.")


@exercise("parameters.Ema")
def test_ema_restores_the_network_when_the_block_raises(observe, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    state = draw_state(net)

    reached_caller, after = observe(
        swap_and_raise, net, state, call="with ema.swapped(): raise KeyError"
    )

    expect_state(
        after,
        state,
        "When the block raises, {} is not restored.",
        {"put the own values back in `finally`": net.state_dict()},
    )
    expect_true(
        reached_caller,
        "The exception of the block does not reach the caller.",
        expected="KeyError",
        got="no exception",
        cause="a return in `finally`, or a bare `except`, swallows it",
    )


@exercise("parameters.Ema")
def test_ema_keeps_its_averages_from_the_block(observe, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    state = draw_state(net)

    own, averages = observe(
        swap_and_change,
        net,
        state,
        call="with ema.swapped(): fill everything in net with 1",
    )

    ones = {name: torch.ones_like(t) for name, t in state.items()}
    expect_state(
        own,
        state,
        "What the block does to {} is not undone.",
        {"keep a copy of the network's own values, not the tensors themselves": ones},
    )
    expect_state(
        averages,
        net.state_dict(),
        "What the block does to {} reaches the averages.",
        {"copy the averages into the network, in place of lending them": ones},
    )


@exercise("parameters.Ema")
def test_ema_survives_a_state_dict_round_trip(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net, other = Counting(a, b), Counting(a, b)
    other.load_state_dict(draw_state(net))
    states = [draw_state(net), draw_state(net)]
    decay = round(rng.uniform(0.6, 0.95), 2)

    got, before, loaded = observe(
        save_and_load,
        net,
        decay,
        states,
        other,
        call="update(); state_dict() saved and loaded into the Ema of another net; "
        "update()",
    )

    first = blend(net.state_dict(), states[0], 1 - decay)
    lost = blend(other.state_dict(), states[1], 1 - decay)
    expect_state(
        got,
        blend(first, states[1], 1 - decay),
        "After a round trip {} does not go on from the saved average.",
        {"load_state_dict does not change the averages": lost},
    )
    expect_state(before, first, "The saved average of {} is not what was averaged.")
    expect_state(
        loaded,
        first,
        "An update changes {} in the dict that was loaded.",
        {"copy the values: keep no tensors of the caller's": list(first)},
    )


@exercise("parameters.Ema")
def test_ema_does_not_take_part_in_training(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net, x = Counting(a, b), torch.randn(8, a)

    state, requires_grad = observe(
        train_with, net, x, 0.1, call="three steps of SGD, update() after each"
    )

    expect_true(
        not any(requires_grad),
        "The averages require gradients.",
        expected="requires_grad False",
        got="requires_grad True",
        cause="average under torch.no_grad(), from detached values",
    )
    alone = copy.deepcopy(net)
    train(alone, x, 0.1, lambda: None)
    expect_state(
        state, alone.state_dict(), "The network is trained differently: see {}."
    )


# memory_bytes


def bytes_in_training(
    ex: Any, net: nn.Module, optimizer_name: str, steps: int
) -> dict[str, int]:
    optimizer = make_optimizer(net, optimizer_name)
    for _ in range(steps):
        for p in net.parameters():
            p.grad = torch.ones_like(p) if p.requires_grad else None
        optimizer.step()
    return ex.memory_bytes(net, optimizer)


def make_optimizer(net: nn.Module, name: str) -> torch.optim.Optimizer:
    if name == "Adam":
        return torch.optim.Adam(net.parameters())
    return torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9 * (name != "SGD"))


def bytes_of_views(ex: Any, n: int) -> dict[str, int]:
    net = nn.Module()
    table = torch.zeros(n, 10)
    net.weight = nn.Parameter(table[:1])
    net.other = nn.Parameter(net.weight.data)
    net.register_buffer("ones", torch.ones(1).expand(n, 7))
    net.register_buffer("row", table[1])
    net.register_buffer("column", torch.zeros(n, 2, dtype=torch.float16)[:, 0])
    net.register_buffer("again", net.column[1:])
    return ex.memory_bytes(net, torch.optim.SGD(net.parameters(), lr=0.1))


def expect_bytes(
    got: dict[str, int],
    expected: dict[str, int],
    slips: dict[str, dict[str, int]] | None = None,
) -> None:
    expect_equal(
        sorted(got),
        sorted(expected),
        "memory_bytes does not have the keys of the four kinds.",
    )
    for kind, n in expected.items():
        expect_equal(
            got[kind],
            n,
            f"memory_bytes does not count the bytes of {kind}.",
            slips={
                cause: values[kind]
                for cause, values in (slips or {}).items()
                if values.get(kind, n) != n
            },
        )


def bytes_in(tensors: list[Tensor]) -> int:
    return sum(t.numel() * t.itemsize for t in tensors)


KINDS = ("parameters", "gradients", "buffers", "optimizer")


@exercise("parameters.memory_bytes", weight=2)
@pytest.mark.parametrize("optimizer", ["SGD", "momentum", "Adam"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_memory_bytes_counts_each_kind(observe, rng, optimizer, dtype):
    net = nested_net(rng).to(dtype)

    got = observe(
        bytes_in_training,
        net,
        optimizer,
        2,
        call=f"memory_bytes(net, {optimizer}) after two steps, net {dtype}, with "
        "BatchNorm and a frozen weight",
    )

    parameters, buffers = list(net.parameters()), list(net.buffers())
    trained = [p for p in parameters if p.requires_grad]
    counts = {
        "parameters": bytes_in(parameters),
        "gradients": bytes_in(trained),
        "buffers": bytes_in(buffers),
        "optimizer": {
            "SGD": 0,
            "momentum": bytes_in(trained),
            "Adam": 2 * bytes_in(trained) + 4 * len(trained),
        }[optimizer],
    }
    expect_bytes(
        got,
        counts,
        {
            "a float64 entry has 8 bytes, a bfloat16 entry 2: ask itemsize or nbytes": {
                "parameters": 4 * entries(parameters),
                "gradients": 4 * entries(trained),
                "buffers": 4 * entries(buffers),
            },
            "entries are not bytes": {
                "parameters": entries(parameters),
                "gradients": entries(trained),
                "buffers": entries(buffers),
            },
            "integer buffers as num_batches_tracked have bytes too": {
                "buffers": bytes_in([b for b in buffers if b.is_floating_point()])
            },
            "a parameter that is frozen has no gradient": {
                "gradients": bytes_in(parameters)
            },
            "frozen parameters take memory too": {"parameters": bytes_in(trained)},
            "Adam's 0-dim `step` tensors have bytes too": {
                "optimizer": 2 * bytes_in(trained)
            },
        },
    )


@exercise("parameters.memory_bytes")
def test_memory_bytes_before_training(observe, rng):
    net = nested_net(rng)

    got = observe(
        bytes_in_training, net, "Adam", 0, call="memory_bytes(net, Adam), no step yet"
    )

    expect_bytes(
        got,
        {
            "parameters": bytes_in(list(net.parameters())),
            "gradients": 0,
            "buffers": bytes_in(list(net.buffers())),
            "optimizer": 0,
        },
    )


@exercise("parameters.memory_bytes")
def test_memory_bytes_counts_a_shared_parameter_once(observe, rng):
    net = tied_net(rng)

    got = observe(
        bytes_in_training,
        net,
        "momentum",
        1,
        call="memory_bytes(net, SGD with momentum), layers shared",
    )

    once = bytes_in(list(net.parameters()))
    own = [p for module in net.modules() for p in module.parameters(recurse=False)]
    named = [p for _, p in net.named_parameters(remove_duplicate=False)]
    cause = "a shared parameter and its gradient take memory once"
    expect_bytes(
        got,
        {"parameters": once, "gradients": once, "buffers": 0, "optimizer": once},
        {
            cause: dict.fromkeys(KINDS, bytes_in(named)),
            f"{cause}: a set of them leaves out repeats": dict.fromkeys(
                KINDS, bytes_in(own)
            ),
        },
    )


@exercise("parameters.memory_bytes", weight=2)
def test_memory_bytes_counts_storage_not_views(observe, rng):
    n = rng.randrange(20, 40)

    got = observe(
        bytes_of_views,
        n,
        call=f"memory_bytes of slices of zeros({n}, 10): two parameters and a buffer; "
        f"ones(1).expand({n}, 7), and two views of a float16 ({n}, 2)",
    )

    expect_bytes(
        got,
        {"parameters": 40 * n, "gradients": 0, "buffers": 4 + 4 * n, "optimizer": 0},
        {
            "a slice keeps the whole storage behind it: untyped_storage().nbytes()": {
                "parameters": 40,
                "buffers": 4 * 7 * n + 40 + 2 * n * 2,
            },
            "two parameters on one storage take its memory once": {
                "parameters": 80 * n,
            },
            "two slices of the whole are one storage": {"parameters": 80},
            "storage that a parameter has already counts there alone": {
                "buffers": 4 + 4 * n + 40 * n
            },
            "two views of one storage take its memory once": {
                "buffers": 4 + 4 * n + 4 * n
            },
        },
    )
