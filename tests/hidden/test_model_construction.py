"""Layers and modules: values, registration, and the edges of each definition."""

from collections.abc import Callable
from itertools import pairwise
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

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square


def forms(tensors: list[Tensor]) -> list[str]:
    """Return dtype and shape of each tensor."""
    return [f"{t.dtype} {tuple(t.shape)}"[len("torch.") :] for t in tensors]


# MLP


def apply_mlp(ex: Any, sizes: list[int], x: Tensor) -> tuple[Tensor, list[Tensor]]:
    net = ex.MLP(*sizes)
    return net(x), list(net.parameters())


def apply_mlp_twice(ex: Any, sizes: list[int], x: Tensor) -> tuple[Tensor, Tensor, int]:
    net = ex.MLP(*sizes)
    return net(x), net(x), len(list(net.parameters()))


def train_mlp(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    net = ex.MLP(*sizes)
    before = [p.detach().clone() for p in net.parameters()]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).square().mean().backward()
    optimizer.step()
    return net(x), before, list(net.parameters())


def layer_of(parameters: list[Tensor], x: Tensor, out_features: int) -> Tensor | None:
    """Apply the one weight and bias that lead from x's width to `out_features`."""
    weights = [p for p in parameters if p.shape == (out_features, x.shape[-1])]
    biases = [p for p in parameters if p.shape == (out_features,)]
    if len(weights) != 1 or len(biases) != 1:
        return None
    return nn.functional.linear(x, weights[0], biases[0])


def expect_two_layers(parameters: list[Tensor], sizes: list[int]) -> None:
    inner, hidden, out = sizes
    layers = [nn.Linear(inner, hidden), nn.Linear(hidden, out)]
    expected = sorted(forms([p for layer in layers for p in layer.parameters()]))
    expect_equal(
        sorted(forms(parameters)),
        expected,
        "MLP does not hold the parameters of two Linear layers.",
        slips={
            "layers made in forward, or kept in a plain list, are not registered": (
                lambda got: len(got) < len(expected) and set(got) <= set(expected)
            ),
            "the layers have no bias": [
                f for f in expected if ", " in f and f[-2] != ","
            ],
        },
    )


def expect_mlp_value(y: Tensor, parameters: list[Tensor], x: Tensor, sizes: list[int]):
    hidden = layer_of(parameters, x, sizes[1])
    without_relu = layer_of(parameters, hidden, sizes[2])
    expected = layer_of(parameters, hidden.relu(), sizes[2])
    expect_close(
        y,
        expected,
        "MLP does not compute out(relu(hidden(x))).",
        slips={
            "the ReLU between the layers is missing": without_relu,
            "a ReLU after the last layer cuts off negative outputs": expected.relu(),
            "the ReLU stands after the last layer, not between": without_relu.relu(),
        },
    )


@exercise("model_construction.MLP")
@pytest.mark.parametrize("leading", [0, 1, 3], ids=["vector", "batch", "three_dims"])
def test_mlp_maps_the_last_axis(observe, rng, leading):
    sizes = rng.sample(DISTINCT, 3)
    x = torch.randn(*rng.sample(DISTINCT, leading), sizes[0])

    y, parameters = observe(
        apply_mlp, sizes, x, call=f"MLP{tuple(sizes)}(x) with x {tuple(x.shape)}"
    )

    expect_two_layers(parameters, sizes)
    expect_mlp_value(y, parameters, x, sizes)


@exercise("model_construction.MLP")
def test_mlp_gives_the_same_result_at_every_call(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    x = torch.randn(4, sizes[0])

    first, second, count = observe(
        apply_mlp_twice, sizes, x, call=f"net = MLP{tuple(sizes)}; net(x); net(x)"
    )

    expect_close(
        second,
        first,
        "MLP gives another result when it is called again.",
        slips={"layers made in forward are new at every call": lambda _: count < 4},
    )


@exercise("model_construction.MLP")
def test_mlp_learns(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    x = 3 * torch.randn(64, sizes[0])

    y, before, after = observe(
        train_mlp, sizes, x, call="one step of SGD on MLP's parameters, then MLP(x)"
    )

    expect_two_layers(after, sizes)
    expect_two_layers(before, sizes)
    expect_true(
        all(not torch.equal(old, new) for old, new in zip(before, after, strict=True)),
        "A step of SGD leaves parameters of MLP as they were.",
        expected="all four parameters change",
        got="some do not",
        cause="the output does not depend on every parameter, or is detached",
    )
    expect_mlp_value(y, after, x, sizes)


# MySequential


def run_in_order(ex: Any, layers: list[nn.Module], x: Tensor) -> Tensor:
    return ex.MySequential(*layers)(x)


def names_in_state(ex: Any, layers: list[nn.Module]) -> list[str]:
    return list(ex.MySequential(*layers).state_dict())


def count_parameters(ex: Any, layers: list[nn.Module]) -> tuple[int, bool]:
    net = ex.MySequential(*layers)
    return len(list(net.parameters())), callable(net.modules)


def load_from_sequential(
    ex: Any, layers: list[nn.Module], state: dict[str, Tensor], x: Tensor
) -> Tensor:
    net = ex.MySequential(*layers)
    net.load_state_dict(state)
    return net(x)


def mixed_layers(rng) -> tuple[list[nn.Module], int]:
    inner, hidden, out = rng.sample(DISTINCT, 3)
    return [nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)], inner


@exercise("model_construction.MySequential")
def test_sequential_runs_its_modules_in_the_order_given(observe, rng):
    layers, inner = mixed_layers(rng)
    x = torch.randn(5, inner)

    y = observe(run_in_order, layers, x, call="MySequential(Linear, Tanh, Linear)(x)")

    expect_close(
        y,
        nn.Sequential(*layers)(x),
        "MySequential does not run its modules in the order given.",
        slips={"return after the loop over the modules, not in it": layers[0](x)},
    )


@exercise("model_construction.MySequential")
@pytest.mark.parametrize("times", [2, 12])
def test_sequential_runs_a_repeated_module_each_time(observe, rng, times):
    d = rng.choice(DISTINCT)
    layer, other = nn.Linear(d, d), nn.Tanh()
    layers = [layer, other] * times
    x = torch.randn(5, d)

    y = observe(
        run_in_order, layers, x, call=f"MySequential(*[layer, tanh] * {times})(x)"
    )

    expect_close(
        y,
        nn.Sequential(*layers)(x),
        "A module that is listed several times does not run each time.",
        slips={
            "children() leaves out repeated modules": nn.Sequential(layer, other)(x),
        },
    )


@exercise("model_construction.MySequential")
def test_sequential_without_modules_is_the_identity(observe):
    x = torch.randn(3, 2)

    y = observe(run_in_order, [], x, call="MySequential()(x)")

    expect_close(y, x, "Without modules, MySequential is not the identity.")


@exercise("model_construction.MySequential", weight=2)
def test_sequential_registers_its_modules(observe, rng):
    layers, _ = mixed_layers(rng)

    count, has_modules = observe(
        count_parameters,
        layers,
        call="MySequential(Linear, Tanh, Linear).parameters()",
    )

    hides = "self.modules = … hides nn.Module.modules(), and a list registers nothing"
    lists = "modules kept in a plain list are invisible to nn.Module"
    expect_true(
        count == 4,
        "MySequential does not register the modules you pass it.",
        expected="4 tensors",
        got=f"{count} tensors",
        cause=None if count else lists if has_modules else hides,
    )


@exercise("model_construction.MySequential")
@pytest.mark.parametrize("repeats", [1, 2])
def test_sequential_names_its_modules_like_nn_sequential(observe, rng, repeats):
    layers = mixed_layers(rng)[0] * repeats

    names = observe(
        names_in_state,
        layers,
        call=f"MySequential(*[Linear, Tanh, Linear] * {repeats}).state_dict()",
    )

    expect_equal(
        names,
        list(nn.Sequential(*layers).state_dict()),
        "The names in the state dict are not those of nn.Sequential.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": [],
            "a container of its own adds its name in front": (
                lambda names: all(name.count(".") > 1 for name in names)
            ),
            "modules that share one name replace each other: name them str(i)": (
                lambda names: len({name.partition(".")[0] for name in names}) == 1
            ),
            "the names count from 0": (
                lambda names: names and names[0].startswith("1.")
            ),
        },
    )


