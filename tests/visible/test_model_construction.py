"""Layers and modules: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
    expect_unchanged,
    say,
)

exercise = pytest.mark.exercise


def apply_mlp(ex: Any, x: Tensor) -> tuple[list[Tensor], Tensor, int]:
    """Return the parameters, the result, and how many parameters get a gradient."""
    net = ex.MLP(4, 8, 2)
    parameters = list(net.parameters())
    y = net(x)
    y.sum().backward()
    return parameters, y, sum(p.grad is not None for p in net.parameters())


@exercise("model_construction.MLP")
def test_mlp_has_two_layers_with_a_relu_between(observe):
    x = torch.randn(5, 3, 4)

    parameters, y, learning = observe(
        apply_mlp, x, call="MLP(4, 8, 2)(x) with x (5, 3, 4)"
    )

    by_shape = {tuple(p.shape): p for p in parameters}
    expect_equal(
        sorted(by_shape),
        [(2,), (2, 8), (8,), (8, 4)],
        "MLP does not hold the parameters of two Linear layers.",
        slips={"make the layers in __init__, and assign them to self": []},
    )
    hidden = x @ by_shape[8, 4].T + by_shape[8,]
    expect_close(
        y,
        hidden.relu() @ by_shape[2, 8].T + by_shape[2,],
        "MLP does not compute out(relu(hidden(x))).",
        slips={
            "the ReLU is missing": hidden @ by_shape[2, 8].T + by_shape[2,],
            "no ReLU follows the last layer": lambda y: bool((y >= 0).all()),
        },
    )
    expect_equal(learning, 4, "Not all four parameters get a gradient.")


def run_twice(ex: Any, layers: list[nn.Module], x: Tensor) -> tuple[Tensor, Tensor]:
    net = ex.MySequential(*layers)
    return net(x), net(x)


def names_in_state(ex: Any, layers: list[nn.Module]) -> list[str]:
    return list(ex.MySequential(*layers).state_dict())


@exercise("model_construction.MySequential")
def test_sequential_runs_its_modules_in_the_order_given(observe):
    layer, other, x = nn.Linear(4, 4), nn.Tanh(), torch.randn(5, 4)
    layers = [layer, other, layer] * 4

    for y in observe(run_twice, layers, x, call="MySequential(*layers)(x), twice"):
        expect_close(
            y,
            nn.Sequential(*layers)(x),
            "MySequential does not run its modules in the order given.",
            slips={
                "one module alone runs; return stands after the loop": layer(x),
                "children() leaves out a module that is listed again": other(layer(x)),
            },
        )


@exercise("model_construction.MySequential")
def test_sequential_without_modules_is_the_identity(observe):
    x = torch.randn(5, 4)

    for y in observe(run_twice, [], x, call="MySequential()(x), twice"):
        expect_close(y, x, "Without modules, MySequential is not the identity.")


@exercise("model_construction.MySequential")
def test_sequential_names_its_modules_like_nn_sequential(observe):
    first, last = nn.Linear(4, 3), nn.Linear(3, 3)

    names = observe(
        names_in_state,
        [first, nn.Tanh(), last, last],
        call="MySequential(first, Tanh(), last, last).state_dict()",
    )

    expect_equal(
        names,
        ["0.weight", "0.bias", "2.weight", "2.bias", "3.weight", "3.bias"],
        "The names in the state dict are not those of nn.Sequential.",
        slips={"modules kept in a plain list are invisible to nn.Module": []},
    )


def run_fixed(ex: Any, x: Tensor) -> tuple[Tensor, Tensor, list[str]]:
    """Return the result, x, and the names of what gets a gradient."""
    net = ex.FixedHiddenMLP(2)
    net.load_state_dict(
        {
            "weight": torch.tensor([[1.0, 2.0], [0.0, 1.0]]),
            "linear.weight": torch.tensor([[1.0, 0.0], [0.0, -1.0]]),
            "linear.bias": torch.zeros(2),
        }
    )
    y = net(x)
    y.backward()
    return y, x, sorted(n for n, p in net.named_parameters() if p.grad is not None)


@exercise("model_construction.FixedHiddenMLP")
def test_fixed_mlp_computes_its_formula(observe):
    x = torch.tensor([[1.0, 4.0], [1.0, -9.0]])

    y, after, learning = observe(
        run_fixed,
        x,
        call="FixedHiddenMLP(2)([[1, 4], [1, -9]])",
        causes={
            "does not require grad": "detach() cuts the result off from linear",
            "in-?place": "x /= 2 changes the caller's tensor",
        },
    )

    # linear: [1, -4], [1, 9]; @ weight + 1: [2, -1], [2, 12]; relu: [2, 0], [2, 12];
    # linear: [2, 0], [2, -12]; absolute values sum to 16: four halvings; sum: -8 / 16
    expect_close(
        y,
        torch.tensor(-0.5),
        "FixedHiddenMLP does not compute its formula.",
        slips={
            "the sum of the absolute values decides, and it is 16": torch.tensor(-8.0),
            "one halving is not enough": torch.tensor(-4.0),
            "the sum of the absolute values decides, not that of the sum": (
                torch.tensor(-1.0)
            ),
            "1 does not exceed 1": torch.tensor(-0.25),
        },
    )
    expect_equal(after, x, "FixedHiddenMLP changes the caller's tensor.")
    expect_equal(
        learning,
        ["linear.bias", "linear.weight"],
        "Not exactly the layer linear is trained.",
        slips={"a buffer is not trained, an nn.Parameter is": lambda n: "weight" in n},
    )


@exercise("model_construction.FixedHiddenMLP")
@pytest.mark.parametrize("bad", [torch.inf, torch.nan])
def test_fixed_mlp_refuses_what_is_not_finite(observe, bad):
    raised = observe.error(
        run_fixed, torch.tensor([[0.0, bad]]), call=say("net([[0, {bad}]])", bad=bad)
    )

    expect_error(raised, ValueError, "FixedHiddenMLP takes what is not finite.")


def run_parallel(
    ex: Any, nets: list[nn.Module], x: Tensor
) -> tuple[Tensor, list[bool]]:
    """Return the result, and which of the networks are submodules."""
    block = ex.ParallelBlock(*nets)
    return block(x), [any(net is m for m in block.modules()) for net in nets]


@exercise("model_construction.ParallelBlock")
def test_parallel_joins_two_submodules_on_the_last_dimension(observe):
    one, two = nn.Linear(4, 3), nn.Linear(4, 2)
    x = torch.randn(6, 1, 4)

    y, registered = observe(
        run_parallel,
        [one, two],
        x,
        call="ParallelBlock(Linear(4, 3), Linear(4, 2))(x) with x (6, 1, 4)",
        causes={"except in dimension": "the last dimension is dim=-1"},
    )

    expect_close(
        y,
        torch.cat([one(x), two(x)], dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
    )
    expect_equal(
        registered,
        [True, True],
        "The two networks are not submodules of the block.",
        slips={"a plain list, a tuple or a copy does not register": [False, False]},
    )


def run_chain(ex: Any, n: int, x: Tensor) -> tuple[bool, int, int, Tensor, Tensor]:
    """Return if it is a module, calls, parameters, the result, the one expected."""
    blocks: list[nn.Module] = []

    def make_block() -> nn.Module:
        blocks.append(nn.Linear(4, 4))
        return blocks[-1]

    net = ex.chain(make_block, n)
    is_module, calls = isinstance(net, nn.Module), len(blocks)
    count = len(list(net.parameters())) if is_module else 0
    return is_module, calls, count, net(x), nn.Sequential(*blocks)(x)


@exercise("model_construction.chain")
@pytest.mark.parametrize("n", [3, 0])
def test_chain_is_a_module_of_independent_blocks(observe, n):
    is_module, calls, count, y, expected = observe(
        run_chain,
        n,
        torch.randn(2, 4),
        call=say("chain(lambda: nn.Linear(4, 4), {n})(x)", n=n),
        causes={"ModuleList": "nn.ModuleList only holds; nn.Sequential also runs"},
    )

    expect_true(
        is_module,
        "chain does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
    )
    expect_equal(calls, n, "chain does not call make_block once for each block.")
    expect_equal(count, 2 * n, "The blocks do not have parameters of their own.")
    expect_close(y, expected, "chain does not run its blocks one after the other.")


def run_residual(ex: Any, block: nn.Module, x: Tensor) -> tuple[Tensor, Tensor, int]:
    """Return the result, x, and how many parameters there are."""
    net = ex.Residual(block, 4, 4)
    y = net(x)
    y.sum().backward()
    return y, x, len(list(net.parameters()))


def shapes_in_residual(ex: Any) -> tuple[list[int], list[tuple[int, ...]]]:
    net = ex.Residual(nn.Linear(4, 3), 4, 3)
    shape = list(net(torch.ones(6, 4)).shape)
    return shape, sorted(tuple(p.shape) for p in net.parameters())


@exercise("model_construction.Residual")
def test_residual_adds_the_input_to_the_output_of_its_block(observe):
    block = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
    x = torch.randn(6, 4)

    y, after, count = observe(
        run_residual,
        block,
        x,
        call="Residual(Sequential(Linear(4, 4), Tanh()), 4, 4)(x), then backward",
        causes={
            "in-?place": "a sum in place, such as +=, works on a tensor that somebody "
            "else holds"
        },
    )

    expect_close(y, block(x) + x, "Residual does not compute block(x) + x.")
    expect_unchanged(after, x, "Residual changes the caller's tensor.")
    expect_equal(count, 2, "Residual adds a layer where the widths are equal.")


@exercise("model_construction.Residual")
def test_residual_adapts_the_width_by_a_layer_without_bias(observe):
    shape, shapes = observe(shapes_in_residual, call="Residual(Linear(4, 3), 4, 3)")

    expect_equal(shape, [6, 3], "Residual does not give out_features.")
    expect_equal(
        shapes,
        [(3,), (3, 4), (3, 4)],
        "Residual does not hold its block and one layer without bias.",
    )


def build_tanh(ex: Any, x: Tensor) -> tuple[Tensor, list[Tensor], bool]:
    config = ex.MLPConfig(4, (8,), 2, activation="tanh")
    net = ex.build_mlp(config)
    return net(x), list(net.parameters()), bool(net.config == config)


def make_config(ex: Any, activation: str) -> bool:
    ex.MLPConfig(4, (8,), 2, activation=activation)
    return True


@exercise("model_construction.build_mlp")
def test_build_mlp_builds_what_the_config_describes(observe):
    x = torch.randn(5, 4)

    y, parameters, is_kept = observe(
        build_tanh, x, call="build_mlp(MLPConfig(4, (8,), 2, activation='tanh'))(x)"
    )

    by_shape = {tuple(p.shape): p for p in parameters}
    expect_equal(
        sorted(by_shape),
        [(2,), (2, 8), (8,), (8, 4)],
        "The network does not hold the parameters of two Linear layers.",
    )
    hidden = x @ by_shape[8, 4].T + by_shape[8,]
    out, by_relu = (
        f(hidden) @ by_shape[2, 8].T + by_shape[2,] for f in (torch.tanh, torch.relu)
    )
    expect_close(
        y,
        out,
        "The network does not compute out(tanh(hidden(x))).",
        slips={
            "an activation follows the last layer too": out.tanh(),
            "the activation is relu, whatever the config says": by_relu,
        },
    )
    expect_equal(is_kept, True, "The network does not keep its config.")


@exercise("model_construction.build_mlp")
def test_mlp_config_refuses_an_unknown_activation(observe):
    raised = observe.error(
        make_config, "swish", call="MLPConfig(4, (8,), 2, activation='swish')"
    )

    expect_error(
        raised,
        ValueError,
        "MLPConfig takes an unknown activation.",
        mentions="activation",
    )


def find_lost(ex: Any) -> list[str]:
    net = nn.Module()
    net.head = nn.Linear(2, 1)
    net.blocks = [nn.Linear(2, 2), {"a": nn.Tanh()}, net.head]
    return sorted(ex.lost_modules(net))


@exercise("model_construction.lost_modules")
def test_lost_modules_finds_what_lists_and_dicts_hide(observe):
    got = observe(
        find_lost,
        call='lost_modules(net), net.blocks = [Linear, {"a": Tanh}, net.head]',
    )

    expect_equal(
        got,
        ["blocks.0", "blocks.1.a"],
        "lost_modules does not find just what is lost.",
        slips={
            "only the outermost containers are searched": ["blocks.0"],
            "net.head is registered, so it is not lost": (
                ["blocks.0", "blocks.1.a", "blocks.2"]
            ),
        },
    )


def trace(ex: Any, net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(shape)) for name, shape in ex.shape_trace(net, x)]


@exercise("model_construction.shape_trace")
def test_trace_lists_names_and_shapes_of_the_leaves(observe):
    tail = nn.Sequential(nn.Tanh(), nn.Flatten(0))
    net = nn.Sequential(nn.Linear(4, 3), tail)

    got = observe(
        trace,
        net,
        torch.zeros(2, 4),
        call="shape_trace(Sequential(Linear(4, 3), Sequential(Tanh, Flatten(0))), x)",
    )

    expect_equal(
        got,
        [("0", (2, 3)), ("1.0", (2, 3)), ("1.1", (6,))],
        "shape_trace does not list the leaves with the shapes of their outputs.",
    )


def use_mini_module(ex: Any) -> tuple[list[str], list[bool], float]:
    class Scale(ex.MiniModule):
        def __init__(self):
            super().__init__()
            self.factor = torch.ones(1, requires_grad=True)

        def forward(self, x: float) -> float:
            return 2 * x

    class Twice(ex.MiniModule):
        def __init__(self):
            super().__init__()
            self.steps = [Scale(), Scale()]

        def forward(self, x: float) -> float:
            for step in self.steps:
                x = step(x)
            return x

    net = Twice()
    names = [name for name, _ in net.named_parameters()]
    net.eval()
    modes = [net.training, *(step.training for step in net.steps)]
    net.register_forward_hook(lambda _, __, output: output + 1)
    return names, modes, net(3.0)


@exercise("model_construction.MiniModule")
def test_mini_module_registers_switches_and_calls(observe):
    names, modes, output = observe(
        use_mini_module, call="net.steps = [Scale(), Scale()], each doubles; a hook + 1"
    )

    expect_equal(
        names,
        ["steps.0.factor", "steps.1.factor"],
        "named_parameters does not name the parameters of the modules in a list.",
    )
    expect_equal(modes, [False] * 3, "eval does not switch the modules in a list.")
    expect_equal(output, 13.0, "A hook does not replace the output of a call.")
