"""Lazy initialization: shapes, order, and what must stay as it was."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from grader.observe import Raised, expect_close, expect_equal, expect_true

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


def expect_no_error(
    raised: Raised | None, fault: str, causes: Mapping[str, str]
) -> None:
    """Expect a result; `causes` maps patterns of exceptions to what is behind them."""
    text = str(raised)
    causes_found = [
        cause for pattern, cause in causes.items() if re.search(pattern, text)
    ]
    expect_true(
        raised is None,
        fault,
        expected="a result",
        got=text,
        cause=next(iter(causes_found), None),
    )


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

    shapes = observe(
        widths_after_two_inputs,
        widths,
        xs,
        call=f"two networks lazy_mlp({widths[0]}, {widths[1]}), on inputs of width "
        f"{one} and {two}",
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

    names = observe(
        pending_in,
        build,
        widths,
        call=f"pending_parameters of a network, {build.__name__.replace('_', ' ')}",
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

    raised = observe.error(dry_run_stack, widths, x, call=call)
    expect_no_error(
        raised,
        "dry_run does not work on a single row.",
        {
            "more than 1 value per channel": "in training mode, batch norm needs more "
            "than one row: net.eval() first"
        },
    )
    shape, shapes = observe(dry_run_stack, widths, x, call=call)

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

    raised = observe.error(dry_run_layer, width, x, call=call)
    expect_no_error(raised, "dry_run does not work on a single layer.", SKIPS_HOOKS)
    shape = observe(dry_run_layer, width, x, call=call)

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

    raised = observe.error(dry_run_join, widths, x, y, call=call)
    expect_no_error(
        raised,
        "dry_run does not work on a network of two inputs.",
        {
            "missing 1 required positional": "call net(*inputs), with the star, so "
            "that each input is an argument of its own"
        },
    )
    shape = observe(dry_run_join, widths, x, y, call=call)

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

    raised = observe.error(weights_after_init, build, widths, value, x, call=call)
    expect_no_error(raised, "apply_init does not work on a tensor.", STAR)
    weights = observe(weights_after_init, build, widths, value, x, call=call)

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

    raised = observe.error(init_join, widths, x, y, call=call)
    expect_no_error(raised, "apply_init does not work on a tuple of inputs.", STAR)
    shapes = observe(init_join, widths, x, y, call=call)

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
