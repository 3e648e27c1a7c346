"""Parameter management: look at parameters, initialise them, share them.

Read along: https://d2l.ai/chapter_builders-guide/parameters.html
and https://d2l.ai/chapter_builders-guide/init-param.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase
from torch.nn.parameter import UninitializedParameter
from torch.optim import Optimizer

from grader import NotStarted


def _is_below(prefix: str, name: str) -> bool:
    return prefix in ("", name) or name.startswith(f"{prefix}.")


def _eval_first(module: nn.Module, _args: tuple[Tensor, ...]) -> None:
    module.eval()


_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


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


def count_parameters(:net: nn.Module, trainable_only: bool = False) -> int:
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


def decay_groups(net: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Split the parameters of `net` into two groups for an optimizer.

    A group is a dict: under `"params"` a list of parameters, under `"weight_decay"` a
    number. The first group decays by `weight_decay`; the second, with 0, holds the
    biases and whatever belongs to a norm layer. A group may be empty.

    A bias has `bias` in the last part of its name, as `head.bias`, `in_proj_bias` or
    `bias_hh_l0`. Norm layers are those of the BatchNorm and InstanceNorm families,
    `LayerNorm`, `GroupNorm`, `RMSNorm` and their subclasses. Every parameter of the
    network is in exactly one group, frozen ones and shared ones too.

    Example:
        >>> net = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2))
        >>> decay, rest = decay_groups(net, 0.1)
        >>> len(decay["params"]), decay["weight_decay"]
        (1, 0.1)
        >>> len(rest["params"]), rest["weight_decay"]
        (3, 0.0)
    """
    raise NotStarted


def clip_gradients_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    """Shrink all gradients together, in place, to a total norm of at most `max_norm`.

    The norm is that of all entries of all gradients taken as one vector, the root of
    the sum of their squares. If it exceeds `max_norm`, every gradient is multiplied by
    `max_norm / norm`; otherwise they all stay bitwise as they are.

    `params` may be a generator, as `net.parameters()` is. A parameter that it lists
    several times counts, and is shrunk, once; one whose `grad` is None is skipped.

    Returns:
        The norm before, a 0-dim tensor; 0 if there are no gradients.

    Raises:
        ValueError: the norm is infinite or NaN. All gradients stay as they are.

    Example:
        >>> p = nn.Parameter(torch.zeros(2))
        >>> p.grad = torch.tensor([3.0, 4.0])
        >>> clip_gradients_([p], 1.0)
        tensor(5.)
        >>> p.grad
        tensor([0.6000, 0.8000])
    """
    raise NotStarted


class Ema:
    """Exponential moving averages of everything in a network's state dict.

    The averages begin with the values of `net`. Each `update()` makes every average
    `decay * average + (1 - decay) * value`: parameters, and buffers of floating dtypes.
    Other buffers, as integer counters, are copied. The averages have no gradients and
    share no memory with `net`, which does not notice them.

    `state_dict()` gives the averages under the names of `net.state_dict()`.
    `load_state_dict(state)` copies the values of such a dict into the averages, also
    after `torch.save` and `torch.load`.

    `with ema.swapped():` runs a block in which `net` has the averages as its values, in
    the same `Parameter` objects. Afterwards it has its own values again, also if the
    block raises, and the exception goes on to the caller. What the block does to the
    values of `net` is lost; the averages do not change.

    Example:
        >>> net = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(net.weight)
        >>> ema = Ema(net, 0.75)
        >>> _ = nn.init.ones_(net.weight)
        >>> ema.update()
        >>> ema.state_dict()
        {'weight': tensor([[0.2500]])}
        >>> with ema.swapped():
        ...     net.weight.item()
        0.25
        >>> net.weight.item()
        1.0
    """

    def __init__(self, net: nn.Module, decay: float):
        raise NotStarted

    def update(self) -> None:
        raise NotStarted

    def state_dict(self) -> dict[str, Tensor]:
        raise NotStarted

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        raise NotStarted

    def swapped(self) -> AbstractContextManager[None]:
        raise NotStarted


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    """Return how many bytes a network in training holds, by kind.

    The keys are `"parameters"`, `"gradients"` (of the parameters that have one),
    `"buffers"` and `"optimizer"` (all tensors in the optimizer's state, Adam's 0-dim
    `step` too); the values are ints.

    What counts is storage: a view, an expanded tensor or a slice counts the bytes of
    the whole storage behind it, and each storage counts once, under the first of the
    kinds, in this order, that has it.

    Example:
        >>> net = nn.Linear(3, 2)
        >>> memory_bytes(net, torch.optim.SGD(net.parameters()))
        {'parameters': 32, 'gradients': 0, 'buffers': 0, 'optimizer': 0}
    """
    raise NotStarted
