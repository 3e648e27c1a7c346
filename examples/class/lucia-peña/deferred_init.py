# Solução de Lúcia
"""Lazy initialization: networks that find out their shapes from their first input.

Read along: https://d2l.ai/chapter_builders-guide/lazy-init.html
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from grader import NotStarted


@contextmanager
def _no_trace(net: nn.Module) -> Iterator[None]:
    """Run the body in eval mode, without gradients, on random numbers of its own."""
    training = {module: module.training for module in net.modules()}
    every_gpu = range(torch.cuda.device_count())
    try:
        with torch.no_grad(), torch.random.fork_rng(every_gpu):
            net.eval()
            yield
    finally:
        for module, flag in training.items():
            module.training = flag


def _copy(net: nn.Module) -> nn.Module:
    """Return a deep copy of `net`, placeholders included."""
    # deepcopy fails on placeholder buffers, which LazyBatchNorm has
    memo = {
        id(buffer): UninitializedBuffer(device=buffer.device, dtype=buffer.dtype)
        for buffer in net.buffers()
        if isinstance(buffer, UninitializedBuffer)
    }
    return copy.deepcopy(net, memo)


def _is_leaf(module: nn.Module) -> bool:
    return next(module.children(), None) is None


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
    layers: list[nn.Module] = []
    for width in widths:
        layers += [nn.LazyLinear(width), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


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
    return [
        name
        for name, parameter in net.named_parameters()
        if isinstance(parameter, UninitializedParameter)
    ]


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
    with _no_trace(net):
        return net(*inputs).shape


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
    with _no_trace(net):
        net(*inputs) if isinstance(inputs, tuple) else net(inputs)
    return net.apply(init)


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
    twin = _copy(net)
    running: list[str] = []
    for name, module in twin.named_modules():
        if _is_leaf(module):
            module.register_forward_pre_hook(
                lambda *_, name=name: running.append(name), prepend=True
            )
            module.register_forward_hook(lambda *_: running.clear())
    try:
        with _no_trace(twin):
            twin(x)
    except Exception:
        if not running:
            raise
        return running[0]
    return None
