"""Lazy initialization: shapes, order, and what must stay as it was."""

from collections import OrderedDict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from grader.observe import (
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
)

exercise = pytest.mark.exercise

DISTINCT = range(2, 12)  # sizes to draw from without repeats, so that no two agree

Shape = tuple[int, ...]
Build = Callable[..., nn.Module]


def is_placeholder(tensor: Tensor) -> bool:
    return isinstance(tensor, UninitializedParameter)


def shapes_of(net: nn.Module) -> dict[str, Shape | None]:
    """Return the shapes of all parameters, None for a placeholder."""
    return {
        name: None if is_placeholder(p) else tuple(p.shape)
        for name, p in net.named_parameters()
    }


def flags_of(net: nn.Module) -> dict[str, bool]:
    return {name: module.training for name, module in net.named_modules()}


def values_of(net: nn.Module) -> dict[str, Tensor]:
    """Return the values of all parameters and buffers that are no placeholders."""
    tensors = [*net.named_parameters(), *net.named_buffers()]
    return {name: t.detach().clone() for name, t in tensors if not is_placeholder(t)}


def is_same(a: Tensor, b: Tensor) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a, b)


def expect_same_values(
    after: dict[str, Tensor],
    before: dict[str, Tensor],
    fault: str,
    cause: str | None = None,
) -> None:
    """Expect the same names with bitwise the same tensors."""
    expect_equal(list(after), list(before), fault)
    changed = [name for name, old in before.items() if not is_same(old, after[name])]
    expect_true(
        not changed,
        fault,
        expected="the values from before",
        got=f"other values in {', '.join(changed)}",
        cause=cause,
    )


# lazy_mlp


def parameters_before_the_first_call(
    ex: Any, widths: list[int]
) -> tuple[bool, list[bool]]:
    net = ex.lazy_mlp(*widths)
    is_module = isinstance(net, nn.Module)
    parameters = net.parameters() if is_module else []
    return is_module, [is_placeholder(p) for p in parameters]


def run_lazy_mlp(ex: Any, widths: list[int], x: Tensor) -> tuple[Tensor, list[Tensor]]:
    net = ex.lazy_mlp(*widths)
    return net(x), list(net.parameters())


def widths_after_two_inputs(
    ex: Any, widths: list[int], xs: list[Tensor]
) -> list[list[Shape]]:
    nets = [ex.lazy_mlp(*widths) for _ in xs]
    for net, x in zip(nets, xs, strict=True):
        net(x)
    return [[tuple(p.shape) for p in net.parameters()] for net in nets]


def run_layers(
    parameters: list[Tensor], x: Tensor, widths: list[int], *, last_relu: bool = False
) -> Tensor | None:
    """Apply the layers of all widths; each weight is found by its shape."""
    for i, width in enumerate(widths):
        weights = [p for p in parameters if p.shape == (width, x.shape[-1])]
        biases = [p for p in parameters if p.shape == (width,)]
        if len(weights) != 1 or len(biases) != 1:
            return None
        x = nn.functional.linear(x, weights[0], biases[0])
        if last_relu or i < len(widths) - 1:
            x = x.relu()
    return x


def run_linear_layers(parameters: list[Tensor], x: Tensor, widths: list[int]) -> Tensor:
    for width in widths:
        x = run_layers(parameters, x, [width])
    return x


def shapes_for(widths: list[int], in_features: int) -> list[Shape]:
    """Return the parameters' shapes of an MLP, sorted."""
    inner = [in_features, *widths[:-1]]
    weights = list(zip(widths, inner, strict=True))
    return sorted([*weights, *((width,) for width in widths)])


@exercise("deferred_init.lazy_mlp", weight=2)
@pytest.mark.parametrize("n", [1, 3])
def test_lazy_mlp_starts_with_placeholders_only(observe, rng, n):
    widths = rng.sample(DISTINCT, n)

    is_module, placeholders = observe(
        parameters_before_the_first_call,
        widths,
        call=f"lazy_mlp({', '.join(map(str, widths))}).parameters()",
    )

    expect_true(
        is_module,
        "lazy_mlp does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
        cause="put the layers in an nn.Sequential",
    )
    expect_true(
        all(placeholders),
        "Parameters of lazy_mlp have a shape before the first call.",
        expected="placeholders only",
        got=f"{placeholders.count(False)} of {len(placeholders)} have a shape",
        cause="nn.Linear needs to know its input width; nn.LazyLinear does not",
    )
    expect_equal(
        len(placeholders),
        2 * n,
        "lazy_mlp does not have a weight and a bias for each width.",
        slips={
            "the first width is an output width, too: no input width is given": (
                2 * n - 2
            ),
            "modules kept in a plain list are invisible to nn.Module": 0,
        },
    )


@exercise("deferred_init.lazy_mlp", weight=2)
@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize("leading", [0, 2], ids=["vector", "two_dims"])
def test_lazy_mlp_computes_linear_layers_with_relu_between(observe, rng, n, leading):
    inner, *widths = rng.sample(DISTINCT, n + 1)
    x = torch.randn(*rng.sample(DISTINCT, leading), inner)

    y, parameters = observe(
        run_lazy_mlp,
        widths,
        x,
        call=f"lazy_mlp({', '.join(map(str, widths))})(x) with x {tuple(x.shape)}",
    )

    expect_equal(
        sorted(tuple(p.shape) for p in parameters),
        shapes_for(widths, inner),
        "The first input does not fix the shapes of lazy_mlp's parameters.",
    )
    expect_equal(
        {str(p.dtype) for p in parameters},
        {"torch.float32"},
        "The parameters of lazy_mlp are of another dtype than the input.",
    )
    expect_close(
        y,
        run_layers(parameters, x, widths),
        "lazy_mlp does not compute linear layers with a ReLU between them.",
        slips={
            "a ReLU after the last layer cuts off negative outputs": run_layers(
                parameters, x, widths, last_relu=True
            ),
            "the ReLU between the layers is missing": run_linear_layers(
                parameters, x, widths
            ),
        },
    )


