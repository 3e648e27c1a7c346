"""Layers and modules: values, registration, and the edges of each definition."""

from collections.abc import Callable
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


@exercise("model_construction.FixedHiddenMLP", weight=2)
@pytest.mark.parametrize("scale", [0.002, 2.0], ids=["no_halving", "halving"])
def test_fixed_mlp_computes_its_formula(observe, rng, scale):
    d = rng.choice(DISTINCT)
    state, x = fixed_state(d, scale), torch.randn(16, d)

    y, _ = observe(run_fixed, state, x, call=f"FixedHiddenMLP({d})(x) with x (16, {d})")

    unhalved = fixed_reference(state, x, torch.relu)
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
