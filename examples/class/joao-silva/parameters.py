"""Parameter management: look at parameters, initialise them, share them.

Read along: https://d2l.ai/chapter_builders-guide/parameters.html
and https://d2l.ai/chapter_builders-guide/init-param.html
"""

import torch
from torch import Generator, Tensor, nn
from torch.nn.parameter import UninitializedParameter

from grader import NotStarted


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    """List the parameters of `net`, one row (name, shape, numel, trainable) each.

    A row is a tuple, or of a subclass such as a named tuple. `name` is the dotted name
    in the network, `shape` a tuple, `numel` the number of entries, an int, and
    `trainable` says whether gradients reach the parameter. Rows come in the order of
    `named_parameters()`. A parameter that several modules share has one row, under its
    first name; equal values alone do not make parameters one. Buffers have no row.

    Example:
        >>> parameter_table(nn.Linear(3, 2))
        [('weight', (2, 3), 6, True), ('bias', (2,), 2, True)]
    """
    return [
        (name, tuple(p.shape), p.numel(), p.requires_grad)
        for name, p in net.named_parameters()
    ]


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    """Initialise every `Linear` layer of `net` in place.

    Weights are drawn afresh, each from a normal distribution with mean 0 and standard
    deviation `std`; biases, where there are any, become 0. This holds for `net` itself,
    for layers at any depth and for subclasses of `nn.Linear`.

    The network keeps its very `Parameter` objects, so an optimizer made before still
    trains them; dtypes and `requires_grad` stay. All else stays bitwise as it is: other
    layers, buffers, and what a subclass of `Linear` has beyond `weight` and `bias`.

    Example:
        >>> net = nn.Linear(3, 2)
        >>> init_normal(net)
        >>> net.bias.tolist()
        [0.0, 0.0]
    """
    for module in net.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    """Fill `t` in place with large positive, large negative and zero entries.

    Each entry is drawn on its own: with probability 1/4 uniformly from (5, 10), with
    probability 1/2 it is 0, with probability 1/4 uniformly from (-10, -5).

    `t` is a tensor or parameter of any shape and floating dtype, a view included; a
    parameter stays a leaf that requires gradients. All random numbers come from
    `generator`, if there is one: equal generators then give equal entries, and torch's
    global random state stays as it was. Without one they come from that global state.

    Returns:
        `t` itself.

    Example:
        >>> t = torch.empty(1000)
        >>> my_init_(t) is t
        True
        >>> bool(((t == 0) | (t.abs() >= 5)).all())
        True
    """
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        return t.masked_fill_(t.abs() < 5, 0)


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    """Return a network that uses one `Linear(width, width)` `depth` times.

    A ReLU stands between two uses; there is none before the first and after the last.
    `depth` is at least 1. The uses share weight and bias, so the network has just these
    two parameters, each with one gradient: the sum of what every use adds. They stay
    shared when the network moves to another dtype or is deep-copied.

    Shapes: (..., width) -> (..., width)

    Example:
        >>> net = make_tied_mlp(4, 3)
        >>> net(torch.zeros(2, 4)).shape
        torch.Size([2, 4])
        >>> sum(p.numel() for p in net.parameters())
        20
    """
    shared = nn.Linear(width, width)
    return nn.Sequential(shared, *[nn.ReLU(), shared] * (depth - 1))


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    """Return how many numbers the parameters of `net` hold, as an int.

    A parameter that several modules share counts once; equal values alone do not make
    parameters one. Buffers do not count. With `trainable_only`, parameters without
    gradients do not count either.

    Raises:
        ValueError: a parameter of a lazy layer has no shape yet.

    Example:
        >>> count_parameters(nn.Linear(3, 2))
        8
    """
    parameters = list(net.parameters())
    if any(isinstance(p, UninitializedParameter) for p in parameters):
        raise ValueError("a parameter has no shape yet: run the network once")
    return sum(p.numel() for p in parameters if p.requires_grad or not trainable_only)
