"""Lazy initialization: small cases to check your own work against."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from grader.observe import expect_equal, expect_true, say

exercise = pytest.mark.exercise


def shapes_of(net: nn.Module) -> list[tuple[int, ...] | None]:
    """Return the shapes of all parameters, None for a placeholder."""
    return [None if is_lazy(p) else tuple(p.shape) for p in net.parameters()]


Shapes = list[tuple[int, ...] | None]


def call_lazy_mlp(ex: Any, x: Tensor) -> tuple[Shapes, tuple[int, ...], Shapes]:
    net = ex.lazy_mlp(8, 2)
    before = shapes_of(net)
    y = net(x)
    return before, tuple(y.shape), shapes_of(net)


@exercise("deferred_init.lazy_mlp")
def test_lazy_mlp_takes_its_shapes_from_the_first_input(observe):
    before, y, after = observe(
        call_lazy_mlp, torch.randn(5, 4), call="lazy_mlp(8, 2)(x) with x (5, 4)"
    )

    expect_equal(
        before, [None] * 4, "lazy_mlp has other parameters than four placeholders."
    )
    expect_equal(y, (5, 2), "The output of lazy_mlp has another width than the last.")
    expect_equal(
        sorted(after, key=str),
        [(2, 8), (2,), (8, 4), (8,)],
        "The first input does not fix the shapes of the parameters.",
    )


def run_filled(ex: Any, widths: list[int], x: Tensor) -> Tensor:
    """Return a result with weights of 1 and biases of -2."""
    net = ex.lazy_mlp(*widths)
    ex.lazy_mlp(*widths)(torch.zeros(1, 9))  # another network, with its own input
    net(x)
    for parameter in net.parameters():
        nn.init.constant_(parameter, 1.0 if parameter.dim() == 2 else -2.0)
    return net(x)


@exercise("deferred_init.lazy_mlp")
@pytest.mark.parametrize(
    ("widths", "expected"),
    [
        # 5: relu(5 - 2) = 3, relu(3 + 3 - 2) = 4, 4 + 4 - 2 = 6
        # 1: relu(1 - 2) = 0, relu(0 + 0 - 2) = 0, 0 + 0 - 2 = -2
        ([2, 2, 1], [6.0, -2.0]),
        ([1], [3.0, -1.0]),
    ],
)
def test_lazy_mlp_has_a_relu_between_two_layers(observe, widths, expected):
    x = torch.tensor([[[5.0]], [[1.0]]])

    y = observe(
        run_filled,
        widths,
        x,
        call=say("lazy_mlp(*{w})([[[5]], [[1]]]), weights 1, biases -2", w=widths),
    )

    right = torch.tensor(expected).reshape(2, 1, 1)
    expect_equal(
        y,
        right,
        "lazy_mlp does not compute linear layers with a ReLU between them.",
        slips={"there is no ReLU after the last layer": right.relu()},
    )


def one_lazy_layer() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.LazyLinear(2))


def many_kinds() -> nn.Module:
    """Return a network with lazy buffers, an empty parameter, a layer used twice."""
    layer = nn.LazyLinear(2)
    empty = nn.ParameterList([torch.zeros(0)])
    return nn.Sequential(nn.LazyBatchNorm1d(), empty, nn.Sequential(layer), layer)


def frozen_layer() -> nn.Module:
    layer = nn.LazyLinear(2)
    layer.weight.requires_grad = False
    return layer


def pending_of(ex: Any, build: Callable[[], nn.Module]) -> list[str]:
    return ex.pending_parameters(build())


@exercise("deferred_init.pending_parameters")
@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (one_lazy_layer, ["2.weight", "2.bias"]),
        (many_kinds, ["0.weight", "0.bias", "2.0.weight", "2.0.bias"]),
        (frozen_layer, ["weight", "bias"]),
    ],
)
def test_pending_lists_the_placeholders_only(observe, build, expected):
    names = observe(
        pending_of, build, call=say("pending_parameters({net}())", net=build.__name__)
    )

    expect_equal(
        names,
        expected,
        "pending_parameters does not list the placeholders.",
        slips={
            "buffers are no parameters: net.named_parameters() leaves them out": (
                lambda names: "0.running_mean" in names
            )
        },
    )


class Sum(nn.Module):
    """A network of two inputs, which may raise an exception."""

    def __init__(self, *, raises: bool = False) -> None:
        super().__init__()
        self.first, self.second = nn.LazyLinear(3), nn.LazyLinear(3)
        self.raises = raises

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        if self.raises:
            raise ArithmeticError
        return self.first(x) + self.second(y)


def norm_inside() -> nn.Module:
    """Return a network with a frozen part in eval mode, and with a gradient."""
    norm = nn.BatchNorm1d(8).eval()
    norm.bias.requires_grad_(requires_grad=False)
    norm.weight.grad = torch.ones(8)
    block = nn.Sequential(nn.ReLU(), norm)
    return nn.Sequential(nn.LazyLinear(8), nn.BatchNorm1d(8), block, nn.LazyLinear(2))


def dry_run_of_a_norm(
    ex: Any, x: Tensor
) -> tuple[tuple[int, ...], dict[str, bool], dict[str, Any]]:
    """Return a shape, flags, and what else the dry run could leave behind."""
    net = norm_inside()
    before = list(net.parameters())
    torch.rand(3)
    state = torch.get_rng_state()
    shape = ex.dry_run(net, x)
    flags = {name: module.training for name, module in net.named_modules()}
    parameters = list(net.parameters())
    left = {
        "placeholders": None in shapes_of(net),
        "other random numbers": not torch.equal(torch.get_rng_state(), state),
        "gradients": [p.grad is not None for p in parameters],
        "frozen": [not p.requires_grad for p in parameters],
        "other parameters": list(map(id, parameters)) != list(map(id, before)),
        "parameters of inference mode": any(p.is_inference() for p in parameters),
    }
    return shape, flags, left


@exercise("deferred_init.dry_run")
def test_dry_run_gives_shapes_and_leaves_no_other_trace(observe):
    shape, flags, left = observe(
        dry_run_of_a_norm,
        torch.randn(1, 4),
        call="dry_run(net, x) for a network with batch norm, x (1, 4)",
        causes={"more than 1 value": "one row is enough in eval mode: net.eval()"},
    )

    expect_equal(shape, (1, 2), "dry_run does not return the shape of the output.")
    expect_equal(
        flags,
        {
            "": True,
            "0": True,
            "1": True,
            "2": True,
            "2.0": True,
            "2.1": False,
            "3": True,
        },
        "dry_run changes the training flags.",
        cause="net.eval() and net.train() reach every module: give each its flag back",
    )
    expect_equal(
        left,
        {
            "placeholders": False,
            "other random numbers": False,
            # weight and bias of four layers: one has a gradient, another is frozen
            "gradients": [False] * 4 + [True] + [False] * 3,
            "frozen": [False] * 5 + [True] + [False] * 2,
            "other parameters": False,
            "parameters of inference mode": False,
        },
        "dry_run leaves placeholders, or a trace.",
    )


def dry_run_of_a_sum(ex: Any, raises: bool) -> tuple[tuple[int, ...], bool]:
    """Return a shape, none for an exception, and the training flag."""
    net = Sum(raises=raises)
    try:
        shape = ex.dry_run(net, torch.zeros(5, 4), torch.zeros(5, 2))
    except ArithmeticError:
        shape = ()
    return shape, net.training


@exercise("deferred_init.dry_run")
def test_dry_run_takes_two_inputs_and_passes_exceptions_on(observe):
    call = "dry_run(net, x, y) with x (5, 4) and y (5, 2)"

    shape, _ = observe(dry_run_of_a_sum, False, call=call)
    none, training = observe(
        dry_run_of_a_sum, True, call="dry_run(net, x, y), where net raises"
    )

    expect_equal(shape, (5, 3), "dry_run does not return the shape of the output.")
    expect_equal(none, (), "dry_run hides the exception of the network.")
    expect_true(
        training,
        "dry_run does not give the training flags back when the network raises.",
        expected="still in training mode",
        got="in eval mode",
        cause="what must happen in any case belongs into a finally",
    )


def modules_given_to_init(
    ex: Any, x: Tensor
) -> tuple[list[str], list[str], bool, dict[str, Any]]:
    """Return what init gets and still finds lazy, and what became of the network."""
    norm = nn.BatchNorm1d(3)
    net = nn.Sequential(nn.Sequential(nn.LazyLinear(3), norm).eval(), nn.LazyLinear(2))
    norm.training = True
    names = {module: name for name, module in net.named_modules()}
    given, waiting = set(), set()

    def init(module: nn.Module) -> bool:
        given.add(names.get(module, "no module of net"))
        waiting.update(n for n, p in net.named_parameters() if is_lazy(p))
        return True  # does not count

    result = ex.apply_init(net, x, init)
    left = {name: module.training for name, module in net.named_modules()}
    left["batches that the norm has seen"] = int(norm.num_batches_tracked)
    return sorted(given), sorted(waiting), result is net, left


@exercise("deferred_init.apply_init")
def test_apply_init_reaches_every_module_after_a_dry_run(observe):
    given, waiting, same, left = observe(
        modules_given_to_init, torch.randn(2, 4), call="apply_init(net, x, init)"
    )

    expect_equal(
        given,
        ["", "0", "0.0", "0.1", "1"],
        "apply_init does not call init for every module, net itself included.",
    )
    expect_equal(
        waiting,
        [],
        "apply_init calls init while there are placeholders.",
        cause="the dry run comes first",
    )
    expect_true(
        same,
        "apply_init does not return the network.",
        expected="net itself",
        got="something else",
    )
    expect_equal(
        left,
        {
            "": True,
            "0": False,
            "0.0": False,
            "0.1": True,
            "1": True,
            "batches that the norm has seen": 0,
        },
        "apply_init changes training flags or running statistics.",
        cause="a dry run is in eval mode, and gives each module its flag back",
    )


def initialize_a_sum(ex: Any) -> list[float]:
    def init(module: nn.Module) -> None:
        if type(module) is nn.Linear:
            nn.init.ones_(module.weight)

    net = ex.apply_init(Sum(), (torch.zeros(5, 4), torch.zeros(5, 2)), init)
    return net.first.weight.unique().tolist() + net.second.weight.unique().tolist()


@exercise("deferred_init.apply_init")
def test_apply_init_takes_a_tuple_of_inputs(observe):
    values = observe(
        initialize_a_sum, call="apply_init(net, (x, y), init), weights to 1"
    )

    expect_equal(values, [1.0, 1.0], "apply_init leaves weights that init did not set.")


class LastFirst(nn.Module):
    """A network whose layers run in another order than they are registered."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(9, 9)
        self.first = nn.Linear(5, 9)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x))


