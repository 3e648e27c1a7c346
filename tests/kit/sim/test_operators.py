"""The simulated accelerator computes what the CPU computes, and mixes no devices.

The samples are those of torch's own test suite, one for each operator and module; they
come with torch, and need expecttest.
"""

import copy
import random
import warnings

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.utils._pytree import tree_leaves, tree_map_only

from grader import sim

NO_VALUES = {
    *("empty", "empty_like", "empty_permuted", "empty_strided"),
    *("new_empty", "new_empty_strided"),
}
BEYOND = {
    "chalf": "complex32",
    "sparse_mm_reduce": "sparse",
    "sparse_sampled_addmm": "sparse",
    "to_sparse": "sparse",
}
ELSEWHERE = {
    "tensor_split": "takes the places to split at from the CPU alone",
    "to": "its sample names the CPU",
}
MAY_MIX = {
    *("broadcast_tensors", "expand_as", "reshape_as", "resize_as_", "view_as"),
    *("atleast_1d", "atleast_2d", "atleast_3d"),  # shapes alone
    *("as_strided_scatter", "diagonal_scatter", "select_scatter", "slice_scatter"),
    "index_put",  # indices
    "nn_functional_ctc_loss",  # targets
}
"""What takes tensors of two devices on CUDA, too: the first five copy values."""
RECURRENT = {"nn.GRU", "nn.GRUCell", "nn.LSTM", "nn.LSTMCell"}
NO_SAMPLE = {"nn.FractionalMaxPool2d", "nn.FractionalMaxPool3d"}


@pytest.fixture(autouse=True)
def attached():
    with sim.attached() as meter:
        yield meter


@pytest.fixture(autouse=True)
def calm():
    """Let operators warn: it is the CPU's that do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def draw_samples(op, count):
    """Return the first samples of an operator, always the same."""
    seed()
    gradients = op.supports_autograd
    samples = op.sample_inputs("cpu", torch.float32, requires_grad=gradients)
    first = (s for _, s in zip(range(count), samples, strict=False))
    return [(s.input, s.args, s.kwargs) for s in first]


def seed():
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)


def to(sample, device):
    """Return a copy on a device, of leaves, that also makes new tensors there."""

    def move(t):
        return t.detach().to(device, copy=True).requires_grad_(t.requires_grad)

    first, args, kwargs = tree_map_only(Tensor, move, sample)
    return first, args, {**kwargs, **({"device": device} if "device" in kwargs else {})}


def tensors_of(tree):
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def compute(op, sample):
    """Return an operator's results, and the gradients of what goes into it."""
    seed()
    first, args, kwargs = sample
    results = op.op(first, *args, **kwargs)
    smooth = [t for t in tensors_of(results) if t.requires_grad]
    inputs = [t for t in tensors_of(sample) if t.requires_grad]
    if not smooth or not inputs:
        return results, []
    total = sum(t.abs().sum() for t in smooth)
    gradients = torch.autograd.grad(total, inputs, allow_unused=True)
    return results, [g for g in gradients if g is not None]


def expect_same(got, expected, **more):
    assert len(tree_leaves(got)) == len(tree_leaves(expected))
    for mine, theirs in zip(tree_leaves(got), tree_leaves(expected), strict=True):
        if isinstance(theirs, Tensor):
            assert mine.device.type == "sim"
            assert_close(mine.cpu(), theirs, equal_nan=True, **more)
        else:
            assert mine == theirs


OPERATORS = [
    op
    for op in op_db
    if torch.float32 in op.dtypes
    and not op.name.startswith("jiterator")  # needs CUDA's compiler
    and op.formatted_name not in NO_VALUES | BEYOND.keys() | ELSEWHERE.keys()
]


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.formatted_name)
def test_an_operator_and_its_gradient_agree_with_the_cpu(op):
    (sample,) = draw_samples(op, 1)

    results, gradients = compute(op, to(sample, "sim"))

    expected, expected_gradients = compute(op, to(sample, "cpu"))
    expect_same(results, expected)
    expect_same(gradients, expected_gradients)


def pairs_of(op):
    """Return the first sample with two tensors, or None."""
    if op.formatted_name in MAY_MIX:
        return None
    samples = draw_samples(op, 6)
    return next((s for s in samples if len(tensors_with_dims(s)) > 1), None)


def tensors_with_dims(tree):
    return [t for t in tensors_of(tree) if t.dim()]


def mix(sample, stranger):
    """Return a sample on the device, all but one tensor of dimensions."""
    count = -1

    def move(t):
        nonlocal count
        count += t.dim() > 0
        stays = t.dim() and count == stranger
        return t.detach() if stays else t.detach().to("sim")

    return tree_map_only(Tensor, move, sample)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    PAIRED = [(op, pair) for op in OPERATORS if (pair := pairs_of(op)) is not None]


@pytest.mark.parametrize("stranger", [0, 1], ids=["first_on_cpu", "second_on_cpu"])
@pytest.mark.parametrize(
    ("op", "sample"), PAIRED, ids=[op.formatted_name for op, _ in PAIRED]
)
def test_an_operator_refuses_tensors_of_two_devices(op, sample, stranger):
    first, args, kwargs = mix(sample, stranger)

    with pytest.raises(
        RuntimeError,
        match=r"same device|at least two devices|sim.* but got .*cpu|"
        r"cpu.* but got .*sim",
    ):
        op.op(first, *args, **kwargs)


MODULES = [m for m in module_db if m.name not in RECURRENT | NO_SAMPLE]


def train(net, sample, device):
    """Return outputs, parameters and buffers after a step on a device."""
    seed()
    _, args, kwargs = to(sample, device)
    net = copy.deepcopy(net).to(device)
    outputs = tensors_of(net(*args, **kwargs))
    smooth = [t for t in outputs if t.requires_grad]
    if smooth:
        sum(t.square().sum() for t in smooth).backward()
    if list(net.parameters()):
        torch.optim.SGD(net.parameters(), lr=0.1).step()
    return [t.detach() for t in (*outputs, *net.parameters(), *net.buffers())]


@pytest.mark.parametrize("info", MODULES, ids=lambda info: info.name)
def test_a_module_trains_as_on_the_cpu(info):
    seed()
    sample = next(
        iter(
            info.module_inputs_func(
                info,
                device="cpu",
                dtype=torch.float32,
                requires_grad=True,
                training=True,
            )
        )
    )
    made = sample.constructor_input
    net = info.module_cls(*made.args, **made.kwargs)
    for module in net.modules():  # other devices draw other numbers
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        elif isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0
    given = None, sample.forward_input.args, sample.forward_input.kwargs

    trained = train(net, given, "sim")

    expect_same(trained, train(net, given, "cpu"), atol=1e-5, rtol=1e-4)


def test_the_operators_are_many():
    assert len(OPERATORS) > 600
    assert len(PAIRED) > 200
    assert len(MODULES) > 100