@exercise("model_construction.MySequential")
def test_sequential_loads_the_state_of_nn_sequential(observe, rng):
    layers, inner = mixed_layers(rng)
    trained = nn.Sequential(*mixed_like(layers))
    x = torch.randn(2, inner)

    y = observe(
        load_from_sequential,
        layers,
        trained.state_dict(),
        x,
        call="MySequential(…).load_state_dict(nn.Sequential(…).state_dict())",
    )

    expect_close(
        y,
        trained(x),
        "After loading the state of an nn.Sequential, the outputs differ from its.",
    )


def mixed_like(layers: list[nn.Module]) -> list[nn.Module]:
    """Return layers of the same sizes with other weights."""
    first, _, last = layers
    return [
        nn.Linear(first.in_features, first.out_features),
        nn.Tanh(),
        nn.Linear(last.in_features, last.out_features),
    ]


# FixedHiddenMLP


def run_fixed(ex: Any, state: dict[str, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    net = ex.FixedHiddenMLP(len(state["weight"]))
    net.load_state_dict(state)
    y = net(x)
    return y, x


def run_fixed_in_double(ex: Any, features: int, x: Tensor) -> Tensor:
    return ex.FixedHiddenMLP(features).double()(x)


def train_fixed(ex: Any, features: int, x: Tensor) -> tuple[Tensor, Tensor, list[str]]:
    net = ex.FixedHiddenMLP(features)
    before = net.weight.detach().clone()
    trained = [name for name, p in net.named_parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).backward()
    optimizer.step()
    return before, net.weight, trained


def names_in_fixed(ex: Any, features: int) -> tuple[list[str], list[str]]:
    net = ex.FixedHiddenMLP(features)
    return list(net.state_dict()), [name for name, _ in net.named_buffers()]


def fresh_weights(ex: Any, features: int) -> tuple[Tensor, Tensor]:
    return ex.FixedHiddenMLP(features).weight, ex.FixedHiddenMLP(features).weight


def fixed_state(d: int, scale: float) -> dict[str, Tensor]:
    return {
        "weight": torch.rand(d, d),
        "linear.weight": scale * torch.randn(d, d),
        "linear.bias": scale * torch.randn(d),
    }


def fixed_reference(
    state: dict[str, Tensor], x: Tensor, activate: Callable[[Tensor], Tensor]
) -> Tensor:
    return linear_of(state, activate(linear_of(state, x) @ state["weight"] + 1))


def linear_of(state: dict[str, Tensor], x: Tensor) -> Tensor:
    return nn.functional.linear(x, state["linear.weight"], state["linear.bias"])


def sum_of_absolutes(x: Tensor) -> Tensor:
    return x.abs().sum()


def halve(x: Tensor, size: Callable[[Tensor], Tensor] = sum_of_absolutes) -> Tensor:
    while size(x) > 1:
        x = x / 2
    return x


def draw_fixed(d: int, scale: float) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Draw a state, an input and what is halved, whose sum says little of its size."""
    while True:
        state, x = fixed_state(d, scale), torch.randn(16, d)
        unhalved = fixed_reference(state, x, torch.relu)
        if 0.02 < unhalved.sum().abs() / sum_of_absolutes(unhalved) < 0.25:
            return state, x, unhalved


@exercise("model_construction.FixedHiddenMLP", weight=2)
@pytest.mark.parametrize("scale", [0.002, 2.0], ids=["no_halving", "halving"])
def test_fixed_mlp_computes_its_formula(observe, rng, scale):
    d = rng.choice(DISTINCT)
    state, x, unhalved = draw_fixed(d, scale)

    y, _ = observe(run_fixed, state, x, call=f"FixedHiddenMLP({d})(x) with x (16, {d})")

    transposed = {**state, "weight": state["weight"].T}
    expect_close(
        y,
        halve(unhalved).sum(),
        "FixedHiddenMLP does not compute its formula.",
        slips={
            "the result is not halved until its absolute values sum to 1": (
                unhalved.sum()
            ),
            "one halving is not enough: the sum must come down to 1": (
                unhalved.sum() / 2
            ),
            "the sum is of absolute values, without them it may be negative": (
                halve(unhalved, torch.sum).sum()
            ),
            "the sum of the absolute values decides, not the Euclidean norm": (
                halve(unhalved, torch.linalg.vector_norm).sum()
            ),
            "the ReLU is missing": halve(fixed_reference(state, x, lambda x: x)).sum(),
            "`@ weight` multiplies by weight, not by its transpose": halve(
                fixed_reference(transposed, x, torch.relu)
            ).sum(),
            "linear is used twice, before weight and after": halve(
                torch.relu(linear_of(state, x) @ state["weight"] + 1)
            ).sum(),
            "the entries are not summed": halve(unhalved),
        },
    )


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_halves_only_what_exceeds_one(observe, rng):
    d = rng.choice(DISTINCT)
    state = {name: torch.zeros_like(t) for name, t in fixed_state(d, 1.0).items()}
    state["linear.bias"][rng.randrange(d)] = 0.5

    y, _ = observe(
        run_fixed,
        state,
        torch.randn(2, d),
        call=f"FixedHiddenMLP({d})(x), its absolute values sum to 1 before halving",
    )

    expect_close(
        y,
        torch.tensor(1.0),
        "FixedHiddenMLP halves a result whose absolute values sum to 1.",
        slips={"1 does not exceed 1: halve while the sum is > 1": torch.tensor(0.5)},
    )


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_leaves_the_callers_tensor_alone(observe, rng):
    d = rng.choice(DISTINCT)
    state, x = fixed_state(d, 0.5), 10 * torch.randn(3, d)

    _, after = observe(run_fixed, state, x, call=f"FixedHiddenMLP({d})(x); x")

    expect_equal(
        after,
        x,
        "FixedHiddenMLP changes the caller's tensor.",
        slips={"x /= 2 and other in-place operations work on x itself": lambda _: True},
    )


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_saves_its_weight_and_its_one_layer(observe, rng):
    d = rng.choice(DISTINCT)

    names, buffers = observe(
        names_in_fixed, d, call=f"FixedHiddenMLP({d}).state_dict()"
    )

    expect_equal(
        sorted(names),
        ["linear.bias", "linear.weight", "weight"],
        "The state dict does not hold weight and one linear.",
        slips={
            "a buffer with persistent=False is not saved": (
                lambda names: "weight" not in names and "weight" in buffers
            ),
            "a tensor assigned to self is not saved: register_buffer does that": (
                ["linear.bias", "linear.weight"]
            ),
            "a second Linear has weights of its own: call the same one twice": (
                lambda names: len(names) == 5 and "weight" in names
            ),
        },
    )


@exercise("model_construction.FixedHiddenMLP", weight=2)
def test_fixed_mlp_does_not_train_its_weight(observe, rng):
    d = rng.choice(DISTINCT)

    before, after, trained = observe(
        train_fixed,
        d,
        torch.rand(3, d),
        call=f"one step of SGD on FixedHiddenMLP({d}), then its weight",
    )

    expect_equal(
        sorted(trained),
        ["linear.bias", "linear.weight"],
        "Not exactly the layer linear can be trained.",
        slips={
            "an nn.Parameter is trained: use a buffer, or requires_grad=False": (
                lambda names: "weight" in names
            ),
            "a second Linear has weights of its own: call the same one twice": (
                lambda names: len(names) == 4
            ),
        },
    )
    expect_equal(after, before, "A step of SGD changes the constant weight.")


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_draws_a_weight_of_its_own(observe, rng):
    d = rng.choice(DISTINCT)

    first, second = observe(fresh_weights, d, call=f"FixedHiddenMLP({d}).weight, twice")

    for weight in (first, second):
        expect_equal(
            list(weight.shape),
            [d, d],
            "weight does not have the shape (features, features).",
        )
    expect_true(
        not torch.equal(first, second) and bool((first != first[0, 0]).any()),
        "weight is not random.",
        expected="other values in every network",
        got="the same",
    )


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_follows_to_double(observe, rng):
    d = rng.choice(DISTINCT)
    x = torch.rand(2, d, dtype=torch.float64)

    y = observe(
        run_fixed_in_double, d, x, call=f"FixedHiddenMLP({d}).double()(x.double())"
    )

    expect_equal(
        str(y.dtype), "torch.float64", "FixedHiddenMLP does not follow to double."
    )


@exercise("model_construction.FixedHiddenMLP")
@pytest.mark.parametrize("bad", [torch.inf, -torch.inf, torch.nan])
def test_fixed_mlp_refuses_what_is_not_finite(observe, rng, bad):
    d = rng.choice(DISTINCT)
    positive = {name: t.abs() for name, t in fixed_state(d, 0.5).items()}
    x = torch.randn(3, d)
    x[rng.randrange(3), rng.randrange(d)] = bad

    raised = observe.error(
        run_fixed,
        positive,  # so that inf stays inf, and halving it never ends
        x,
        call=f"FixedHiddenMLP({d})(x) with {bad} in x",
    )

    expect_error(
        raised,
        ValueError,
        "FixedHiddenMLP takes an input that is not finite.",
        cause="check x.isfinite().all() before computing anything",
    )


# ParallelBlock


def run_parallel(ex: Any, nets: list[nn.Module], x: Tensor) -> Tensor:
    return ex.ParallelBlock(*nets)(x)


def parallel_parameters(ex: Any, nets: list[nn.Module]) -> int:
    return len(list(ex.ParallelBlock(*nets).parameters()))


@exercise("model_construction.ParallelBlock")
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_parallel_joins_on_the_last_dimension(observe, rng, leading):
    inner, width1, width2 = rng.sample(DISTINCT, 3)
    one, two = nn.Linear(inner, width1), nn.Linear(inner, width2)
    x = torch.randn(*rng.sample(DISTINCT, leading), inner)

    y = observe(
        run_parallel,
        [one, two],
        x,
        call=f"ParallelBlock(Linear({inner}, {width1}), Linear({inner}, {width2}))(x) "
        f"with x {tuple(x.shape)}",
    )

    expect_close(
        y,
        torch.cat([one(x), two(x)], dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
        slips={
            "net1's output comes first": torch.cat([two(x), one(x)], dim=-1),
            "both halves come from net1": torch.cat([one(x), one(x)], dim=-1),
            "both halves come from net2": torch.cat([two(x), two(x)], dim=-1),
        },
    )


@exercise("model_construction.ParallelBlock")
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_parallel_joins_equal_widths_on_the_last_dimension(observe, rng, leading):
    d, *before = rng.sample(DISTINCT, 1 + leading)
    one, two = nn.Linear(d, d), nn.Linear(d, d)
    x = torch.randn(*before, d)

    y = observe(
        run_parallel,
        [one, two],
        x,
        call=f"ParallelBlock of two Linear({d}, {d}), on x {tuple(x.shape)}",
    )

    ys = [one(x), two(x)]
    expect_close(
        y,
        torch.cat(ys, dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
        slips={
            "net1's output comes first": torch.cat(ys[::-1], dim=-1),
            "both halves come from net1": torch.cat([ys[0], ys[0]], dim=-1),
            "net2 runs on x, not on net1's output": torch.cat([ys[0], two(ys[0])], -1),
            "torch.cat joins on dim 0 unless told otherwise": torch.cat(ys),
            "dim=1 is the last dimension of a batch of vectors only: write dim=-1": (
                torch.cat(ys, dim=min(1, leading))
            ),
            "the outputs are added, not joined": ys[0] + ys[1],
            "torch.stack makes a new dimension, torch.cat joins on an existing one": (
                lambda y: y.dim() == x.dim() + 1
            ),
        },
    )


@exercise("model_construction.ParallelBlock")
def test_parallel_registers_both_networks(observe):
    nets = [nn.Linear(3, 2), nn.Linear(3, 4)]

    count = observe(
        parallel_parameters, nets, call="ParallelBlock(Linear, Linear).parameters()"
    )

    expect_equal(
        count,
        4,
        "ParallelBlock does not register both networks.",
        slips={"modules in a plain list or tuple are invisible to nn.Module": 0},
    )


# chain


class Block(nn.Module):
    """A block that notes in `runs` that it ran; each starts with different values."""

    def __init__(self, d: int, number: int, runs: list[int]):
        super().__init__()
        self.linear = nn.Linear(d, d)
        self.number = number
        self.runs = runs

    def forward(self, x: Tensor) -> Tensor:
        self.runs.append(self.number)
        return self.linear(x).tanh()


class BlockMaker:
    """Makes blocks, and keeps them in the order in which they were made."""

    def __init__(self, d: int):
        self.d = d
        self.made: list[Block] = []
        self.runs: list[int] = []

    def __call__(self) -> nn.Module:
        self.made.append(Block(self.d, len(self.made), self.runs))
        return self.made[-1]


def make_chain(ex: Any, d: int, n: int) -> tuple[int, list[Tensor]]:
    make_block = BlockMaker(d)
    net = ex.chain(make_block, n)
    calls = len(make_block.made)
    parameters = list(net.parameters()) if isinstance(net, nn.Module) else []
    return calls, parameters


def run_chain(
    ex: Any, d: int, n: int, x: Tensor
) -> tuple[Tensor, list[tuple[Tensor, Tensor]], list[int]]:
    make_block = BlockMaker(d)
    y = ex.chain(make_block, n)(x)
    layers = [block.linear for block in make_block.made]
    return y, [(layer.weight, layer.bias) for layer in layers], make_block.runs


def type_of_chain(ex: Any, d: int, n: int) -> tuple[bool, bool, bool]:
    net = ex.chain(BlockMaker(d), n)
    return isinstance(net, nn.Module), callable(net), type(net) is nn.ModuleList


def run_blocks(layers: list[tuple[Tensor, Tensor]], x: Tensor) -> Tensor:
    for weight, bias in layers:
        x = nn.functional.linear(x, weight, bias).tanh()
    return x


@exercise("model_construction.chain")
def test_chain_is_a_module_that_can_run(observe):
    is_module, is_callable, is_module_list = observe(
        type_of_chain, 3, 2, call="chain(make_block, 2)"
    )

    expect_true(
        is_module,
        "chain does not return an nn.Module.",
        expected="an nn.Module",
        got="a function" if is_callable else "something else",
        cause="return the network itself, not a function that runs the blocks"
        if is_callable
        else "put the blocks in an nn.Sequential",
    )
    expect_true(
        not is_module_list,
        "chain returns a module that cannot run.",
        expected="a module with a forward",
        got="an nn.ModuleList",
        cause="nn.ModuleList only holds modules; nn.Sequential also runs them",
    )


@exercise("model_construction.chain", weight=2)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_chain_makes_independent_blocks(observe, rng, n):
    d = rng.choice(DISTINCT)

    calls, parameters = observe(make_chain, d, n, call=f"chain(make_block, {n})")

    expect_equal(
        calls,
        n,
        "chain does not call make_block once for each block.",
        slips={
            "make_block is called when the network runs, not when it is built": 0,
            "[make_block()] * n is one block, listed n times": (
                lambda calls: calls == 1 and len(parameters) == 2
            ),
            "copy.deepcopy copies the values too: call make_block for each block": (
                lambda calls: calls == 1 and len(parameters) == 2 * n
            ),
        },
    )
    expect_equal(
        sorted(forms(parameters)),
        sorted(forms(n * list(nn.Linear(d, d).parameters()))),
        "The blocks of the chain do not have parameters of their own.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": (
                lambda got: got == []
            )
        },
    )
    weights = {tuple(p.reshape(-1).tolist()) for p in parameters}
    expect_equal(len(weights), 2 * n, "Blocks of the chain start with the same values.")


@exercise("model_construction.chain", weight=2)
@pytest.mark.parametrize("n", [2, 5])
def test_chain_runs_its_blocks_one_after_the_other(observe, rng, n):
    d = rng.choice(DISTINCT)
    x = torch.randn(4, d)

    y, layers, runs = observe(run_chain, d, n, x, call=f"chain(make_block, {n})(x)")

    expect_equal(
        sorted(runs),
        list(range(n)),
        "chain does not run each of its blocks once.",
        slips={
            "[make_block()] * n is one block, listed n times": [0] * n,
            "return after the loop over the blocks, not in it": [0],
        },
    )
    expect_equal(
        [forms(list(layer)) for layer in layers],
        [forms(list(nn.Linear(d, d).parameters()))] * n,
        "chain does not keep the blocks as they were made.",
    )
    expect_close(
        y,
        run_blocks([layers[i] for i in runs], x),
        "chain does not run its blocks one after the other.",
        slips={
            "each block runs on the output of the one before, not on x": (
                run_blocks([layers[runs[-1]]], x)
            ),
            "the outputs are added, not handed on": sum(
                (run_blocks([layer], x) for layer in layers), torch.zeros_like(x)
            ),
        },
    )


@exercise("model_construction.chain")
def test_chain_of_no_blocks_is_the_identity(observe):
    x = torch.randn(2, 3)

    y, *_ = observe(run_chain, 3, 0, x, call="chain(make_block, 0)(x)")

    expect_close(y, x, "chain of no blocks is not the identity.")


# Residual


class Keep(nn.Module):
    """A block that keeps what it returns."""

    def __init__(self, inner: int, out: int):
        super().__init__()
        self.linear = nn.Linear(inner, out)

    def forward(self, x: Tensor) -> Tensor:
        self.kept = self.linear(x)
        return self.kept


def run_residual(
    ex: Any, block: nn.Module, widths: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor], int]:
    net = ex.Residual(block, *widths)
    blocks = {id(p) for p in block.parameters()}
    parameters = list(net.parameters())
    added = [p for p in parameters if id(p) not in blocks]
    return net(x), added, len(parameters) - len(added)


def keep_in_residual(ex: Any, block: Keep, widths: list[int], x: Tensor) -> Tensor:
    ex.Residual(block, *widths)(x)
    return block.kept


def pass_by_identity(ex: Any, d: int, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.Residual(nn.Identity(), d, d)(x), x


def gradient_of_residual(
    ex: Any, block: nn.Module, widths: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor]]:
    net = ex.Residual(block, *widths)
    blocks = {id(p) for p in block.parameters()}
    x.requires_grad_()
    net(x).sum().backward()
    return x.grad, [p for p in net.parameters() if id(p) not in blocks]


def expect_added(added: list[Tensor], inner: int, out: int) -> None:
    expect_equal(
        forms(added),
        [] if inner == out else [f"float32 ({out}, {inner})"],
        "Residual does not add just the layer that it needs.",
        slips={
            "equal widths need no layer: x itself is added": lambda _: inner == out,
            "the layer beside the block has no bias": lambda got: len(got) == 2,
            "a layer made in forward is new at every call and never registered": (
                lambda got: got == []
            ),
        },
    )


@exercise("model_construction.Residual", weight=2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_adds_block_and_skip(observe, rng, equal, leading):
    inner, out, *before = rng.sample(DISTINCT, 2 + leading)
    out = inner if equal else out
    block = nn.Sequential(nn.Linear(inner, out), nn.Tanh())
    x = torch.randn(*before, inner)

    y, added, registered = observe(
        run_residual,
        block,
        [inner, out],
        x,
        call=f"Residual(block, {inner}, {out})(x) with x {tuple(x.shape)}",
    )

    expect_equal(
        registered,
        2,
        "Residual does not register its block.",
        slips={
            "a plain list or tuple hides the block from nn.Module": (
                lambda count: count == 0 and len(added) < 2
            )
        },
    )
    expect_added(added, inner, out)
    skip = x if equal else nn.functional.linear(x, added[0])
    expect_close(
        y,
        block(x) + skip,
        "Residual does not compute block(x) + skip(x).",
        slips={
            "the skip is missing": block(x),
            "the block is missing": skip,
            "nothing follows the sum": torch.relu(block(x) + skip),
            "the two are added, not multiplied": block(x) * skip,
        },
    )


@exercise("model_construction.Residual")
def test_residual_leaves_its_input_alone(observe, rng):
    d = rng.choice(DISTINCT)
    x = torch.randn(3, d)

    y, after = observe(
        pass_by_identity, d, x, call=f"Residual(nn.Identity(), {d}, {d})(x); x"
    )

    expect_equal(
        after,
        x,
        "Residual changes the caller's tensor.",
        slips={"a sum with += works on a tensor that somebody else holds": 2 * x},
    )
    expect_close(y, 2 * x, "Residual does not add the input to the block's output.")


@exercise("model_construction.Residual")
@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_leaves_the_blocks_output_alone(observe, rng, equal):
    inner, out = rng.sample(DISTINCT, 2)
    out = inner if equal else out
    block = Keep(inner, out)
    x = torch.randn(3, inner)

    kept = observe(
        keep_in_residual,
        block,
        [inner, out],
        x,
        call=f"Residual(block, {inner}, {out})(x); what block has returned",
    )

    expect_close(
        kept,
        block.linear(x),
        "Residual changes what its block has returned.",
        slips={
            "a sum with += works on a tensor that somebody else holds": lambda _: True
        },
    )


@exercise("model_construction.Residual")
@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_passes_the_gradient_on_both_ways(observe, rng, equal):
    inner, out = rng.sample(DISTINCT, 2)
    out = inner if equal else out
    block = nn.Sequential(nn.Linear(inner, out), nn.Tanh())
    x = torch.randn(3, inner)

    gradient, added = observe(
        gradient_of_residual,
        block,
        [inner, out],
        x,
        call=f"Residual(block, {inner}, {out})(x).sum().backward(); x.grad",
    )

    expect_added(added, inner, out)
    leaf = x.clone().requires_grad_()
    (through_block,) = torch.autograd.grad(block(leaf).sum(), leaf)
    through_skip = torch.ones(3, out) @ (torch.eye(inner) if equal else added[0])
    expect_close(
        gradient,
        through_block + through_skip,
        "The gradient does not flow through the block and past it.",
        slips={
            "the skip is cut off from the gradient": through_block,
            "the block is cut off from the gradient": through_skip,
        },
    )


# build_mlp


def build_and_run(
    ex: Any, fields: dict[str, Any], x: Tensor
) -> tuple[Tensor, list[Tensor]]:
    net = ex.build_mlp(ex.MLPConfig(**fields))
    return net(x), list(net.parameters())


def build_again(
    ex: Any, fields: dict[str, Any]
) -> tuple[bool, list[Tensor], list[Tensor]]:
    config = ex.MLPConfig(**fields)
    net = ex.build_mlp(config)
    again = ex.build_mlp(net.config)
    is_kept = bool(net.config == config)
    with torch.no_grad():
        for p in net.parameters():
            p.fill_(5)
    return is_kept, list(net.parameters()), list(again.parameters())


def default_activation(ex: Any) -> str:
    return ex.MLPConfig(in_features=3, hidden=(4,), out_features=2).activation


def make_config(ex: Any, fields: dict[str, Any]) -> bool:
    ex.MLPConfig(**fields)
    return True


ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": nn.functional.gelu,
}


def expect_layers(parameters: list[Tensor], widths: list[int]) -> None:
    layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
    expected = sorted(forms([p for layer in layers for p in layer.parameters()]))
    expect_equal(
        sorted(forms(parameters)),
        expected,
        "The network does not hold the parameters of the Linear layers.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": [],
            "the layers have no bias": lambda got: 2 * len(got) == len(expected),
            "one hidden width is left out": lambda got: len(got) < len(expected),
        },
    )


def mlp_reference(
    parameters: list[Tensor],
    widths: list[int],
    x: Tensor,
    activate: Callable[[Tensor], Tensor],
) -> Tensor:
    for width in widths[1:-1]:
        x = activate(layer_of(parameters, x, width))
    return layer_of(parameters, x, widths[-1])


@exercise("model_construction.build_mlp", weight=2)
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("depth", [1, 3])
def test_build_mlp_builds_what_the_config_describes(observe, rng, activation, depth):
    inner, *hidden, out = widths = rng.sample(range(4, 14), 2 + depth)
    fields = {
        "in_features": inner,
        "hidden": tuple(hidden),
        "out_features": out,
        "activation": activation,
    }
    x = 3 * torch.randn(6, inner)

    y, parameters = observe(
        build_and_run,
        fields,
        x,
        call=f"build_mlp(MLPConfig{tuple(fields.values())})(x)",
    )

    expect_layers(parameters, widths)
    activate = ACTIVATIONS[activation]
    expected = mlp_reference(parameters, widths, x, activate)
    others = {
        f"the activation is {name}, whatever the config says": mlp_reference(
            parameters, widths, x, other
        )
        for name, other in ACTIVATIONS.items()
        if name != activation
    }
    expect_close(
        y,
        expected,
        "The network does not compute what its config describes.",
        slips={
            "an activation follows the last layer too": activate(expected),
            "the activation is missing": mlp_reference(
                parameters, widths, x, lambda x: x
            ),
            **others,
        },
    )


@exercise("model_construction.build_mlp")
def test_build_mlp_without_hidden_layers_is_one_linear(observe, rng):
    inner, out = rng.sample(DISTINCT, 2)
    fields = {"in_features": inner, "hidden": (), "out_features": out}
    x = torch.randn(2, 3, inner)

    y, parameters = observe(
        build_and_run, fields, x, call=f"build_mlp(MLPConfig({inner}, (), {out}))(x)"
    )

    expect_layers(parameters, [inner, out])
    expected = layer_of(parameters, x, out)
    expect_close(
        y,
        expected,
        "Without hidden layers, the network is not one Linear layer.",
        slips={"an activation follows the last layer too": expected.relu()},
    )


@exercise("model_construction.build_mlp")
@pytest.mark.parametrize("field", ["in_features", "hidden", "out_features"])
def test_build_mlp_takes_a_width_of_one(observe, rng, field):
    inner, *hidden, out = rng.sample(DISTINCT, 4)
    fields = {"in_features": inner, "hidden": tuple(hidden), "out_features": out}
    fields[field] = (hidden[0], 1) if field == "hidden" else 1
    widths = [fields["in_features"], *fields["hidden"], fields["out_features"]]
    x = torch.randn(3, widths[0])

    y, parameters = observe(
        build_and_run,
        fields,
        x,
        call=f"build_mlp(MLPConfig{tuple(fields.values())})(x)",
        causes={r"ValueError": "a width is an int of at least 1: 1 is one"},
    )

    expect_layers(parameters, widths)
    expect_close(
        y,
        mlp_reference(parameters, widths, x, torch.relu),
        "A network with a width of 1 does not compute what its config describes.",
    )


@exercise("model_construction.build_mlp")
def test_build_mlp_keeps_its_config(observe, rng):
    inner, *hidden, out = widths = rng.sample(DISTINCT, 4)
    fields = {
        "in_features": inner,
        "hidden": tuple(hidden),
        "out_features": out,
        "activation": "tanh",
    }

    is_kept, first, second = observe(
        build_again, fields, call="net = build_mlp(config); build_mlp(net.config)"
    )

    expect_true(
        is_kept,
        "The network does not keep the config that it was built from.",
        expected="net.config == config",
        got="another config",
    )
    expect_layers(first, widths)
    expect_layers(second, widths)
    expect_true(
        not any((p == 5).any() for p in second),
        "Two networks of one config share parameters.",
        expected="parameters that stay as they are when the other network's change",
        got="some that change with them",
        cause="make the layers anew at every call",
    )


@exercise("model_construction.build_mlp")
def test_mlp_config_takes_relu_unless_told_otherwise(observe):
    activation = observe(default_activation, call="MLPConfig(3, (4,), 2).activation")

    expect_equal(activation, "relu", "The default activation is another one.")


@exercise("model_construction.build_mlp", weight=2)
@pytest.mark.parametrize("width", [0, -3, 2.5])
@pytest.mark.parametrize("field", ["in_features", "hidden", "out_features"])
def test_mlp_config_refuses_a_bad_width(observe, rng, field, width):
    fields = {"in_features": 3, "hidden": (4, 5, 6), "out_features": 2}
    at = rng.randrange(3)
    hidden = (*fields["hidden"][:at], width, *fields["hidden"][at + 1 :])
    fields[field] = hidden if field == "hidden" else width

    raised = observe.error(
        make_config, fields, call=f"MLPConfig with {field}={fields[field]}"
    )

    expect_error(
        raised,
        ValueError,
        "MLPConfig does not refuse a bad width with the name of its field.",
        mentions=field,
        cause="check in __post_init__ that each width is an int, and at least 1",
    )


@exercise("model_construction.build_mlp", weight=2)
@pytest.mark.parametrize("activation", ["swish", "ReLU", ""])
def test_mlp_config_refuses_an_unknown_activation(observe, activation):
    fields = {
        "in_features": 3,
        "hidden": (4,),
        "out_features": 2,
        "activation": activation,
    }

    raised = observe.error(
        make_config, fields, call=f"MLPConfig(3, (4,), 2, {activation!r})"
    )

    expect_error(
        raised,
        ValueError,
        "MLPConfig does not refuse an unknown activation with the name of its field.",
        mentions="activation",
        cause="check in __post_init__ that the activation is a known one; "
        "falling back to another one hides the mistake",
    )


# lost_modules


class Holder(nn.Module):
    """A module with the attributes that it is given."""

    def __init__(self, **attributes: Any):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)


def find_lost(ex: Any, net: nn.Module) -> list[str]:
    return list(ex.lost_modules(net))


def look_again(ex: Any, net: nn.Module) -> tuple[bool, list[str], list[str], list[str]]:
    first = ex.lost_modules(net)
    again = list(ex.lost_modules(net))
    is_set = isinstance(first, (set, frozenset))
    return is_set, list(first), again, list(net.state_dict())


def layer() -> nn.Module:
    return nn.Linear(2, 2)


def expect_lost(
    got: list[str], expected: list[str], fault: str, slips: dict[str, Any]
) -> None:
    expect_equal(
        sorted(got),
        sorted(expected),
        fault,
        slips={
            **slips,
            "a path joins attribute, index and key by dots": (
                lambda got: any(c in path for path in got for c in "[]'\"/")
            ),
        },
    )


@exercise("model_construction.lost_modules")
@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_lost_modules_finds_them_in_a_container(observe, rng, kind):
    n = rng.randrange(2, 5)
    name = rng.choice(["blocks", "table", "stages"])
    keys = rng.sample(["key", "query", "value", "0", "x_y"], n)
    modules = [layer() for _ in range(n)]
    container: Any = {
        "list": modules,
        "tuple": tuple(modules),
        "dict": dict(zip(keys, modules, strict=True)),
    }[kind]
    net = Holder(head=layer(), size=3, **{name: container})

    got = observe(find_lost, net, call=f"lost_modules(net) with a {kind} of {n} Linear")

    parts = keys if kind == "dict" else range(n)
    expect_lost(
        got,
        [f"{name}.{part}" for part in parts],
        f"lost_modules does not find the modules in a {kind}.",
        {f"a plain {kind} hides modules too": []},
    )


@exercise("model_construction.lost_modules", weight=2)
def test_lost_modules_finds_them_at_any_depth(observe, rng):
    depth = rng.randrange(3, 7)
    deep: Any = layer()
    for _ in range(depth):
        deep = [deep]
    net = Holder(
        blocks=[layer(), [layer(), (layer(), {"key": [layer()]})]],
        table={"key": [None, layer()], 7: {"a": {"b": layer()}}},
        deep=deep,
    )

    got = observe(
        find_lost, net, call="lost_modules(net) with containers in containers"
    )

    outer = ["blocks.0"]
    expect_lost(
        got,
        [
            *outer,
            "blocks.1.0",
            "blocks.1.1.0",
            "blocks.1.1.1.key.0",
            "table.key.1",
            "table.7.a.b",
            "deep" + depth * ".0",
        ],
        "lost_modules does not find the modules in containers within containers.",
        {"only the outermost containers are searched": outer},
    )


@exercise("model_construction.lost_modules")
def test_lost_modules_searches_every_registered_module(observe, rng):
    i = rng.randrange(1, 4)
    stages = [nn.Sequential(Holder(paths=(layer(),))) for _ in range(i)]
    net = Holder(
        own=[layer()],
        encoder=Holder(inner=Holder(blocks=[layer(), layer()])),
        stages=nn.ModuleList(stages),
        named=nn.ModuleDict({"a": Holder(table={"key": layer()})}),
    )

    got = observe(
        find_lost, net, call="lost_modules(net) with containers in its submodules"
    )

    own = ["own.0"]
    expect_lost(
        got,
        [
            *own,
            "encoder.inner.blocks.0",
            "encoder.inner.blocks.1",
            *(f"stages.{k}.0.paths.0" for k in range(i)),
            "named.a.table.key",
        ],
        "lost_modules does not search every registered module.",
        {
            "only the attributes of net itself are searched": own,
            "the path begins with the name of the module, as in named_modules()": (
                lambda got: "blocks.0" in got or "paths.0" in got
            ),
        },
    )


@exercise("model_construction.lost_modules", weight=2)
def test_lost_modules_leaves_out_what_is_registered(observe, rng):
    shared, inner = layer(), layer()
    net = Holder(
        order=[shared, inner],  # before they are registered
        shared=shared,
        encoder=Holder(inner=inner),
        table={"key": (inner, shared)},
        chain=nn.Sequential(layer(), nn.ModuleList([layer()])),
        named=nn.ModuleDict({"a": layer()}),
        words=["relu", ("tanh", 3.5)],
        sizes={"relu": (4, rng.randrange(9)), "weights": torch.ones(2)},
        norm=nn.BatchNorm1d(3),
    )

    got = observe(find_lost, net, call="lost_modules(net) with registered modules only")

    expect_lost(
        got,
        [],
        "lost_modules lists modules that are registered.",
        {
            "a module in a list is not lost if net.modules() reaches it too": (
                lambda got: any(path.startswith(("order.", "table.")) for path in got)
            ),
            "what nn.Module itself holds, in _modules, is registered": (
                lambda got: any("_modules" in path for path in got)
            ),
        },
    )


@exercise("model_construction.lost_modules")
def test_lost_modules_searches_lost_modules_too(observe, rng):
    n = rng.randrange(1, 4)
    lost = Holder(
        head=nn.Sequential(layer(), layer()),
        table={"key": layer()},
        inner=Holder(more=[Holder(last=(layer(),))]),
    )
    net = Holder(blocks=[*(layer() for _ in range(n)), lost])

    got = observe(
        find_lost, net, call="lost_modules(net) with containers in a lost module"
    )

    outer = [f"blocks.{i}" for i in range(n + 1)]
    expect_lost(
        got,
        [
            *outer,
            f"blocks.{n}.table.key",
            f"blocks.{n}.inner.more.0",
            f"blocks.{n}.inner.more.0.last.0",
        ],
        "lost_modules does not search the lost modules themselves.",
        {
            "a lost module hides modules in containers of its own": outer,
            "registered submodules of a lost module come back with it": (
                lambda got: any(".head" in path for path in got)
            ),
            "registered submodules of a lost module have containers too": (
                [*outer, f"blocks.{n}.table.key"]
            ),
        },
    )


@exercise("model_construction.lost_modules")
def test_lost_modules_ends_on_circles(observe):
    net, one, two = Holder(), Holder(), Holder()
    ring: list[Any] = [one]
    ring.append(ring)
    one.peers = {"two": two, "ring": ring}
    two.peers = [one, net]
    net.ring = ring

    got = observe(
        find_lost, net, call="lost_modules(net) with containers that hold each other"
    )

    expect_lost(
        got,
        ["ring.0", "ring.0.peers.two"],
        "lost_modules does not list each module of a circle once.",
        {
            "net itself is registered": lambda got: len(got) == 3,
            "one module has several paths, and only one of them counts": (
                lambda got: len(got) > 3
            ),
        },
    )


@exercise("model_construction.lost_modules")
def test_lost_modules_lists_each_module_once_and_changes_nothing(observe):
    twice = layer()
    net = Holder(head=layer(), first=[twice], second={"key": (twice,)})

    is_set, got, again, names = observe(
        look_again, net, call="lost_modules(net), twice; net.state_dict()"
    )

    expect_true(
        is_set,
        "lost_modules does not return a set.",
        expected="a set of texts",
        got="something else",
    )
    expect_true(
        got in (["first.0"], ["second.key.0"]),
        "lost_modules does not list a module in two containers once.",
        expected="{'first.0'} or {'second.key.0'}",
        got=str(got),
        cause="remember each module that is met, by its id" if len(got) > 1 else None,
    )
    expect_equal(
        names, ["head.weight", "head.bias"], "lost_modules changes the network."
    )
    expect_equal(again, got, "lost_modules finds something else the second time.")


# shape_trace


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
    """A network that raises when its first half has run."""

    def __init__(self, d: int):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d, d), nn.Tanh())
        self.rest = nn.Linear(d, d)

    def forward(self, x: Tensor) -> Tensor:
        raise LookupError(f"after {self.net(x).shape}, before the rest")


Trace = list[tuple[str, tuple[int, ...]]]


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


def trace_failing(ex: Any, net: nn.Module, x: Tensor) -> tuple[bool, int]:
    try:
        ex.shape_trace(net, x)
    except LookupError:
        return True, count_hooks(net)
    return False, count_hooks(net)


def count_hooks(net: nn.Module) -> int:
    hooks = [nn.modules.module._global_forward_hooks]
    hooks += [nn.modules.module._global_forward_pre_hooks]
    for module in net.modules():
        hooks += [module._forward_hooks, module._forward_pre_hooks]
    return sum(map(len, hooks))


def names_of(trace: Trace) -> list[str]:
    return [name for name, _ in trace]


@exercise("model_construction.shape_trace", weight=2)
def test_trace_lists_the_leaves_in_the_order_of_execution(observe, rng):
    inner, hidden, out, batch = rng.sample(DISTINCT, 4)
    net = Backwards([inner, hidden, out])

    got = observe(
        trace,
        net,
        torch.randn(batch, inner),
        call=f"shape_trace(net, x) with x ({batch}, {inner}): first runs, then last",
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


@exercise("model_construction.shape_trace")
def test_trace_lists_a_leaf_each_time_that_it_runs(observe, rng):
    d, batch = rng.sample(DISTINCT, 2)
    times = rng.randrange(2, 5)
    net = Loop(d, times)

    got = observe(
        trace,
        net,
        torch.randn(batch, d),
        call=f"shape_trace(net, x), where one Linear runs {times + 1} times",
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


@exercise("model_construction.shape_trace")
def test_trace_of_a_single_leaf_has_an_empty_name(observe, rng):
    inner, out, batch = rng.sample(DISTINCT, 3)

    got = observe(
        trace,
        nn.Linear(inner, out),
        torch.randn(batch, inner),
        call=f"shape_trace(nn.Linear({inner}, {out}), x)",
    )

    expect_equal(
        got,
        [("", (batch, out))],
        "shape_trace does not list a network that is a leaf itself.",
        slips={"net.forward(x) passes by the hooks of net itself: call net(x)": []},
    )


@exercise("model_construction.shape_trace", weight=2)
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


@exercise("model_construction.shape_trace")
def test_trace_removes_its_hooks_even_if_the_network_raises(observe, rng):
    d = rng.choice(DISTINCT)

    is_raised, count = observe(
        trace_failing,
        Failing(d),
        torch.randn(2, d),
        call="shape_trace(net, x), where net raises LookupError half-way",
    )

    expect_equal(
        count,
        0,
        "shape_trace leaves hooks behind when the network raises.",
        slips={"remove the hooks in a finally clause": lambda count: count > 0},
    )
    expect_true(
        is_raised,
        "shape_trace swallows the exception of the network.",
        expected="LookupError",
        got="no exception",
        cause="finally lets the exception pass, except does not",
    )


# MiniModule


def node_class(ex: Any) -> type:
    class Node(ex.MiniModule):
        """Takes its attributes in the order given; forward adds its arguments."""

        # no annotations: cloudpickle does not send names that only they mention
        def __init__(self, **attributes):
            super().__init__()
            for name, value in attributes.items():
                setattr(self, name, value)

        def forward(self, *args):
            return sum(args)

    return Node


def parameters_of_tree(ex: Any, tensors: list[Tensor]) -> list[tuple[str, Tensor]]:
    node = node_class(ex)
    a, b, c, d, e, f = tensors
    inner = node(weight=a, scale=b)
    blocks = [node(weight=c), node(inner=node(weight=d))]
    net = node(inner=inner, blocks=blocks, own=e, tables=[f])
    return list(net.named_parameters())


def parameters_of_shared(
    ex: Any, tensors: list[Tensor]
) -> tuple[list[tuple[str, Tensor]], dict[str, Tensor]]:
    node = node_class(ex)
    a, b = tensors
    twice = node(weight=a)
    net = node(first=twice, own=b, second=twice, blocks=[node(tied=b), twice])
    return list(net.named_parameters()), net.state_dict()


def names_after_append(ex: Any, tensors: list[Tensor]) -> list[list[str]]:
    node = node_class(ex)
    net = node(blocks=[])
    names = []
    for tensor in tensors:
        net.blocks.append(node(weight=tensor))
        names.append([name for name, _ in net.named_parameters()])
    return names


def names_of_mixture(ex: Any, tensors: list[Tensor]) -> list[list[str]]:
    node = node_class(ex)
    a, b = tensors
    net = node(a=a, constant=a.detach(), text="a", table={"b": b}, nothing=None)
    before = [name for name, _ in net.named_parameters()]
    net.seen = 2 * a
    during = [name for name, _ in net.named_parameters()]
    net.a = None
    net.b = b
    return [before, during, [name for name, _ in net.named_parameters()]]


def tags_of_children(ex: Any) -> list[int]:
    node = node_class(ex)
    first = node(tag=1, inner=node(tag=9), more=[node(tag=8)])
    net = node(first=first, blocks=[node(tag=2), first, 5], last=node(tag=3))
    return [child.tag for child in net.children()]


def modes_of_tree(ex: Any) -> tuple[list[list[bool]], bool]:
    node = node_class(ex)
    leaf, inner = node(), node()
    inner.leaf = leaf
    net = node(blocks=[inner], other=node())
    tree = [net, inner, leaf, net.other]
    modes = [[module.training for module in tree]]
    is_self = True
    for switch in (net.eval, net.train, lambda: net.train(False)):
        is_self = switch() is net and is_self
        modes.append([module.training for module in tree])
    inner.train()
    modes.append([module.training for module in tree])
    return modes, is_self


def call_with_hooks(
    ex: Any, args: list[float]
) -> tuple[list[float], list[tuple[str, bool, list[float], float]]]:
    node = node_class(ex)
    net, other = node(), node()
    notes: list[tuple[str, bool, list[float], float]] = []

    def note(module: Any, args: Any, output: float) -> None:
        notes.append(("note", module is net, list(args), output))

    def double(module: Any, args: Any, output: float) -> float:
        notes.append(("double", module is net, list(args), output))
        return 2 * output

    outputs = [net(*args)]
    net.register_forward_hook(note)
    remove_first = net.register_forward_hook(double)
    net.register_forward_hook(double)
    outputs += [net(*args), other(*args)]
    remove_first()
    outputs.append(net(*args))
    return outputs, notes


def replace_output(ex: Any, by: list[float]) -> list[float]:
    net = node_class(ex)()
    outputs = []
    for value in by:
        remove = net.register_forward_hook(lambda *_, value=value: value)
        outputs.append(net(1.0, 2.0))
        remove()
    return outputs


def change_parameters(
    ex: Any, tensors: list[Tensor]
) -> tuple[list[bool], tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    node = node_class(ex)
    a, b = tensors
    net = node(weight=a, blocks=[node(weight=b)])
    needs_gradient = [t.requires_grad for t in net.state_dict().values()]
    with torch.no_grad():
        for _, parameter in net.named_parameters():
            parameter.add_(1)
        between = a.clone(), b.clone()
        for tensor in net.state_dict().values():
            tensor.mul_(2)
    return needs_gradient, between, (a, b)


def is_made_of_torch(ex: Any) -> bool:
    node_class(ex)()
    return issubclass(ex.MiniModule, nn.Module)


def leaves(rng: Any, n: int) -> list[Tensor]:
    """Return parameters of different sizes."""
    return [torch.randn(k, requires_grad=True) for k in rng.sample(DISTINCT, n)]


@exercise("model_construction.MiniModule", weight=2)
def test_mini_names_the_parameters_of_the_whole_tree(observe, rng):
    tensors = leaves(rng, 6)

    got = observe(
        parameters_of_tree,
        tensors,
        call="named_parameters() of inner, blocks (a list), own, tables (a list)",
    )

    a, b, c, d, e, f = tensors
    expected = {
        "own": e,
        "tables.0": f,
        "inner.weight": a,
        "inner.scale": b,
        "blocks.0.weight": c,
        "blocks.1.inner.weight": d,
    }
    expect_equal(
        got,
        list(expected.items()),
        "named_parameters does not name every parameter, own ones first.",
        slips={
            "the entries of a list count too": (
                lambda got: (
                    not any("blocks" in n or "tables" in n for n in names_of(got))
                )
            ),
            "parameters in a list count too": (
                lambda got: "tables.0" not in names_of(got) and len(got) == 5
            ),
            "the names of children go in front, joined by dots": (
                lambda got: "weight" in names_of(got)
            ),
            "children of children have parameters too": (
                lambda got: "blocks.1.inner.weight" not in names_of(got)
            ),
            "a module's own parameters come before its children's": (
                lambda got: sorted(names_of(got)) == sorted(expected)
            ),
        },
    )


@exercise("model_construction.MiniModule")
def test_mini_counts_a_shared_parameter_once_but_saves_every_name(observe, rng):
    a, b = tensors = leaves(rng, 2)

    pairs, state = observe(
        parameters_of_shared,
        tensors,
        call="named_parameters() and state_dict() of a net that shares parameters",
    )

    expect_equal(
        pairs,
        [("own", b), ("first.weight", a)],
        "named_parameters does not yield a shared parameter just once.",
        slips={
            "one tensor under several names is one parameter: remember its id": (
                lambda got: len(got) > 2
            )
        },
    )
    expect_equal(
        state,
        {
            "own": b,
            "first.weight": a,
            "second.weight": a,
            "blocks.0.tied": b,
            "blocks.1.weight": a,
        },
        "state_dict does not hold a shared parameter under every name.",
        slips={"named_parameters leaves out repeats": {"own": b, "first.weight": a}},
    )


@exercise("model_construction.MiniModule")
def test_mini_looks_into_a_list_when_it_is_asked(observe, rng):
    n = rng.randrange(2, 5)

    names = observe(
        names_after_append,
        leaves(rng, n),
        call="self.blocks = []; self.blocks.append(…); named_parameters()",
    )

    expect_equal(
        names,
        [[f"blocks.{i}.weight" for i in range(k + 1)] for k in range(n)],
        "named_parameters does not list what a list holds at the moment.",
        slips={
            "the list is read when it is assigned, before it is filled": [[]] * n,
        },
    )


@exercise("model_construction.MiniModule")
def test_mini_takes_only_leaves_that_require_a_gradient(observe, rng):
    names = observe(
        names_of_mixture,
        leaves(rng, 2),
        call="a = leaf, constant = no gradient; seen = 2 * a; a = None, b = leaf",
    )

    expect_equal(
        names,
        [["a"], ["a"], ["b"]],
        "named_parameters does not list just the leaf tensors that require a gradient.",
        slips={
            "a tensor that requires no gradient is no parameter": (
                lambda names: any("constant" in part for part in names)
            ),
            "a result such as 2 * a is no parameter: it is no leaf": (
                lambda names: any("seen" in part for part in names)
            ),
            "a name that gets another value is no longer a parameter": (
                lambda names: "a" in names[2]
            ),
        },
    )


@exercise("model_construction.MiniModule")
def test_mini_yields_its_direct_children_once(observe):
    tags = observe(
        tags_of_children, call="children() of first, blocks = [node, first, 5], last"
    )

    expect_equal(
        tags,
        [1, 2, 3],
        "children does not yield the direct children, each once.",
        slips={
            "the entries of a list count too": [1, 3],
            "a child that is listed twice is one child": [1, 2, 1, 3],
            "children of children are not direct children": (
                lambda tags: 9 in tags or 8 in tags
            ),
        },
    )


@exercise("model_construction.MiniModule")
def test_mini_switches_the_mode_of_the_whole_tree(observe):
    modes, is_self = observe(
        modes_of_tree,
        call="at first, eval(), train(), train(False), train() on a child only",
    )

    on, off = [True] * 4, [False] * 4
    expect_equal(
        modes,
        [on, off, on, off, [False, True, True, False]],
        "train and eval do not switch the module and everything below it.",
        slips={
            "every module below is switched too, also those in lists": (
                lambda modes: len(modes) == 5 and modes[1][0] is False
            ),
        },
    )
    expect_true(
        is_self,
        "train and eval do not return the module.",
        expected="the module itself",
        got="something else",
    )


@exercise("model_construction.MiniModule", weight=2)
def test_mini_shows_each_call_to_its_hooks(observe, rng):
    args = [float(rng.randrange(1, 9)) for _ in range(rng.randrange(2, 5))]

    outputs, notes = observe(
        call_with_hooks,
        args,
        call="net(*args) with the hooks note, double, double; one is removed, again",
    )

    y = float(sum(args))
    expect_equal(
        notes,
        [
            ("note", True, args, y),
            ("double", True, args, y),
            ("double", True, args, 2 * y),
            ("note", True, args, y),
            ("double", True, args, y),
        ],
        "The hooks do not see each call of their own module.",
        slips={
            "a dict or list of hooks on the class belongs to every module": (
                lambda notes: any(not own for _, own, _, _ in notes)
            ),
            "the result of a hook is not used": lambda _: outputs == [y] * 4,
            "what a hook returns goes to the hooks behind it": (
                lambda notes: len(notes) == 5 and notes[2][3] == y
            ),
            "a removed hook is not called, the others still are": (
                lambda notes: len(notes) != 5 and all(own for _, own, _, _ in notes)
            ),
        },
    )
    expect_equal(
        outputs,
        [y, 4 * y, y, 2 * y],
        "A call does not return the output as the hooks leave it.",
        slips={"the result of a hook is not used": [y, y, y, y]},
    )


@exercise("model_construction.MiniModule")
def test_mini_lets_a_hook_replace_the_output(observe):
    outputs = observe(
        replace_output,
        [5.0, 0.0],
        call="net(1.0, 2.0) with a hook that returns 5.0, then with one for 0.0",
    )

    expect_equal(
        outputs,
        [5.0, 0.0],
        "What a hook returns does not replace the output.",
        slips={
            "0.0 counts as false: compare with None": [5.0, 3.0],
            "the result of a hook is not used": [3.0, 3.0],
        },
    )


@exercise("model_construction.MiniModule")
def test_mini_hands_out_the_parameters_themselves(observe, rng):
    tensors = leaves(rng, 2)

    needs_gradient, between, after = observe(
        change_parameters,
        tensors,
        call="add 1 to each of named_parameters(), then double each of state_dict()",
    )

    for tensor, got, final in zip(tensors, between, after, strict=True):
        start = tensor.detach()
        expect_close(
            got,
            start + 1,
            "named_parameters does not yield the parameters themselves.",
            slips={"copies do not reach the network": start},
        )
        expect_close(
            final,
            2 * (start + 1),
            "The tensors of state_dict do not share the parameters' memory.",
            slips={"detach() shares memory, clone() does not": start + 1},
        )
    expect_equal(
        needs_gradient,
        [False, False],
        "The tensors of state_dict require a gradient.",
        slips={"detach() them": [True, True]},
    )


@exercise("model_construction.MiniModule")
def test_mini_does_without_torch_nn(observe):
    uses_torch = observe(is_made_of_torch, call="issubclass(MiniModule, nn.Module)")

    expect_equal(uses_torch, False, "MiniModule is made of nn.Module.")