def behind_a_lazy_layer(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(nn.LazyLinear(6), nn.Sequential(nn.Tanh(), *layers))


NETWORKS = {
    "two layers that do not fit": (
        lambda: behind_a_lazy_layer(nn.Linear(9, 6), nn.ReLU(), nn.Linear(7, 6)),
        "1.1",
    ),
    "no layer that does not fit": (
        lambda: behind_a_lazy_layer(nn.BatchNorm1d(6)),
        None,
    ),
    "a layer without parameters that does not fit": (
        lambda: behind_a_lazy_layer(nn.Unflatten(1, (4, 4))),
        "1.1",
    ),
    "a lazy layer that needs more axes": (
        lambda: behind_a_lazy_layer(nn.LazyConv2d(2, 1)),
        "1.1",
    ),
    "a layer that raises a ValueError": (
        lambda: behind_a_lazy_layer(nn.BatchNorm2d(6)),
        "1.1",
    ),
    "a layer of its own that does not fit": (lambda: nn.Linear(9, 6), ""),
    "another order than it registers": (LastFirst, "first"),
}


def mismatch_of(
    ex: Any, build: Callable[[], nn.Module], x: Tensor
) -> tuple[str | None, list[bool]]:
    """Return the name, and whether shapes and flags are as before."""
    net = build()
    net.training = False
    shapes, flags = shapes_of(net), [m.training for m in net.modules()]
    name = ex.first_mismatch(net, x)
    same = [shapes_of(net) == shapes, [m.training for m in net.modules()] == flags]
    return name, same


@exercise("deferred_init.first_mismatch")
@pytest.mark.parametrize("kind", NETWORKS)
def test_mismatch_is_the_first_leaf_that_raises(observe, kind):
    build, expected = NETWORKS[kind]

    name, same = observe(
        mismatch_of,
        build,
        torch.randn(1, 4),
        call=say("first_mismatch(net, x), x (1, 4), where net has {kind}", kind=kind),
        causes={"ValueError": "an exception of any class counts"},
    )

    expect_equal(
        name,
        expected,
        "first_mismatch does not name the leaf that does not fit.",
        slips={"a container is no leaf: the layer inside it is asked for": "1"},
    )
    expect_equal(
        same,
        [True, True],
        "first_mismatch changes placeholders or training flags of the network.",
        cause="let x go through a copy.deepcopy(net)",
    )


def run_variable_width(ex: Any, xs: list[Tensor]) -> list[Tensor]:
    layer = ex.VariableWidth(2, 1)
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(torch.arange(1.0, 1 + p.numel()).view_as(p))
    return [layer(x) for x in xs]


@exercise("deferred_init.VariableWidth")
def test_variable_width_sums_over_chunks(observe):
    xs = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([[4.0], [5.0]])

    three, one, two = observe(
        run_variable_width,
        [*xs, xs[0][:2]],
        call="VariableWidth(2, 1) with weight [[1, 2]] and bias [1], on [1, 2, 3], "
        "[[4], [5]] and [1, 2]",
    )

    # chunks [1, 2] and [3, 0]: (1 + 2 * 2 + bias) + (3 + 2 * 0 + bias) = 10
    expect_equal(
        three,
        torch.tensor([10.0]),
        "VariableWidth does not sum over chunks.",
        slips={
            "the zeros belong on the right": torch.tensor([12.0]),
            "a chunk holds neighbours": torch.tensor([11.0]),
        },
    )
    expect_equal(
        one,
        torch.tensor([[5.0], [6.0]]),
        "VariableWidth does not fill up inputs that are too narrow.",
    )
    expect_equal(
        two,
        torch.tensor([6.0]),
        "VariableWidth does not leave a multiple of width as it is.",
        slips={
            "one chunk too many, of zeros only: a multiple of width needs none": (
                torch.tensor([7.0])
            )
        },
    )


def call_my_lazy_linear(
    ex: Any, x: Tensor
) -> tuple[Shapes, tuple[int, ...], Shapes, bool]:
    layer = ex.MyLazyLinear(2)
    before, held = shapes_of(layer), set(layer.parameters())
    y = layer(x)
    return before, tuple(y.shape), shapes_of(layer), held == set(layer.parameters())


@exercise("deferred_init.MyLazyLinear")
def test_my_lazy_linear_takes_its_shapes_from_the_first_input(observe):
    before, y, after, same = observe(
        call_my_lazy_linear, torch.randn(5, 4), call="MyLazyLinear(2)(x), x (5, 4)"
    )

    expect_equal(
        before, [None, None], "MyLazyLinear does not start with two placeholders."
    )
    expect_equal(y, (5, 2), "The output of MyLazyLinear is not out_features wide.")
    expect_equal(
        sorted(after, key=str),
        [(2, 4), (2,)],
        "The first input does not fix the shapes of weight and bias.",
    )
    expect_true(
        same,
        "The layer has other Parameter objects than before.",
        expected="the very same, with a shape",
        got="new ones",
        cause="the placeholder itself becomes the parameter: put no new one there",
    )


def infer_two_leaves(ex: Any) -> tuple[list[tuple[str, tuple[int, ...]]], str]:
    """Return the shapes, and where the network is then."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    return ex.infer_shapes(net, (7, 3, 4)), net[1].weight.device.type


@exercise("deferred_init.infer_shapes")
def test_infer_shapes_lists_each_leaf(observe):
    shapes, place = observe(
        infer_two_leaves,
        call="infer_shapes(Sequential(Flatten(), Linear(12, 5)), (7, 3, 4))",
    )

    expect_equal(
        shapes,
        [("0", (7, 12)), ("1", (7, 5))],
        "infer_shapes does not list the output shapes of the leaves.",
    )
    expect_equal(
        place,
        "cpu",
        "infer_shapes does not leave the network as it is.",
        cause='net.to("meta") changes net itself, and its values are gone: move a copy',
    )


def build_batch_norm(ex: Any) -> tuple[list[bool], list[str], dict[str, Tensor]]:
    on_meta = []

    def make_net() -> nn.Module:
        on_meta.append(torch.empty(0).is_meta)
        return nn.BatchNorm1d(3)

    try:
        state = ex.build_on_meta(make_net).state_dict()
    finally:
        torch.set_default_device(None)
    left = [name for name, tensor in state.items() if tensor.is_meta]
    return on_meta, left, {n: t for n, t in state.items() if not t.is_meta}


@exercise("deferred_init.build_on_meta")
def test_build_on_meta_gives_initial_values(observe):
    on_meta, left, values = observe(
        build_batch_norm, call="build_on_meta(lambda: nn.BatchNorm1d(3))"
    )

    expect_equal(on_meta, [True], "make_net is not called once, on meta.")
    expect_equal(left, [], "Tensors of the network are still on meta.")
    expect_equal(
        values,
        dict(nn.BatchNorm1d(3).state_dict()),
        "The network does not have its initial values.",
    )


def load_two_entries(ex: Any, state: dict[str, Tensor]) -> list[Tensor]:
    net = nn.Sequential(nn.LazyLinear(2))
    ex.load_into_lazy(net, state)
    return [net[0].weight, net[0].bias]


def load_with_a_wrong_name(ex: Any, state: dict[str, Tensor]) -> Shapes:
    net = nn.Sequential(nn.LazyLinear(2))
    try:
        ex.load_into_lazy(net, state)
    except NotImplementedError:  # not started
        raise
    except RuntimeError:
        return shapes_of(net)
    return []


@exercise("deferred_init.load_into_lazy")
def test_load_fills_placeholders(observe):
    state = {"0.weight": torch.randn(2, 3), "0.bias": torch.randn(2)}

    loaded = observe(
        load_two_entries, state, call="load_into_lazy(Sequential(LazyLinear(2)), state)"
    )

    expect_equal(
        loaded, list(state.values()), "load_into_lazy does not load weight and bias."
    )


@exercise("deferred_init.load_into_lazy")
def test_load_with_a_wrong_name_changes_nothing(observe):
    state = {"0.weight": torch.randn(2, 3), "0.base": torch.randn(2)}

    shapes = observe(
        load_with_a_wrong_name, state, call="load_into_lazy with '0.base' in the state"
    )

    expect_equal(
        shapes,
        [None, None],
        "load_into_lazy does not refuse a wrong name and leave two placeholders.",
        slips={"no RuntimeError is raised": []},
    )
