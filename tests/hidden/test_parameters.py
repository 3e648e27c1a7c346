"""Parameter management: values, sharing, and what has to stay as it was."""

import copy
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
        ("nonesuch.1.width", "nonesuch", "a module that is not there"),
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