@exercise("deferred_init.lazy_mlp")
def test_lazy_mlp_fits_each_network_to_its_own_input(observe, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    xs = [torch.randn(3, one), torch.randn(3, two)]

    call = (
        f"two networks lazy_mlp({widths[0]}, {widths[1]}), on inputs of width "
        f"{one} and {two}"
    )

    shapes = observe(
        widths_after_two_inputs,
        widths,
        xs,
        call=call,
        causes={
            "cannot be multiplied": "the second network has the shapes of the first: "
            "each call makes layers of its own"
        },
    )

    expect_equal(
        [sorted(each) for each in shapes],
        [shapes_for(widths, one), shapes_for(widths, two)],
        "Networks made by lazy_mlp do not each fit their own input.",
    )


# pending_parameters


class LazyGain(LazyModuleMixin, nn.Module):
    """A lazy module that torch does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = UninitializedParameter()
        self.empty = nn.Parameter(torch.empty(0))

    def initialize_parameters(self, x: Tensor) -> None:
        if is_placeholder(self.gain):
            self.gain.materialize((x.shape[-1],))
            nn.init.ones_(self.gain)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


def shape_given_to_the_first_only(widths: list[int]) -> nn.Module:
    first, second, third = widths
    return nn.Sequential(
        nn.Linear(first, second), nn.ReLU(), nn.LazyLinear(third), nn.LazyLinear(first)
    )


def one_branch_called(widths: list[int]) -> nn.Module:
    called = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    called(torch.zeros(1, widths[2]))
    waiting = nn.Sequential(nn.Flatten(), nn.Sequential(nn.LazyConv2d(widths[1], 3)))
    return nn.ModuleDict({"called": called, "waiting": waiting})


def batch_norm_with_buffers(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.BatchNorm1d(widths[0]), nn.LazyBatchNorm1d())


def one_layer_used_twice(widths: list[int]) -> nn.Module:
    layer = nn.LazyLinear(widths[0])
    return nn.Sequential(layer, nn.ReLU(), layer)


def a_lazy_class_of_its_own(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.Linear(widths[0], widths[1]), LazyGain())


def nothing_lazy(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.Linear(widths[0], widths[1]), nn.LayerNorm(widths[1]))


def pending_in(ex: Any, build: Build, widths: list[int]) -> list[str]:
    return ex.pending_parameters(build(widths))


def pending_before_and_after(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[str], dict[str, Shape | None], list[str]]:
    net = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    first = ex.pending_parameters(net)
    shapes = shapes_of(net)
    net(x)
    return first, shapes, ex.pending_parameters(net)


@exercise("deferred_init.pending_parameters", weight=2)
@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            shape_given_to_the_first_only,
            ["2.weight", "2.bias", "3.weight", "3.bias"],
        ),
        (one_branch_called, ["waiting.1.0.weight", "waiting.1.0.bias"]),
        (nothing_lazy, []),
    ],
    ids=["first_given", "one_branch_called", "nothing_lazy"],
)
def test_pending_lists_placeholders_in_order(observe, rng, build, expected):
    widths = rng.sample(DISTINCT, 3)

    call = f"pending_parameters of a network, {build.__name__.replace('_', ' ')}"

    names = observe(
        pending_in,
        build,
        widths,
        call=call,
        causes={"uninitialized parameter": "a placeholder has no shape to read"},
    )

    expect_equal(
        names,
        expected,
        "pending_parameters does not list the placeholders by name and in order.",
        slips={
            "these are all parameters, not only those without a shape": (
                lambda names: len(names) > len(expected)
            ),
            "a name holds the whole path of the module: net.named_parameters()": (
                lambda names: (
                    len(names) == len(expected)
                    and all(map(str.endswith, expected, names))
                )
            ),
            "modules inside of modules count, too: net.named_parameters()": (
                lambda names: set(names) < set(expected)
            ),
        },
    )


@exercise("deferred_init.pending_parameters")
def test_pending_leaves_out_buffers(observe, rng):
    names = observe(
        pending_in,
        batch_norm_with_buffers,
        rng.sample(DISTINCT, 3),
        call="pending_parameters(Sequential(BatchNorm1d(…), LazyBatchNorm1d()))",
    )

    expect_equal(
        names,
        ["1.weight", "1.bias"],
        "pending_parameters does not list parameters only.",
        slips={
            "the state dict has buffers, too, such as running_mean": (
                lambda names: "1.running_mean" in names
            )
        },
    )


@exercise("deferred_init.pending_parameters")
def test_pending_lists_a_shared_parameter_once(observe, rng):
    names = observe(
        pending_in,
        one_layer_used_twice,
        rng.sample(DISTINCT, 3),
        call="pending_parameters(Sequential(layer, ReLU(), layer)), layer a LazyLinear",
    )

    expect_equal(
        names,
        ["0.weight", "0.bias"],
        "pending_parameters does not list a shared parameter once.",
        slips={
            "the layer is used twice, but its parameters are the same": (
                lambda names: len(names) > 2
            )
        },
    )


@exercise("deferred_init.pending_parameters")
def test_pending_knows_every_lazy_class(observe, rng):
    names = observe(
        pending_in,
        a_lazy_class_of_its_own,
        rng.sample(DISTINCT, 3),
        call="pending_parameters(Sequential(Linear(…), a lazy class of one's own))",
    )

    expect_equal(
        names,
        ["1.gain"],
        "pending_parameters does not list the placeholder of an unknown lazy class.",
        slips={
            "other classes than LazyLinear are lazy, too: look at the parameter": [],
            "a parameter with no entries has a shape, (0,), and is no placeholder": (
                lambda names: "1.empty" in names
            ),
        },
    )


@exercise("deferred_init.pending_parameters")
def test_pending_leaves_the_network_waiting(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    first, shapes, after = observe(
        pending_before_and_after,
        widths,
        torch.randn(2, inner),
        call="pending_parameters(net); net(x); pending_parameters(net)",
    )

    expected = ["0.weight", "0.bias", "1.weight", "1.bias"]
    expect_equal(first, expected, "pending_parameters misses placeholders.")
    expect_equal(
        shapes,
        dict.fromkeys(expected),
        "pending_parameters changes the network.",
        slips={"the network was called, which gives shapes": lambda _: True},
    )
    expect_equal(
        after, [], "After the first call, pending_parameters still lists parameters."
    )


# dry_run


class Join(nn.Module):
    """A network of two inputs."""

    def __init__(self, left: int, right: int) -> None:
        super().__init__()
        self.left = nn.LazyLinear(left)
        self.right = nn.LazyLinear(right)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([self.left(x), self.right(y)], dim=-1)


def lazy_stack(widths: list[int]) -> nn.Module:
    """Return a network in which one row is too little for training mode."""
    return nn.Sequential(
        nn.LazyLinear(widths[0]),
        nn.LazyBatchNorm1d(),
        nn.ReLU(),
        nn.Dropout(),
        nn.LazyLinear(widths[1]),
    )


def norm_before_lazy(widths: list[int]) -> nn.Module:
    """Return a network whose statistics a call in training mode changes."""
    return nn.Sequential(
        nn.BatchNorm1d(widths[0]), nn.LazyLinear(widths[1]), nn.LazyLinear(widths[2])
    )


def dry_run_stack(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[Shape, dict[str, Shape | None]]:
    net = lazy_stack(widths)
    shape = ex.dry_run(net, x)
    return shape, shapes_of(net)


def dry_run_layer(ex: Any, width: int, x: Tensor) -> Shape:
    return ex.dry_run(nn.LazyLinear(width), x)


def dry_run_join(ex: Any, widths: list[int], x: Tensor, y: Tensor) -> Shape:
    return ex.dry_run(Join(*widths), x, y)


def values_around_a_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    net = norm_before_lazy(widths)
    before = values_of(net)
    ex.dry_run(net, x)
    after = values_of(net)
    return before, {name: after[name] for name in before if name in after}


def flags_around_a_dry_run(
    ex: Any, widths: list[int], frozen: list[int], x: Tensor
) -> tuple[dict[str, bool], dict[str, bool]]:
    net = norm_before_lazy(widths)
    for i in frozen:
        net[i].eval()
    before = flags_of(net)
    try:
        ex.dry_run(net, x)
    except NotImplementedError:  # not started
        raise
    except Exception:
        return before, flags_of(net)
    return before, flags_of(net)


def gradients_around_a_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[Tensor], list[Tensor | None], list[Tensor | None]]:
    net = norm_before_lazy(widths)
    norm = net[0]
    for p in norm.parameters():
        p.grad = torch.randn_like(p)
    before = [p.grad.clone() for p in norm.parameters()]
    ex.dry_run(net, x)
    rest = [p.grad for layer in net[1:] for p in layer.parameters()]
    return before, [p.grad for p in norm.parameters()], rest


def next_random_numbers(ex: Any, widths: list[int], x: Tensor) -> tuple[Tensor, Tensor]:
    net = lazy_stack(widths)
    state = torch.get_rng_state()
    expected = torch.rand(())
    torch.set_rng_state(state)
    ex.dry_run(net, x)
    return expected, torch.rand(())


def trainable_after_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[bool], list[bool]]:
    net = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    ex.dry_run(net, x)
    parameters = list(net.parameters())
    return (
        [p.is_inference() for p in parameters],
        [p.requires_grad for p in parameters],
    )


def train_after_dry_run(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    net = nn.Sequential(nn.LazyLinear(widths[0]), nn.LazyLinear(widths[1]))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    ex.dry_run(net, x)
    before = values_of(net)
    net(x).square().sum().backward()
    optimizer.step()
    return before, values_of(net)


SKIPS_HOOKS = {
    "uninitialized parameter": "net.forward(…) skips the hooks that make the "
    "parameters: call net(…)"
}


@exercise("deferred_init.dry_run", weight=2)
def test_dry_run_gives_shapes_from_a_single_row(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x = torch.randn(1, inner)
    call = f"dry_run(net, x) with LazyBatchNorm1d in net, x {tuple(x.shape)}"

    shape, shapes = observe(
        dry_run_stack,
        widths,
        x,
        call=call,
        causes={
            "more than 1 value per channel": "in training mode, batch norm needs more "
            "than one row: net.eval() first"
        },
    )

    expect_equal(
        shape, (1, widths[1]), "dry_run does not return the shape of the output."
    )
    expect_equal(
        shapes,
        {
            "0.weight": (widths[0], inner),
            "0.bias": (widths[0],),
            "1.weight": (widths[0],),
            "1.bias": (widths[0],),
            "4.weight": (widths[1], widths[0]),
            "4.bias": (widths[1],),
        },
        "dry_run does not give all placeholders their shapes.",
        slips={
            "placeholders are left: the network that you were given was not called": (
                lambda shapes: None in shapes.values()
            )
        },
    )


@exercise("deferred_init.dry_run")
def test_dry_run_works_on_a_single_layer(observe, rng):
    inner, width = rng.sample(DISTINCT, 2)
    x = torch.randn(*rng.sample(DISTINCT, 2), inner)
    call = f"dry_run(LazyLinear({width}), x) with x {tuple(x.shape)}"

    shape = observe(dry_run_layer, width, x, call=call, causes=SKIPS_HOOKS)

    expect_equal(
        shape,
        (*x.shape[:-1], width),
        "dry_run does not return the shape of the output.",
        slips={"this is the shape of the input": tuple(x.shape)},
    )


@exercise("deferred_init.dry_run")
def test_dry_run_passes_all_inputs_on(observe, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    x, y = torch.randn(3, one), torch.randn(3, two)
    call = "dry_run(net, x, y), net a network of two inputs"

    shape = observe(
        dry_run_join,
        widths,
        x,
        y,
        call=call,
        causes={
            "missing 1 required positional": "call net(*inputs), with the star, so "
            "that each input is an argument of its own"
        },
    )

    expect_equal(
        shape, (3, sum(widths)), "dry_run does not return the shape of the output."
    )


@exercise("deferred_init.dry_run")
def test_dry_run_keeps_values_and_running_statistics(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        values_around_a_dry_run,
        widths,
        3 + torch.randn(5, widths[0]),
        call="dry_run(Sequential(BatchNorm1d, LazyLinear, LazyLinear), x)",
    )

    expect_same_values(
        after,
        before,
        "dry_run changes values that were there before.",
        cause="in training mode, batch norm updates its running statistics: net.eval()",
    )


@exercise("deferred_init.dry_run", weight=2)
@pytest.mark.parametrize("frozen", [[], [0], [0, 1, 2]], ids=["none", "one", "three"])
def test_dry_run_keeps_each_training_flag(observe, rng, frozen):
    widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        flags_around_a_dry_run,
        widths,
        frozen,
        torch.randn(5, widths[0]),
        call=f"dry_run(net, x), layers {frozen} of net in eval mode, the rest not",
    )

    expect_equal(
        after,
        before,
        "dry_run changes the training flags.",
        slips={
            "net.eval() reaches every module; give each its flag back": (
                lambda flags: not any(flags.values())
            ),
            "net.train() switches every module; give each the flag that it had": (
                lambda flags: all(flags.values())
            ),
            "net.train(flag) switches every module; give each the flag that it had": (
                lambda flags: len(set(flags.values())) == 1
            ),
        },
    )


@exercise("deferred_init.dry_run")
def test_dry_run_keeps_the_flags_if_the_network_raises(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        flags_around_a_dry_run,
        widths,
        [0],
        torch.randn(5, widths[0] + 1),
        call="dry_run(net, x) with an x that does not fit, then the flags of net",
    )

    expect_equal(
        after,
        before,
        "dry_run does not give the training flags back when the network raises.",
        slips={"what must happen in any case belongs into a finally": lambda _: True},
    )


@exercise("deferred_init.dry_run")
def test_dry_run_keeps_gradients(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after, rest = observe(
        gradients_around_a_dry_run,
        widths,
        torch.randn(5, widths[0]),
        call="dry_run(net, x), then the gradients of net",
    )

    expect_equal(
        after,
        before,
        "dry_run changes gradients that were there before.",
        slips={"zero_grad() drops gradients": [None, None]},
    )
    expect_equal(rest, [None] * 4, "dry_run gives gradients to new parameters.")


@exercise("deferred_init.dry_run")
def test_dry_run_keeps_the_random_numbers(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    expected, drawn = observe(
        next_random_numbers,
        widths,
        torch.randn(5, inner),
        call="dry_run(net, x); torch.rand(())",
    )

    expect_equal(
        drawn,
        expected,
        "After dry_run, the next random number is another one than without it.",
        slips={
            "initial values are random numbers: run inside torch.random.fork_rng()": (
                lambda _: True
            )
        },
    )


@exercise("deferred_init.dry_run", weight=2)
def test_dry_run_leaves_parameters_that_can_be_trained(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)
    x = torch.randn(5, inner)

    inference, trainable = observe(
        trainable_after_dry_run, widths, x, call="dry_run(net, x); net.parameters()"
    )
    expect_true(
        not any(inference),
        "The parameters cannot be trained after dry_run.",
        expected="ordinary parameters",
        got="inference tensors",
        cause="what inference_mode() makes can never be trained: use no_grad()",
    )
    expect_equal(
        trainable, [True] * 4, "The parameters cannot be trained after dry_run."
    )
    before, after = observe(
        train_after_dry_run,
        widths,
        x,
        call="SGD(net.parameters()); dry_run(net, x); a step of SGD",
    )

    shapes = [(widths[0], inner), (widths[0],), (widths[1], widths[0]), (widths[1],)]
    for values in (before, after):
        expect_equal(
            [tuple(value.shape) for value in values.values()],
            shapes,
            "dry_run does not give all placeholders their shapes.",
        )
    pairs = before.values(), after.values()
    expect_true(
        all(not is_same(a, b) for a, b in zip(*pairs, strict=True)),
        "A step of SGD leaves parameters as they were.",
        expected="an optimizer made before dry_run trains all four",
        got="some do not change",
        cause="the placeholder itself becomes the parameter: put no new one there",
    )


@exercise("deferred_init.dry_run")
def test_dry_run_gives_the_initial_values_of_the_layers(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    values, _ = observe(
        train_after_dry_run,
        widths,
        torch.randn(5, inner),
        call="dry_run(Sequential(LazyLinear, LazyLinear), x); its weights",
    )

    for name, fan_in in (("0.weight", inner), ("1.weight", widths[0])):
        weight = values.get(name, torch.zeros(1))
        expect_true(
            bool((weight.abs() <= fan_in**-0.5).all()) and weight.unique().numel() > 1,
            f"{name} does not have the initial values of a Linear layer.",
            expected=f"random numbers between ±1/√{fan_in}",
            got="other values",
            cause="the first call of the network initializes, too; materialize() alone "
            "does not",
        )


# apply_init


def fill_with(value: float) -> Callable[[nn.Module], None]:
    """Return an init of the kind that does nothing to a LazyLinear."""

    def init(module: nn.Module) -> None:
        if type(module) is nn.Linear:
            nn.init.constant_(module.weight, value)

    return init


def weights_after_init(
    ex: Any, build: Build, widths: list[int], value: float, x: Tensor
) -> dict[str, Tensor | None]:
    net = build(widths)
    ex.apply_init(net, x, fill_with(value))
    return {
        name: None if is_placeholder(p) else p.detach()
        for name, p in net.named_parameters()
        if name.endswith("weight")
    }


def two_lazy_layers(widths: list[int]) -> nn.Module:
    return nn.Sequential(nn.LazyLinear(widths[1]), nn.ReLU(), nn.LazyLinear(widths[2]))


def two_ordinary_layers(widths: list[int]) -> nn.Module:
    return nn.Sequential(
        nn.Linear(widths[0], widths[1]), nn.ReLU(), nn.Linear(widths[1], widths[2])
    )


def calls_of_init(ex: Any, widths: list[int], x: Tensor) -> list[tuple[str, int]]:
    net = nn.Sequential(nn.Flatten(), two_lazy_layers(widths))
    names = {module: name for name, module in net.named_modules()}
    calls = []

    def init(module: nn.Module) -> None:
        calls.append((names[module], list(shapes_of(net).values()).count(None)))

    ex.apply_init(net, x, init)
    return calls


def init_join(
    ex: Any, widths: list[int], x: Tensor, y: Tensor
) -> dict[str, Shape | None]:
    net = Join(*widths)
    ex.apply_init(net, (x, y), lambda _: None)
    return shapes_of(net)


def init_tuple_of_one(ex: Any, widths: list[int], x: Tensor) -> dict[str, Shape | None]:
    net = two_lazy_layers(widths)
    ex.apply_init(net, (x,), lambda _: None)
    return shapes_of(net)


def is_returned(ex: Any, widths: list[int], x: Tensor) -> bool:
    net = two_lazy_layers(widths)
    return ex.apply_init(net, x, lambda _: None) is net


def traces_of_apply_init(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, bool], dict[str, bool]]:
    net = norm_before_lazy(widths)
    net[2].eval()
    before, flags = dict(values_of(net)), flags_of(net)
    ex.apply_init(net, x, lambda _: None)
    after = values_of(net)
    kept = {name: after[name] for name in before if name in after}
    return before, kept, flags, flags_of(net)


STAR = {
    r"positional arguments? but": "net(*inputs) takes a tensor apart, row by row: "
    "a tensor goes in whole, as net(inputs)",
    "missing 1 required positional": "a tuple of inputs goes in as net(*inputs), each "
    "of them an argument of its own",
    "uninitialized parameter": "init came before the dry run, when there was nothing "
    "to initialize",
}


@exercise("deferred_init.apply_init", weight=2)
@pytest.mark.parametrize("build", [two_lazy_layers, two_ordinary_layers])
def test_apply_init_sets_every_weight(observe, rng, build):
    widths = rng.sample(DISTINCT, 3)
    value = rng.uniform(1, 2)
    x = torch.randn(4, widths[0])
    call = (
        f"apply_init({build.__name__.replace('_', ' ')}, x, all weights to {value:.3f})"
    )

    weights = observe(
        weights_after_init, build, widths, value, x, call=call, causes=STAR
    )

    expect_equal(
        [None if w is None else tuple(w.shape) for w in weights.values()],
        [(widths[1], widths[0]), (widths[2], widths[1])],
        "apply_init leaves placeholders.",
        slips={"the dry run is missing": [None, None]},
    )
    for name, weight in weights.items():
        expect_close(
            weight,
            torch.full_like(weight, value),
            f"{name} does not have the value that init gives.",
            slips={
                "init came before the dry run: a LazyLinear is no nn.Linear yet": (
                    lambda _: build is two_lazy_layers
                ),
                "a network without placeholders is initialized, too": (
                    lambda _: build is two_ordinary_layers
                ),
            },
        )


@exercise("deferred_init.apply_init", weight=2)
def test_apply_init_calls_init_on_every_module_after_the_dry_run(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    calls = observe(
        calls_of_init,
        widths,
        torch.randn(4, widths[0]),
        call="apply_init(net, x, init), and the modules that init gets",
    )

    expect_true(
        all(waiting == 0 for _, waiting in calls),
        "init is called while the network still has placeholders.",
        expected="no placeholder",
        got=f"{max([0, *(waiting for _, waiting in calls)])} placeholders",
        cause="do the dry run first: it gives them their shapes",
    )
    expect_equal(
        sorted({name for name, _ in calls}),
        ["", "0", "1", "1.0", "1.1", "1.2"],
        "init is not called on every module.",
        slips={
            "children() gives one level only: net.apply(init)": ["0", "1"],
            "the network itself is a module, too: net.apply(init)": (
                ["0", "1", "1.0", "1.1", "1.2"]
            ),
            "only some kinds of modules get init: leave the choice to init": (
                lambda names: len(names) < 6
            ),
        },
    )


@exercise("deferred_init.apply_init")
def test_apply_init_takes_a_tuple_of_inputs(observe, rng):
    one, two, *widths = rng.sample(DISTINCT, 4)
    x, y = torch.randn(3, one), torch.randn(3, two)
    call = "apply_init(net, (x, y), init), net a network of two inputs"

    shapes = observe(init_join, widths, x, y, call=call, causes=STAR)

    expect_equal(
        shapes,
        {
            "left.weight": (widths[0], one),
            "left.bias": (widths[0],),
            "right.weight": (widths[1], two),
            "right.bias": (widths[1],),
        },
        "apply_init does not give all placeholders their shapes.",
    )


@exercise("deferred_init.apply_init")
def test_apply_init_takes_a_tuple_of_one_input(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    shapes = observe(
        init_tuple_of_one,
        widths,
        torch.randn(3, widths[0]),
        call="apply_init(net, (x,), init)",
    )

    expect_equal(
        shapes,
        {
            "0.weight": (widths[1], widths[0]),
            "0.bias": (widths[1],),
            "2.weight": (widths[2], widths[1]),
            "2.bias": (widths[2],),
        },
        "apply_init does not give all placeholders their shapes.",
    )


@exercise("deferred_init.apply_init")
def test_apply_init_returns_the_network(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    same = observe(
        is_returned, widths, torch.randn(3, widths[0]), call="apply_init(net, x, init)"
    )

    expect_true(
        same,
        "apply_init does not return the network.",
        expected="net itself",
        got="something else",
        cause="net.apply(init) returns net: return it",
    )


@exercise("deferred_init.apply_init")
def test_apply_init_keeps_statistics_and_flags(observe, rng):
    widths = rng.sample(DISTINCT, 3)

    before, after, flags_before, flags = observe(
        traces_of_apply_init,
        widths,
        3 + torch.randn(5, widths[0]),
        call="apply_init(Sequential(BatchNorm1d, LazyLinear, LazyLinear), x, nothing)",
    )

    expect_same_values(
        after,
        before,
        "The dry run of apply_init changes values that were there before.",
        cause="in training mode, batch norm updates its running statistics: net.eval()",
    )
    expect_equal(
        flags,
        flags_before,
        "apply_init changes the training flags.",
        slips={
            "net.eval() reaches every module; give each its flag back": (
                lambda flags: not any(flags.values())
            ),
            "net.train() switches every module; give each the flag that it had": (
                lambda flags: all(flags.values())
            ),
        },
    )


# first_mismatch


class Backwards(nn.Module):
    """A network whose layers are registered in another order than they run."""

    def __init__(self, last: nn.Module, first: nn.Module) -> None:
        super().__init__()
        self.last = last
        self.first = first

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x))


def lazy_in_the_middle(sizes: list[int], wrong: int) -> nn.Module:
    """Return a network in which Linear layers from number `wrong` on do not fit."""
    layers: list[nn.Module] = []
    for i, (inner, out) in enumerate(pairwise(sizes)):
        if i == 1:
            layers += [nn.LazyLinear(out), nn.ReLU()]
        else:
            layers += [nn.Linear(inner + (i >= wrong), out), nn.ReLU()]
    return nn.Sequential(*layers)


def nested_blocks(sizes: list[int], wrong: int) -> nn.Module:
    """Return the same layers two levels deep, with names."""
    layers = lazy_in_the_middle(sizes, wrong)
    rest = nn.Sequential(OrderedDict(tail=layers[2:]))
    return nn.Sequential(layers[:2], rest)


def norm_that_does_not_fit(kind: str, width: int) -> nn.Module:
    layer = {
        "LayerNorm": nn.LayerNorm(width + 1),
        "BatchNorm1d": nn.BatchNorm1d(width + 1),
        "Conv1d": nn.Conv1d(width + 1, 2, 1),
    }[kind]
    return nn.Sequential(nn.LazyLinear(width), nn.Sequential(nn.Tanh(), layer))


def lazy_layer_that_does_not_fit(width: int) -> nn.Module:
    """Return a network in which a lazy convolution gets rows instead of images."""
    return nn.Sequential(
        nn.LazyLinear(width), nn.Sequential(nn.Tanh(), nn.LazyConv2d(2, 1))
    )


def network_that_fits(sizes: list[int]) -> nn.Module:
    return nn.Sequential(
        nn.LazyLinear(sizes[0]),
        nn.BatchNorm1d(sizes[0]),
        nn.Sequential(nn.ReLU(), nn.LazyLinear(sizes[1])),
        nn.LayerNorm(sizes[1]),
    )


def mismatch_in(ex: Any, build: Build, args: list[Any], x: Tensor) -> str | None:
    return ex.first_mismatch(build(*args), x)


def mismatch_backwards(ex: Any, d: int, x: Tensor) -> str | None:
    return ex.first_mismatch(Backwards(nn.Linear(d + 2, d), nn.Linear(d + 1, d)), x)


def state_around_first_mismatch(
    ex: Any, sizes: list[int], wrong: int, x: Tensor
) -> tuple[
    str | None,
    tuple[dict[str, Shape | None], dict[str, bool], dict[str, Tensor]],
    tuple[dict[str, Shape | None], dict[str, bool], dict[str, Tensor]],
]:
    net = nn.Sequential(
        nn.BatchNorm1d(sizes[0]), nn.Dropout(), lazy_in_the_middle(sizes, wrong)
    )
    net[1].eval()
    before = shapes_of(net), flags_of(net), values_of(net)
    name = ex.first_mismatch(net, x)
    return name, before, (shapes_of(net), flags_of(net), values_of(net))


def mismatch_twice(
    ex: Any, width: int, first: Tensor, second: Tensor
) -> tuple[str | None, str | None, Shape]:
    net = nn.Sequential(nn.Linear(width, 3), nn.LazyLinear(2))
    names = ex.first_mismatch(net, first), ex.first_mismatch(net, second)
    return *names, tuple(net(second).shape)


@exercise("deferred_init.first_mismatch", weight=2)
@pytest.mark.parametrize(("wrong", "name"), [(0, "0"), (2, "4"), (3, "6")])
def test_mismatch_is_the_first_layer_that_does_not_fit(observe, rng, wrong, name):
    sizes = rng.sample(DISTINCT, 6)
    x = torch.randn(3, sizes[0])

    found = observe(
        mismatch_in,
        lazy_in_the_middle,
        [sizes, wrong],
        x,
        call=f"first_mismatch(net, x), where layer {name!r} and all later ones of a "
        "Sequential with a LazyLinear at '2' do not fit",
    )

    expect_equal(
        found,
        name,
        "first_mismatch does not name the first layer that does not fit.",
        slips={
            "layer 2 is lazy: it takes any width": "2",
            "this is the layer before it, whose output does not fit": (
                str(int(name) - 1)
            ),
            "a layer before this one does not fit: stop at the first": (
                lambda found: found is not None and found > name
            ),
            "None says that all fits, but a layer does not": None,
        },
    )


@exercise("deferred_init.first_mismatch")
@pytest.mark.parametrize(("wrong", "name"), [(0, "0.0"), (2, "1.tail.4")])
def test_mismatch_has_its_whole_path_as_name(observe, rng, wrong, name):
    sizes = rng.sample(DISTINCT, 5)

    found = observe(
        mismatch_in,
        nested_blocks,
        [sizes, wrong],
        torch.randn(3, sizes[0]),
        call=f"first_mismatch(net, x), where {name!r} does not fit",
    )

    expect_equal(
        found,
        name,
        "first_mismatch does not give the name of the leaf in named_modules().",
        slips={
            "a container is no leaf: the layer inside it is asked for": (
                lambda found: found is not None and name.startswith(f"{found}.")
            ),
            "the name of a layer starts with the names of what it is in": (
                lambda found: found is not None and name.endswith(found)
            ),
            "None says that all fits, but a layer does not": None,
        },
    )


@exercise("deferred_init.first_mismatch")
def test_mismatch_follows_the_order_of_forward(observe, rng):
    d = rng.choice(DISTINCT)

    found = observe(
        mismatch_backwards,
        d,
        torch.randn(3, d),
        call="first_mismatch(net, x), where `last` and `first` do not fit, and "
        "forward is last(first(x))",
    )

    expect_equal(
        found,
        "first",
        "first_mismatch does not follow the order of forward.",
        slips={"layers run as forward says, not as __init__ registers them": "last"},
    )


@exercise("deferred_init.first_mismatch")
@pytest.mark.parametrize("rows", [1, 3])
def test_mismatch_is_none_if_all_fits(observe, rng, rows):
    sizes = rng.sample(DISTINCT, 2)

    found = observe(
        mismatch_in,
        network_that_fits,
        [sizes],
        torch.randn(rows, rng.choice(DISTINCT)),
        call=f"first_mismatch(net, x) with {rows} rows, all of which fits",
    )

    expect_equal(
        found,
        None,
        "first_mismatch finds a mismatch where there is none.",
        slips={
            "batch norm needs several rows in training mode: net.eval()": (
                lambda name: name == "1" and rows == 1
            ),
            "a lazy layer takes any width": (lambda name: name in ("0", "2.1")),
        },
    )


@exercise("deferred_init.first_mismatch")
@pytest.mark.parametrize("kind", ["LayerNorm", "BatchNorm1d", "Conv1d"])
def test_mismatch_is_found_in_other_layers_than_linear(observe, rng, kind):
    width = rng.choice(DISTINCT)
    leading = [3, width] if kind == "Conv1d" else [3]

    found = observe(
        mismatch_in,
        norm_that_does_not_fit,
        [kind, width],
        torch.randn(*leading, 2),
        call=f"first_mismatch(net, x), where the {kind} in net does not fit",
    )

    expect_equal(
        found,
        "1.1",
        f"first_mismatch does not find a {kind} that does not fit.",
        slips={"in_features is a matter of Linear layers: see which call raises": None},
    )


@exercise("deferred_init.first_mismatch")
def test_mismatch_is_found_in_a_lazy_layer(observe, rng):
    found = observe(
        mismatch_in,
        lazy_layer_that_does_not_fit,
        [rng.choice(DISTINCT)],
        torch.randn(3, 2),
        call="first_mismatch(net, x), where a LazyConv2d gets rows, not images",
    )

    expect_equal(
        found,
        "1.1",
        "first_mismatch does not find a lazy layer that does not fit.",
        slips={
            "a lazy layer looks at its input in a hook of its own, before forward and "
            "before hooks registered without prepend=True": (
                lambda found: found in (None, "1.0")
            )
        },
    )


@exercise("deferred_init.first_mismatch")
def test_mismatch_of_a_single_layer_has_the_empty_name(observe, rng):
    width, out = rng.sample(DISTINCT, 2)

    found = observe(
        mismatch_in,
        nn.Linear,
        [width, out],
        torch.randn(3, width + 1),
        call=f"first_mismatch(Linear({width}, {out}), x) with x (3, {width + 1})",
    )

    expect_equal(
        found,
        "",
        "first_mismatch does not name a single layer that does not fit.",
        slips={
            "the empty name counts as False: compare with `is None`, and look at the "
            "network itself, too": None
        },
    )


@exercise("deferred_init.first_mismatch", weight=2)
@pytest.mark.parametrize("wrong", [2, 9], ids=["a_mismatch", "all_fits"])
def test_mismatch_leaves_the_network_as_it_is(observe, rng, wrong):
    sizes = rng.sample(DISTINCT, 4)

    _, before, after = observe(
        state_around_first_mismatch,
        sizes,
        wrong,
        3 + torch.randn(5, sizes[0]),
        call="first_mismatch(net, x), then placeholders, flags and values of net",
    )

    for found, expected, fault, cause in zip(
        after,
        before,
        (
            "first_mismatch changes placeholders.",
            "first_mismatch changes the training flags.",
        ),
        (
            "x went through net itself, which gives shapes to the lazy layers before "
            "the mismatch: use a copy",
            "net.eval() switches every module: use a copy",
        ),
        strict=False,
    ):
        expect_equal(found, expected, fault, slips={cause: lambda _: True})
    expect_same_values(after[2], before[2], "first_mismatch changes the network.")


@exercise("deferred_init.first_mismatch")
def test_mismatch_can_be_asked_again(observe, rng):
    width = rng.choice(DISTINCT)

    first, second, shape = observe(
        mismatch_twice,
        width,
        torch.randn(3, width + 1),
        torch.randn(3, width),
        call="first_mismatch(net, x), once with an x that fits not, once with one that "
        "fits; net(x)",
    )

    expect_equal(first, "0", "first_mismatch misses the first layer.")
    expect_equal(
        second, None, "first_mismatch finds a mismatch where there is none any more."
    )
    expect_equal(shape, (3, 2), "After first_mismatch, the network does not run.")


# VariableWidth


def run_variable_width(
    ex: Any, width: int, out: int, xs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    layer = ex.VariableWidth(width, out)
    parameters = list(layer.parameters())
    return [layer(x) for x in xs], parameters


def parameters_of_variable_width(
    ex: Any, width: int, out: int, x: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    layer = ex.VariableWidth(width, out)
    before = [p.detach().clone() for p in layer.parameters()]
    layer(x)
    return before, list(layer.parameters())


def run_variable_width_in_double(ex: Any, width: int, out: int, x: Tensor) -> Tensor:
    return ex.VariableWidth(width, out).double()(x)


def train_variable_width(
    ex: Any, width: int, out: int, x: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    layer = ex.VariableWidth(width, out)
    before = [p.detach().clone() for p in layer.parameters()]
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer(x).square().sum().backward()
    optimizer.step()
    return before, list(layer.parameters())


def expect_weight_and_bias(parameters: list[Tensor], width: int, out: int) -> None:
    expect_equal(
        sorted((str(p.dtype), *p.shape) for p in parameters),
        sorted([("torch.float32", out, width), ("torch.float32", out)]),
        "VariableWidth does not hold one weight and one bias from the beginning.",
        slips={
            "layers made in forward are not there before, and new at every call": [],
            "every chunk has weights of its own: use one and the same layer": (
                lambda shapes: len(shapes) > 2
            ),
        },
    )


def sum_over_chunks(chunks: Tensor, parameters: list[Tensor]) -> Tensor:
    """Sum `linear(chunk)` over chunks (..., number, width)."""
    weight, bias = sorted(parameters, key=Tensor.dim, reverse=True)
    return nn.functional.linear(chunks, weight, bias).sum(dim=-2)


def fill_up(x: Tensor, width: int, *, left: bool = False) -> Tensor:
    zeros = x.new_zeros(*x.shape[:-1], -x.shape[-1] % width)
    return torch.cat([zeros, x] if left else [x, zeros], dim=-1)


def expect_sum_over_chunks(
    y: Tensor, parameters: list[Tensor], x: Tensor, width: int
) -> None:
    _, bias = sorted(parameters, key=Tensor.dim, reverse=True)
    filled = fill_up(x, width)
    chunks = filled.unflatten(-1, (-1, width))
    number = chunks.shape[-2]
    right = sum_over_chunks(chunks, parameters)
    from_left = fill_up(x, width, left=True).unflatten(-1, (-1, width))
    cut = x[..., : x.shape[-1] // width * width]
    slips = {
        "the zeros belong on the right": sum_over_chunks(from_left, parameters),
        "a chunk holds neighbours": sum_over_chunks(
            filled.unflatten(-1, (width, -1)).mT, parameters
        ),
        "the results are summed, not averaged": right / number,
        "the bias counts once for each chunk": right - (number - 1) * bias,
        "one chunk too many, of zeros only: a multiple of width needs none": (
            right + bias
        ),
        "the last chunk is cut off: fill it up with zeros": sum_over_chunks(
            cut.unflatten(-1, (cut.shape[-1] // width, width)), parameters
        ),
    }
    expect_close(
        y,
        right,
        "VariableWidth does not sum its Linear over the chunks of the input.",
        slips=slips,
    )


@exercise("deferred_init.VariableWidth", weight=3)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
@pytest.mark.parametrize("kind", ["narrow", "multiple", "between"])
def test_variable_width_sums_over_chunks(observe, rng, kind, leading):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])
    rest = rng.choice([r for r in range(1, width) if 2 * r != width])
    n = {
        "narrow": rest,
        "multiple": width * rng.randint(2, 4),
        "between": width * rng.randint(1, 3) + rest,
    }[kind]
    x = torch.randn(*rng.sample(DISTINCT, leading), n)
    call = f"VariableWidth({width}, {out})(x) with x {tuple(x.shape)}"

    ys, parameters = observe(
        run_variable_width,
        width,
        out,
        [x],
        call=call,
        causes={
            "[Uu]nflatten|is invalid for input of size|divisible": "the chunks do not "
            f"come out even: -{n} % {width} = {-n % width} zeros are to be added, and "
            f"not {n} % {width}",
            "values to unpack": "only the last axis is cut: any number of axes may "
            "come before it",
            "shapes cannot be multiplied": "each chunk has width entries: fill up with "
            f"-n % width zeros, here {-n % width}",
        },
    )

    expect_weight_and_bias(parameters, width, out)
    expect_equal(len(ys), 1, "VariableWidth does not give one result.")
    expect_sum_over_chunks(ys[0], parameters, x, width)


@exercise("deferred_init.VariableWidth", weight=2)
def test_variable_width_uses_the_same_weights_for_all_widths(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])
    rest = rng.choice([r for r in range(1, width) if 2 * r != width])
    xs = [torch.randn(4, n) for n in (width, 3 * width, rest, 2 * width + rest, width)]

    ys, parameters = observe(
        run_variable_width,
        width,
        out,
        xs,
        call=f"layer = VariableWidth({width}, {out}); layer(x) for x of the widths "
        f"{', '.join(str(x.shape[-1]) for x in xs)}",
    )

    expect_weight_and_bias(parameters, width, out)
    expect_equal(len(ys), len(xs), "VariableWidth does not give one result each.")
    for x, y in zip(xs, ys, strict=True):
        expect_sum_over_chunks(y, parameters, x, width)


@exercise("deferred_init.VariableWidth")
def test_variable_width_gets_no_new_parameters(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])

    before, after = observe(
        parameters_of_variable_width,
        width,
        out,
        torch.randn(4, 3 * width + 1),
        call=f"layer = VariableWidth({width}, {out}); layer(x); layer.parameters()",
    )

    expect_weight_and_bias(before, width, out)
    expect_equal(after, before, "A call of VariableWidth changes its parameters.")


@exercise("deferred_init.VariableWidth")
def test_variable_width_follows_to_double(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])
    x = torch.randn(4, width + 1, dtype=torch.float64)

    call = f"VariableWidth({width}, {out}).double()(x) with x in float64"

    y = observe(
        run_variable_width_in_double,
        width,
        out,
        x,
        call=call,
        causes={"dtype": "zeros need the dtype of x: nn.functional.pad keeps it"},
    )

    expect_equal(
        (str(y.dtype), tuple(y.shape)),
        ("torch.float64", (4, out)),
        "VariableWidth does not follow to double.",
    )


@exercise("deferred_init.VariableWidth")
def test_variable_width_learns(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])

    x = torch.randn(4, 2 * width + 1)
    call = "one step of SGD on the parameters of VariableWidth"

    before, after = observe(
        train_variable_width,
        width,
        out,
        x,
        call=call,
        causes={"does not require grad": "the output is detached from the parameters"},
    )

    expect_weight_and_bias(before, width, out)
    expect_weight_and_bias(after, width, out)
    expect_true(
        not any(map(is_same, before, after)),
        "A step of SGD leaves parameters of VariableWidth as they were.",
        expected="weight and bias change",
        got="not both do",
        cause="the output does not depend on both, or is detached",
    )


# MyLazyLinear


def placeholders_of_lazy_linear(
    ex: Any, out: int
) -> tuple[dict[str, Shape | None], list[str]]:
    layer = ex.MyLazyLinear(out)
    return shapes_of(layer), sorted(layer.state_dict())


def run_lazy_linear(ex: Any, out: int, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    y = layer(x)
    return y, values_of(layer)


def run_lazy_linear_in_double(
    ex: Any, out: int, x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out).double()
    y = layer(x)
    return y, values_of(layer)


def call_with_two_widths(ex: Any, out: int, first: Tensor, second: Tensor) -> None:
    layer = ex.MyLazyLinear(out)
    layer(first)
    layer(second)


def values_after_a_wrong_width(
    ex: Any, out: int, first: Tensor, second: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    layer(first)
    before = values_of(layer)
    try:
        layer(second)
    except NotImplementedError:  # not started
        raise
    except Exception:
        return before, values_of(layer)
    return before, values_of(layer)


def load_into_waiting_layer(
    ex: Any, out: int, state: dict[str, Tensor], x: Tensor
) -> tuple[dict[str, Tensor], Tensor, dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    layer.load_state_dict(state)
    loaded = values_of(layer)
    y = layer(x)
    return loaded, y, values_of(layer)


def load_into_called_layer(
    ex: Any, out: int, state: dict[str, Tensor], x: Tensor
) -> dict[str, Tensor]:
    layer = ex.MyLazyLinear(out)
    layer(x)
    layer.load_state_dict(state)
    return values_of(layer)


def load_state_without_shapes(
    ex: Any, out: int, x: Tensor
) -> tuple[dict[str, Shape | None], dict[str, Shape | None]]:
    layer = ex.MyLazyLinear(out)
    layer.load_state_dict(ex.MyLazyLinear(out).state_dict())
    before = shapes_of(layer)
    layer(x)
    return before, shapes_of(layer)


def train_lazy_linear(
    ex: Any, out: int, x: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    layer = ex.MyLazyLinear(out)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    y = layer(x)
    before = values_of(layer)
    y.square().sum().backward()
    optimizer.step()
    return before, values_of(layer)


def expect_linear_shapes(
    values: dict[str, Tensor], out: int, n: int, dtype: str = "torch.float32"
) -> None:
    found = {name: (str(v.dtype), *v.shape) for name, v in sorted(values.items())}
    expect_equal(
        found,
        {"bias": (dtype, out), "weight": (dtype, out, n)},
        "MyLazyLinear does not have a weight (out_features, n) and a bias "
        "(out_features,).",
        slips={
            "weight is (out_features, n), as in nn.Linear, not transposed": (
                lambda found: found["weight"][1:] == (n, out)
            ),
            "a layer inside adds its name in front of weight and bias": (
                lambda found: any("." in name for name in found)
            ),
            "the dtype of the placeholders is lost": (
                lambda found: {shape[0] for shape in found.values()} != {dtype}
            ),
        },
    )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_starts_with_placeholders(observe, rng):
    out = rng.choice(DISTINCT)
    call = f"MyLazyLinear({out}), its parameters and its state dict"

    shapes, names = observe(
        placeholders_of_lazy_linear,
        out,
        call=call,
        causes={
            "uninitialized parameter": "nn.Module alone cannot save placeholders: "
            "LazyModuleMixin can"
        },
    )

    expect_equal(
        dict(sorted(shapes.items())),
        {"bias": None, "weight": None},
        "MyLazyLinear does not start with the placeholders weight and bias.",
        slips={
            "what comes into being at the first call only is unknown to an optimizer "
            "made before it: use UninitializedParameter": {},
            "a parameter has its shape before anything is known of the input": (
                lambda shapes: any(shapes.values())
            ),
        },
    )
    expect_equal(
        names,
        ["bias", "weight"],
        "The state dict does not have weight and bias before the first call.",
    )


@exercise("deferred_init.MyLazyLinear", weight=2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_my_lazy_linear_computes_a_linear_layer(observe, rng, leading):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(*rng.sample(DISTINCT, leading), n)

    y, values = observe(
        run_lazy_linear,
        out,
        x,
        call=f"MyLazyLinear({out})(x) with x {tuple(x.shape)}",
    )

    expect_linear_shapes(values, out, n)
    expect_close(
        y,
        nn.functional.linear(x, values["weight"], values["bias"]),
        "MyLazyLinear does not compute x @ weight.T + bias.",
        slips={"the bias is missing": x @ values["weight"].T},
    )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_has_random_initial_values(observe, rng):
    n, out = rng.randint(5, 11), rng.randint(200, 300)

    _, values = observe(
        run_lazy_linear, out, torch.randn(3, n), call=f"MyLazyLinear({out})(x)"
    )

    expect_linear_shapes(values, out, n)
    for name, value in values.items():
        least, most = value.aminmax()
        expect_true(
            -(n**-0.5) <= least < -0.5 * n**-0.5 and 0.5 * n**-0.5 < most <= n**-0.5,
            f"The initial values of {name} are not as promised.",
            expected=f"random numbers from -1/√{n} to 1/√{n}, ±{n**-0.5:.4g}",
            got=f"numbers from {least.item():.4g} to {most.item():.4g}",
            cause="materialize() reserves memory and puts no values there"
            if least == most
            else None,
        )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_refuses_a_second_width(observe, rng):
    n, other, out = rng.sample(DISTINCT, 3)
    xs = torch.randn(3, n), torch.randn(3, other)
    call = f"layer = MyLazyLinear({out}); layer(x) of width {n}, then of width {other}"

    raised = observe.error(call_with_two_widths, out, *xs, call=call)
    before, after = observe(values_after_a_wrong_width, out, *xs, call=call)

    expect_error(
        raised,
        RuntimeError,
        "MyLazyLinear does not refuse an input of another width with a RuntimeError.",
        cause="only the first input gives shapes, and only to placeholders",
    )
    expect_same_values(
        after, before, "An input of another width changes MyLazyLinear's parameters."
    )


@exercise("deferred_init.MyLazyLinear", weight=2)
def test_my_lazy_linear_loads_a_state_before_the_first_call(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    state = {"weight": torch.randn(out, n), "bias": torch.randn(out)}
    x = torch.randn(3, n)
    call = f"layer = MyLazyLinear({out}); layer.load_state_dict(state); layer(x)"

    loaded, y, after = observe(
        load_into_waiting_layer,
        out,
        state,
        x,
        call=call,
        causes={
            "size mismatch|uninitialized parameter": "nn.Module alone "
            "cannot load into placeholders: LazyModuleMixin can"
        },
    )

    expect_same_values(
        {name: loaded[name] for name in state if name in loaded},
        state,
        "MyLazyLinear does not load a state dict before the first call.",
    )
    expect_same_values(
        {name: after[name] for name in state if name in after},
        state,
        "The first call after loading changes the loaded values.",
        cause="initialize only what is still a placeholder",
    )
    expect_close(
        y,
        nn.functional.linear(x, state["weight"], state["bias"]),
        "After loading, MyLazyLinear does not compute x @ weight.T + bias.",
    )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_loads_a_state_after_the_first_call(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    state = {"weight": torch.randn(out, n), "bias": torch.randn(out)}

    values = observe(
        load_into_called_layer,
        out,
        state,
        torch.randn(3, n),
        call=f"layer = MyLazyLinear({out}); layer(x); layer.load_state_dict(state)",
    )

    expect_same_values(
        {name: values[name] for name in state if name in values},
        state,
        "MyLazyLinear does not load a state dict after the first call.",
    )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_loads_a_state_without_shapes(observe, rng):
    n, out = rng.sample(DISTINCT, 2)

    before, after = observe(
        load_state_without_shapes,
        out,
        torch.randn(3, n),
        call="layer.load_state_dict(another.state_dict()), neither of them called yet",
    )

    expect_equal(
        dict(sorted(before.items())),
        {"bias": None, "weight": None},
        "After loading a state without shapes, the layer does not wait for its input.",
    )
    expect_equal(
        dict(sorted(after.items())),
        {"bias": (out,), "weight": (out, n)},
        "After loading a state without shapes, the first input fixes no shapes.",
    )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_keeps_the_dtype_of_its_placeholders(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    x = torch.randn(3, n, dtype=torch.float64)
    call = f"MyLazyLinear({out}).double()(x) with x in float64"

    y, values = observe(
        run_lazy_linear_in_double,
        out,
        x,
        call=call,
        causes={
            "dtype": "materialize() keeps the dtype that the placeholder was given"
        },
    )

    expect_linear_shapes(values, out, n, "torch.float64")
    expect_close(
        y,
        nn.functional.linear(x, values["weight"], values["bias"]),
        "MyLazyLinear does not compute x @ weight.T + bias in float64.",
    )


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_is_trained_by_an_earlier_optimizer(observe, rng):
    n, out = rng.sample(DISTINCT, 2)
    call = "SGD(layer.parameters()); layer(x); a step of SGD"
    x = torch.randn(5, n)

    before, after = observe(
        train_lazy_linear,
        out,
        x,
        call=call,
        causes={
            "empty parameter list": "what comes into being at the first call only is "
            "unknown to an optimizer made before it"
        },
    )

    expect_linear_shapes(before, out, n)
    expect_linear_shapes(after, out, n)
    expect_true(
        not any(is_same(before[name], after[name]) for name in before),
        "An optimizer made before the first call does not train MyLazyLinear.",
        expected="weight and bias change",
        got="not both do",
        cause="the placeholder itself becomes the parameter: put no new one there",
    )


# infer_shapes


class Residual(nn.Module):
    """A network that runs one layer twice, and registers it last."""

    def __init__(self, d: int, out: int) -> None:
        super().__init__()
        self.head = nn.Linear(d, out)
        self.tanh = nn.Tanh()
        self.block = nn.Sequential(nn.Linear(d, d))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tanh(self.block(x))
        return self.head(self.block(x))


def convolutions(sizes: list[int]) -> nn.Module:
    one, two, out = sizes
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(3, one, 3), nn.BatchNorm2d(one), nn.ReLU()),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(one, two, 3, padding=1, stride=2), nn.Flatten()),
        nn.Linear(4 * two, out),
        nn.BatchNorm1d(out),
    )


def shapes_through(
    ex: Any, build: Build, args: list[Any], shape: Shape
) -> list[tuple[str, Shape]]:
    return ex.infer_shapes(build(*args), shape)


def state_around_infer_shapes(
    ex: Any, sizes: list[int]
) -> tuple[
    list[str],
    tuple[dict[str, Tensor], dict[str, bool], int],
    tuple[dict[str, Tensor], dict[str, bool], int],
]:
    net = convolutions(sizes)
    net[0].eval()

    def look() -> tuple[dict[str, Tensor], dict[str, bool], int]:
        hooks = [
            len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules()
        ]
        return values_of(net), flags_of(net), sum(hooks)

    before = look()
    ex.infer_shapes(net, (2, 3, 8, 8))
    tensors = [*net.named_parameters(), *net.named_buffers()]
    on_meta = [name for name, tensor in tensors if tensor.is_meta]
    return on_meta, before, before if on_meta else look()


def is_container(name: str, leaves: list[tuple[str, Shape]]) -> bool:
    inside = [leaf for leaf, _ in leaves if leaf.startswith(f"{name}.") or not name]
    return bool(inside) and name not in inside


def expect_shapes(found: list[tuple[str, Shape]], expected: list[tuple[str, Shape]]):
    expect_equal(
        [name for name, _ in found],
        [name for name, _ in expected],
        "infer_shapes does not list each leaf when it runs.",
        slips={
            "a container is no leaf: go down to the modules without children": (
                lambda names: any(is_container(name, expected) for name in names)
            ),
            "a leaf that runs twice is listed twice": (
                lambda names: names == list(dict.fromkeys(n for n, _ in expected))
            ),
            "leaves are listed in the order in which they run, not are registered": (
                lambda names: sorted(names) == sorted(n for n, _ in expected)
            ),
        },
    )
    expect_equal(
        found, expected, "infer_shapes does not give the output shape of each leaf."
    )


@exercise("deferred_init.infer_shapes", weight=2)
@pytest.mark.parametrize("rows", [1, 4])
def test_infer_shapes_goes_through_convolutions(observe, rng, rows):
    one, two, out = rng.sample(DISTINCT, 3)
    call = f"infer_shapes(a convolutional network, ({rows}, 3, 8, 8))"
    args = convolutions, [[one, two, out]], (rows, 3, 8, 8)

    shapes = observe(
        shapes_through,
        *args,
        call=call,
        causes={
            "more than 1 value per channel": "in training mode, batch norm needs more "
            "than one row: run the copy in eval mode",
            "meta": "parameters, buffers and input must all be on meta",
        },
    )

    expect_shapes(
        shapes,
        [
            ("0.0", (rows, one, 6, 6)),
            ("0.1", (rows, one, 6, 6)),
            ("0.2", (rows, one, 6, 6)),
            ("1", (rows, one, 3, 3)),
            ("2.0", (rows, two, 2, 2)),
            ("2.1", (rows, 4 * two)),
            ("3", (rows, out)),
            ("4", (rows, out)),
        ],
    )


@exercise("deferred_init.infer_shapes")
def test_infer_shapes_lists_leaves_as_they_run(observe, rng):
    d, out, rows = rng.sample(DISTINCT, 3)

    call = f"infer_shapes(net, ({rows}, {d})), where one Linear({d}, {d}) runs twice"
    args = Residual, [d, out], (rows, d)

    shapes = observe(
        shapes_through,
        *args,
        call=call,
        causes={
            "reduction dim|cannot be multiplied": "layers run as forward says, not as "
            "__init__ registers them"
        },
    )

    expect_shapes(
        shapes,
        [
            ("block.0", (rows, d)),
            ("tanh", (rows, d)),
            ("block.0", (rows, d)),
            ("head", (rows, out)),
        ],
    )


@exercise("deferred_init.infer_shapes")
def test_infer_shapes_knows_a_single_layer(observe, rng):
    d, out, rows = rng.sample(DISTINCT, 3)

    shapes = observe(
        shapes_through,
        nn.Linear,
        [d, out],
        (2, rows, d),
        call=f"infer_shapes(Linear({d}, {out}), (2, {rows}, {d}))",
    )

    expect_shapes(shapes, [("", (2, rows, out))])


@exercise("deferred_init.infer_shapes", weight=2)
def test_infer_shapes_takes_no_memory(observe, rng):
    one, two, out = rng.sample(DISTINCT, 3)
    rows = 2**40 + rng.randrange(1000)
    call = f"infer_shapes(net, ({rows}, 3, 8, 8))"
    args = convolutions, [[one, two, out]], (rows, 3, 8, 8)

    shapes = observe(
        shapes_through,
        *args,
        call=call,
        causes={
            "alloc|memory": "a real input takes memory: "
            'torch.empty(input_shape, device="meta") does not',
        },
    )

    expect_equal(
        shapes[-1:], [("4", (rows, out))], "infer_shapes is wrong on a huge shape."
    )


@exercise("deferred_init.infer_shapes", weight=2)
def test_infer_shapes_leaves_the_network_as_it_is(observe, rng):
    on_meta, before, after = observe(
        state_around_infer_shapes,
        rng.sample(DISTINCT, 3),
        call="infer_shapes(net, (2, 3, 8, 8)), then values, flags and hooks of net",
    )

    expect_equal(
        on_meta,
        [],
        "infer_shapes leaves parameters or buffers on meta.",
        slips={
            'net.to("meta") changes net itself, and its values are gone: move a copy': (
                lambda names: len(names) > 0
            )
        },
    )
    expect_same_values(
        after[0],
        before[0],
        "infer_shapes changes values of the network.",
        cause="batch norm updates its running statistics in training mode",
    )
    expect_equal(
        after[1],
        before[1],
        "infer_shapes changes the training flags.",
        slips={"net.eval() reaches every module: use a copy": lambda _: True},
    )
    expect_equal(
        after[2],
        before[2],
        "infer_shapes leaves hooks on the network.",
        slips={"a hook stays until its handle.remove()": lambda _: True},
    )


# build_on_meta


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


@exercise("deferred_init.build_on_meta", weight=3)
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
            f"{name} does not have its initial value.",
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
            f"{name} does not have its dtype and shape.",
        )
        expect_true(
            bool((values[name].abs() <= d**-0.5).all())
            and values[name].unique().numel() > 1,
            f"{name} does not have the initial values of a Linear layer.",
            expected=f"random numbers from -1/√{d} to 1/√{d}",
            got="others",
            cause="each module knows its own initial values: reset_parameters()",
        )


BUFFERS = ("table", "mask", "running_mean", "running_var", "num_batches_tracked")


@exercise("deferred_init.build_on_meta")
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


@exercise("deferred_init.build_on_meta")
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


@exercise("deferred_init.build_on_meta")
@pytest.mark.parametrize("buffer", [True, False], ids=["buffer", "parameter"])
def test_build_on_meta_refuses_what_cannot_be_initialized(observe, rng, buffer):
    kind = "a buffer" if buffer else "a parameter"

    raised = observe.error(
        build_without_reset,
        rng.sample(DISTINCT, 2),
        buffer,
        call=f"build_on_meta(make_net), where the class Offset has {kind} but no "
        "reset_parameters",
    )

    expect_error(
        raised,
        TypeError,
        "build_on_meta returns a network with values that nobody has set.",
        mentions="Offset",
        cause=f"{kind} of a module without reset_parameters() holds leftover memory",
    )


@exercise("deferred_init.build_on_meta")
def test_build_on_meta_gives_a_network_that_learns(observe, rng):
    d, out = sizes = rng.sample(DISTINCT, 2)
    x = torch.randn(5, d)

    y, weight, bias, after = observe(
        train_built,
        sizes,
        x,
        call=f"a step of SGD on build_on_meta(Linear({d}, {out}))",
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


# load_into_lazy


def waiting_net(sizes: list[int]) -> nn.Module:
    channels, hidden, out = sizes
    return nn.Sequential(
        nn.LazyConv2d(channels, 3),
        nn.BatchNorm2d(channels),
        nn.Sequential(nn.Flatten(), nn.LazyLinear(hidden), nn.ReLU()),
        nn.Linear(hidden, out),
    )


def trained_net(sizes: list[int]) -> nn.Module:
    """Return the ordinary network for images (2, 5, 5), with statistics."""
    channels, hidden, out = sizes
    net = nn.Sequential(
        nn.Conv2d(2, channels, 3),
        nn.BatchNorm2d(channels),
        nn.Sequential(nn.Flatten(), nn.Linear(9 * channels, hidden), nn.ReLU()),
        nn.Linear(hidden, out),
    )
    net(torch.randn(6, 2, 5, 5))
    return net.eval()


def load_and_run(
    ex: Any, build: Build, sizes: list[int], state: dict[str, Tensor], x: Tensor
) -> tuple[dict[str, Shape | None], dict[str, Tensor], Tensor, dict[str, Tensor]]:
    net = build(sizes).eval()
    ex.load_into_lazy(net, state)
    shapes, loaded = shapes_of(net), values_of(net)
    y = net(x)
    return shapes, loaded, y, values_of(net)


def load_wrong(ex: Any, sizes: list[int], state: dict[str, Tensor]) -> None:
    ex.load_into_lazy(waiting_net(sizes), state)


def look_after_wrong(
    ex: Any, sizes: list[int], state: dict[str, Tensor]
) -> tuple[
    tuple[dict[str, Shape | None], dict[str, Tensor]],
    tuple[dict[str, Shape | None], dict[str, Tensor]],
]:
    net = waiting_net(sizes)
    before = shapes_of(net), values_of(net)
    try:
        ex.load_into_lazy(net, state)
    except NotImplementedError:  # not started
        raise
    except Exception:
        return before, (shapes_of(net), values_of(net))
    return before, (shapes_of(net), values_of(net))


def change_state_after_loading(
    ex: Any, sizes: list[int], state: dict[str, Tensor]
) -> dict[str, Tensor]:
    net = waiting_net(sizes)
    ex.load_into_lazy(net, state)
    for tensor in state.values():
        tensor.zero_()
    return values_of(net)


def train_after_loading(
    ex: Any, sizes: list[int], state: dict[str, Tensor], x: Tensor
) -> tuple[dict[str, Tensor], list[bool]]:
    net = waiting_net(sizes).eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    ex.load_into_lazy(net, state)
    trainable = [p.requires_grad for p in net.parameters()]
    net(x).sum().backward()
    optimizer.step()
    return values_of(net), trainable


def expect_loaded(
    values: dict[str, Tensor], state: dict[str, Tensor], fault: str, cause: str = ""
) -> None:
    expect_equal(sorted(values), sorted(state), fault)
    expect_same_values(
        {name: values[name] for name in state}, state, fault, cause or None
    )


@exercise("deferred_init.load_into_lazy", weight=2)
@pytest.mark.parametrize("build", [waiting_net, trained_net])
def test_load_fills_placeholders_and_all_others(observe, rng, build):
    sizes = rng.sample(DISTINCT, 3)
    trained, x = trained_net(sizes), torch.randn(3, 2, 5, 5)
    state = dict(trained.state_dict())

    shapes, loaded, y, after = observe(
        load_and_run,
        build,
        sizes,
        state,
        x,
        call=f"load_into_lazy({build.__name__.replace('_', ' ')}, state); net(x)",
    )

    expect_true(
        None not in shapes.values(),
        "load_into_lazy leaves placeholders.",
        expected="none",
        got=f"{list(shapes.values()).count(None)} placeholders",
    )
    expect_loaded(
        loaded,
        state,
        "load_into_lazy does not load all values of the state.",
        "a placeholder that is filled must get its values, too",
    )
    expect_loaded(after, state, "The first call after loading changes loaded values.")
    expect_close(
        y,
        trained(x),
        "After load_into_lazy, the outputs differ from the trained net's.",
    )


def drop_last(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return dict(list(state.items())[:-1])


def drop_lazy_bias(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: t for name, t in state.items() if name != "2.1.bias"}


def add_name(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "4.weight": torch.ones(2)}


def rename(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"module.{name}": tensor for name, tensor in state.items()}


def widen_last(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "3.bias": torch.cat([state["3.bias"], torch.ones(1)])}


@exercise("deferred_init.load_into_lazy", weight=3)
@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (drop_last, "its last name missing"),
        (drop_lazy_bias, "the bias of a lazy layer missing"),
        (add_name, "a name too many"),
        (rename, "'module.' in front of all names"),
        (widen_last, "a bias of a wrong shape"),
    ],
    ids=["missing", "missing_lazy", "unexpected", "renamed", "shape"],
)
def test_load_loads_nothing_of_a_state_that_does_not_fit(observe, rng, spoil, what):
    sizes = rng.sample(DISTINCT, 3)
    state = spoil(dict(trained_net(sizes).state_dict()))
    call = f"load_into_lazy(net, state), {what}"

    raised = observe.error(load_wrong, sizes, state, call=call)
    before, after = observe(look_after_wrong, sizes, state, call=call)

    expect_error(
        raised,
        RuntimeError,
        "load_into_lazy takes a state that does not fit.",
        cause="strict=False, or a check of some names only, lets the rest pass",
    )
    expect_equal(
        after[0],
        before[0],
        "load_into_lazy fills placeholders from a state that does not fit.",
        slips={
            "load_state_dict loads what it can before it raises: check first": (
                lambda shapes: any(shapes.values())
            )
        },
    )
    expect_same_values(
        after[1],
        before[1],
        "load_into_lazy loads a part of a state that does not fit.",
        cause="load_state_dict loads what it can before it raises: check first",
    )


@exercise("deferred_init.load_into_lazy")
def test_load_copies_the_values(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    state = dict(trained_net(sizes).state_dict())

    values = observe(
        change_state_after_loading,
        sizes,
        state,
        call="load_into_lazy(net, state), then all tensors of state to zero",
    )

    expect_loaded(
        values,
        state,
        "The network changes with the state that was loaded.",
        "assign=True puts the tensors of the state themselves into the network",
    )


@exercise("deferred_init.load_into_lazy")
def test_load_keeps_the_parameters_of_an_optimizer(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    state = dict(trained_net(sizes).state_dict())

    values, trainable = observe(
        train_after_loading,
        sizes,
        state,
        torch.randn(3, 2, 5, 5),
        call="SGD(net.parameters()); load_into_lazy(net, state); a step of SGD",
    )

    expect_equal(trainable, [True] * 8, "After loading, parameters are not trainable.")
    last = values.get("3.bias", state["3.bias"])
    expect_true(
        not is_same(last, state["3.bias"]),
        "An optimizer made before load_into_lazy does not train the network.",
        expected="another last bias after the step",
        got="the loaded one",
        cause="assign=True and setattr put new parameters there: fill those there are",
    )
