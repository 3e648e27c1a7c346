"""Parameter management: look at parameters, initialise them, share them.

Read along: https://d2l.ai/chapter_builders-guide/parameters.html
and https://d2l.ai/chapter_builders-guide/init-param.html
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

import torch
from torch import Generator, Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
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
    raise NotStarted


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
    raise NotStarted


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
    raise NotStarted


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
    raise NotStarted


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
    raise NotStarted


def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    """Return the parameter of `net` at a dotted path such as `"blocks.0.weight"`.

    Every part of the path but the last names a submodule of the module before it, the
    last part one of its parameters. It is the parameter itself, not a copy. A shared
    parameter is found under each of its names.

    Raises:
        AttributeError: a part names no such thing. Its message has the first such part
            and none behind it. A buffer, a method, a tensor's attribute, a submodule at
            the end, and a bias that is None are no parameters.

    Example:
        >>> net = nn.Sequential(nn.Linear(3, 2))
        >>> get_parameter(net, "0.bias") is net[0].bias
        True
        >>> get_parameter(net, "0.scale")
        Traceback (most recent call last):
            ...
        AttributeError: Linear has no parameter 'scale'
    """
    raise NotStarted


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    """Initialise the parameters of `net` in place, each by the first rule that fits it.

    A rule is a pair (pattern, init). The pattern has to match the whole dotted name, as
    in `fnmatch.fnmatchcase`; so `*` matches dots too. Each parameter is given, once and
    under `torch.no_grad()`, to the `init` of the first rule that matches, which changes
    it in place; what `init` returns does not matter. A parameter that no rule matches
    stays as it is. A shared parameter goes by its first name.

    Raises:
        ValueError: a pattern matches no name at all, taken by an earlier rule or not.
            The pattern stands in the message, and no parameter has changed.

    Example:
        >>> net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
        >>> init_by_rule(net, [("0.*", nn.init.ones_), ("*.bias", nn.init.zeros_)])
        >>> net[0].bias.tolist(), net[1].bias.tolist()
        ([1.0, 1.0], [0.0])
    """
    raise NotStarted


def freeze(net: nn.Module, prefix: str) -> list[str]:
    """Exclude the part of `net` called `prefix` from training.

    `prefix` is the path of a submodule or of one parameter: whole parts between dots,
    so `"1"` is the start of `"1.bias"`, not of `"10.bias"`; `""` is the whole network.
    No parameter there requires gradients any more, and its `grad` becomes None, so no
    optimizer moves it. A shared parameter is there if one of its names is.

    A BatchNorm layer that is `prefix`, or below it, keeps its running statistics and
    `num_batches_tracked` as they are, and normalises by them, even after `net.train()`.

    Returns:
        The names of these parameters that begin with `prefix`, in the order of
        `net.named_parameters()`.

    Example:
        >>> net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
        >>> freeze(net, "0")
        ['0.weight', '0.bias']
        >>> [name for name, p in net.named_parameters() if p.requires_grad]
        ['1.weight', '1.bias']
    """
    raise NotStarted
