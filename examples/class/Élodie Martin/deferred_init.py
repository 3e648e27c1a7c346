"""Lazy initialization: networks that find out their shapes from their first input.

Read along: https://d2l.ai/chapter_builders-guide/lazy-init.html
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from grader import NotStarted


def lazy_mlp(*widths: int) -> nn.Module:
    """Return a multilayer perceptron that is told its output widths only.

    One `LazyLinear` layer per width, in the order given, a ReLU between two layers and
    none after the last. Until the first call, all parameters are placeholders; the
    first input fixes their shapes. The network works on the last axis, whatever comes
    before it. There is at least one width.

    Shapes: (..., any width) -> (..., widths[-1])

    Example:
        >>> net = lazy_mlp(8, 2)
        >>> net(torch.zeros(5, 4)).shape
        torch.Size([5, 2])
        >>> [tuple(p.shape) for p in net.parameters()]
        [(8, 4), (8,), (2, 8), (2,)]
    """
    raise NotStarted


def pending_parameters(net: nn.Module) -> list[str]:
    """Return the names of the parameters that are still placeholders.

    The names and their order are those of `net.named_parameters()`: a shared parameter
    is listed once, and buffers are not listed. Any lazy module counts, whatever its
    class. `net` stays as it is.

    Example:
        >>> net = nn.Sequential(nn.Linear(4, 3), nn.LazyLinear(2))
        >>> pending_parameters(net)
        ['1.weight', '1.bias']
        >>> y = net(torch.zeros(1, 4))
        >>> pending_parameters(net)
        []
    """
    raise NotStarted


def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    """Give all placeholders their shapes, and return the shape of `net(*inputs)`.

    Placeholders become parameters that can be trained, with the initial values of
    their layers. The dry run leaves no other trace: running statistics, gradients,
    the state of torch's random numbers and the `training` flag of each module stay as
    they are, the flags even if `net` raises. It runs in eval mode, so that one row is
    enough. `net` may be a single layer. The shape is a tuple or a `torch.Size`.

    Example:
        >>> net = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(2))
        >>> dry_run(net, torch.zeros(1, 4))
        torch.Size([1, 2])
        >>> net[0].weight.shape
        torch.Size([8, 4])
    """
    raise NotStarted


def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    """Give all placeholders their shapes by a dry run, then initialize; return `net`.

    `inputs` is the input of the dry run, or a tuple of inputs if `net` takes several.
    Then `init(module)` is called for every module in `net`, `net` itself included, and
    never while a placeholder is left. The dry run changes no running statistics and no
    `training` flag.

    Example:
        >>> def zero(module):
        ...     if type(module) is nn.Linear:
        ...         nn.init.zeros_(module.weight)
        >>> net = apply_init(nn.Sequential(nn.LazyLinear(2)), torch.ones(1, 3), zero)
        >>> net[0].weight.tolist()
        [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    raise NotStarted


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    """Return the name of the first leaf that what reaches it does not fit, or None.

    A leaf is a module without children. `x` goes through `net` in eval mode, in the
    order of its `forward`; the first leaf whose call raises an exception is the one. A
    lazy leaf takes any width. The name is that of `net.named_modules()`, so the name of
    `net` itself, if it is a leaf, is `""`. `net` stays as it is: placeholders, values,
    buffers and `training` flags.

    Example:
        >>> net = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.Linear(9, 2))
        >>> first_mismatch(net, torch.zeros(1, 4))
        '2'
        >>> first_mismatch(net[:2], torch.zeros(1, 4)) is None
        True
    """
    raise NotStarted


class VariableWidth(nn.Module):
    """A linear layer for inputs of any width, by one `Linear` used again and again.

    The last axis is filled up with zeros on the right to the next multiple of `width`,
    not at all if it is one, and cut into chunks of `width` neighbours. One and the same
    `Linear(width, out)` is applied to each chunk, its bias included, and the results
    are summed. It works on the last axis, whatever comes before it, with the weight and
    the bias of that `Linear` as the only parameters.

    Shapes: (..., n) -> (..., out), n >= 1

    Example:
        >>> layer = VariableWidth(4, 2)
        >>> layer(torch.zeros(5, 3)).shape, layer(torch.zeros(5, 9)).shape
        (torch.Size([5, 2]), torch.Size([5, 2]))
    """

    def __init__(self, width: int, out: int):
        raise NotStarted

    def forward(self, x: Tensor) -> Tensor:
        raise NotStarted


class MyLazyLinear(LazyModuleMixin, nn.Module):
    """Your own `LazyLinear`: `x @ weight.T + bias`, shaped by its first input.

    Before the first call `weight` and `bias` are placeholders. The first call makes
    them parameters of the shapes (out_features, n) and (out_features,), with random
    numbers from -1/√n to 1/√n as initial values. The same objects stay registered, so
    that an optimizer made before trains them, and they keep the dtype that `.double()`
    and the like gave the placeholders.

    The state dict has the entries `"weight"` and `"bias"`, before the first call, too.
    One without shapes can be loaded into a layer without shapes, and one with shapes
    into any layer that they fit; then the first call changes nothing.

    Shapes: (..., n) -> (..., out_features)

    Raises:
        RuntimeError: an input has another width than the first one; nothing changes.

    Example:
        >>> layer = MyLazyLinear(2)
        >>> layer(torch.zeros(5, 3, 4)).shape
        torch.Size([5, 3, 2])
        >>> layer.weight.shape
        torch.Size([2, 4])
    """

    def __init__(self, out_features: int):
        raise NotStarted

    def initialize_parameters(self, x: Tensor) -> None:
        raise NotStarted

    def forward(self, x: Tensor) -> Tensor:
        raise NotStarted


def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    """Return name and output shape of each leaf, in the order in which they run.

    A leaf is a module without children; one that runs twice is listed twice. The name
    is that of `net.named_modules()`. The input is float32 of shape `input_shape`, and
    `net` runs in eval mode, so that one row is enough. Nothing is computed and no
    output takes memory, so that shapes may be huge. `net` has no placeholders and
    stays as it is: device, values, buffers, `training` flags, hooks. Each leaf gives
    one tensor; its shape is returned as a tuple or a `torch.Size`.

    Example:
        >>> net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
        >>> [(name, tuple(shape)) for name, shape in infer_shapes(net, (7, 3, 4))]
        [('0', (7, 12)), ('1', (7, 5))]
    """
    raise NotStarted


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    """Return `make_net()`, its tensors made on `device` at once, without a first copy.

    `make_net` is called once, with "meta" as the default device: what it makes has
    shapes but no values. All parameters and buffers of the result are on `device` (any
    device, "meta" too), with the initial values that a normal build gives them and the
    same dtypes, `requires_grad` and `training` flags. The default device is what it was
    before.

    A module sets the values of its own tensors, buffers included, in its method
    `reset_parameters`; those of its children are not its own. Modules share no tensors.

    Raises:
        TypeError: a module has tensors of its own, but no `reset_parameters`. The
            message names its class.

    Example:
        >>> net = build_on_meta(lambda: nn.BatchNorm1d(3))
        >>> net.running_var
        tensor([1., 1., 1.])
    """
    raise NotStarted


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    """Load a state dict into a network that may have placeholders, or change nothing.

    Placeholders become parameters with the shapes and values of `state`, without a call
    of the network; the first call does not change them. Values are copied, so that
    `state` and the network stay independent. All parameters remain the same objects,
    so that an optimizer made before trains them.

    Raises:
        RuntimeError: a name is missing in `state` or unknown to `net`, or a tensor that
            is no placeholder has another shape. `net` is as before: not a value is
            loaded and not a placeholder filled.

    Example:
        >>> net = nn.Sequential(nn.LazyLinear(2))
        >>> load_into_lazy(net, nn.Sequential(nn.Linear(3, 2)).state_dict())
        >>> net[0].weight.shape
        torch.Size([2, 3])
    """
    raise NotStarted
