"""Layers and modules: build networks out of modules, and modules out of code.

Read along: https://d2l.ai/chapter_builders-guide/model-construction.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn


class MLP(nn.Module):
    """A multilayer perceptron with one hidden layer.

    A `Linear` layer to `hidden` units, ReLU, a `Linear` layer to `out_features` units.
    It works on the last axis, whatever comes before it. Every call uses the same
    layers, so the network can be trained.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> MLP(4, 8, 2)(torch.zeros(5, 3, 4)).shape
        torch.Size([5, 3, 2])
    """

    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.hidden(x)))


class MySequential(nn.Module):
    """A chain of modules, run in the order given.

    A module that is listed n times runs n times. Without modules it is the identity.
    `nn.Module` sees every module of the chain, and the state dict has the names that
    `nn.Sequential` gives: `"0.weight"`, `"1.weight"` and so on.

    Example:
        >>> net = MySequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
        >>> list(net.state_dict())
        ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._modules.values():
            x = module(x)
        return x


class FixedHiddenMLP(nn.Module):
    """A network with a constant weight, a shared layer and a loop.

    `forward` computes `relu(linear(x) @ weight + 1)`, puts the result through the same
    `linear` once more, halves it while the sum of its absolute values exceeds 1, and
    returns the sum of its entries, a 0-dim tensor.

    `linear` is a `Linear` layer and `weight` a random (features, features) tensor.
    `weight` is never trained, is part of the state dict, and follows the network to
    other dtypes and devices. The caller's tensor stays as it is.

    Shapes: (n, features) -> ()

    Raises:
        ValueError: the input holds an infinity or NaN.

    Example:
        >>> net = FixedHiddenMLP(20)
        >>> net(torch.rand(2, 20)).shape
        torch.Size([])
        >>> sorted(net.state_dict())
        ['linear.bias', 'linear.weight', 'weight']
    """

    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()


class ParallelBlock(nn.Module):
    """Two networks side by side on the same input.

    Their outputs are concatenated on the last dimension, `net1`'s first. They may
    differ in width.

    Shapes: (..., n) -> (..., width1 + width2)

    Example:
        >>> ParallelBlock(nn.Linear(4, 3), nn.Linear(4, 2))(torch.zeros(6, 4)).shape
        torch.Size([6, 5])
    """

    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.net1(x), self.net2(x)], dim=-1)


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    """Return a module that runs `n` independent blocks, one after the other.

    Each block comes from its own call of `make_block`, made when `chain` is called: no
    two share parameters, and random ones start with different values. `n` = 0 gives the
    identity.

    Example:
        >>> net = chain(lambda: nn.Linear(4, 4), 3)
        >>> net(torch.zeros(2, 4)).shape
        torch.Size([2, 4])
        >>> len(list(net.parameters()))
        6
    """
    return nn.Sequential(*(make_block() for _ in range(n)))


class Residual(nn.Module):
    """A block with a way around it: `block(x) + skip(x)`.

    `block` maps the last axis from `in_features` to `out_features`, whatever comes
    before it. `skip` is the identity where the two widths are equal. Where they
    differ it is a `Linear` layer without bias, the only layer that is added to the
    block's own. Nothing follows the sum, and it is a new tensor: it changes neither the
    input nor the block's output.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> net = Residual(nn.Linear(4, 3), 4, 3)
        >>> net(torch.zeros(6, 4)).shape
        torch.Size([6, 3])
        >>> sorted(tuple(p.shape) for p in net.parameters())
        [(3,), (3, 4), (3, 4)]
    """

    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        self.skip: nn.Module = nn.Identity()
        if in_features != out_features:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x) + self.skip(x)


_ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    """What a multilayer perceptron is built from; one that is invalid cannot be made.

    `hidden` holds the widths of the hidden layers and may be empty. `activation` is
    `"relu"`, `"tanh"` or `"gelu"`.

    Raises:
        ValueError: a width is not an int of at least 1, or the activation is unknown.
            The message contains the name of the field, such as `hidden`.

    Example:
        >>> MLPConfig(4, (8, 8), 2).activation
        'relu'
    """

    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        for field in ("in_features", "hidden", "out_features"):
            value = getattr(self, field)
            widths = value if field == "hidden" else (value,)
            if not all(isinstance(width, int) and width >= 1 for width in widths):
                raise ValueError(f"{field} holds a width that is no int of 1 or more")
        if self.activation not in _ACTIVATIONS:
            raise ValueError(f"activation is none of {', '.join(_ACTIVATIONS)}")


def build_mlp(config: MLPConfig) -> nn.Module:
    """Return the multilayer perceptron that `config` describes.

    `Linear` layers lead from `in_features` through the `hidden` widths to
    `out_features`, with the activation (`nn.ReLU`, `nn.Tanh` or `nn.GELU`) between
    them and none after the last. The network keeps `config` as its attribute `config`,
    so that `build_mlp(net.config)` builds another one of the same form, with
    parameters of its own.

    Shapes of the network: (..., in_features) -> (..., out_features)

    Example:
        >>> net = build_mlp(MLPConfig(4, (8,), 2, activation="tanh"))
        >>> net(torch.zeros(5, 4)).shape
        torch.Size([5, 2])
        >>> net.config.hidden
        (8,)
    """
    widths = [config.in_features, *config.hidden, config.out_features]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), _ACTIVATIONS[config.activation]()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net


def lost_modules(net: nn.Module) -> set[str]:
    """Return the paths of the modules that plain containers hide from `nn.Module`.

    A module is lost if it sits in a list, tuple or dict, at any depth, that is an
    attribute of a module, and `net.modules()` does not reach it. Its path is the name
    of the module that has the attribute (nothing for `net` itself), the attribute, and
    the index or key on each level, joined by dots: `blocks.0`, `encoder.table.key.1`.

    Searched are all of `net.modules()`, and lost modules too, with their registered
    submodules. What is found there has a path that begins with that of the lost module:
    `blocks.0.inner.table.key`. Registered submodules of a lost module sit in no
    container, and are not listed: they come back with it.

    A module that sits in several places is listed once, under one of its paths.
    Containers and modules may refer to each other in circles. `net` stays as it is.

    Example:
        >>> net = nn.Module()
        >>> net.head = nn.Linear(2, 1)
        >>> net.blocks = [nn.Linear(2, 2), {"a": nn.Tanh()}, net.head]
        >>> sorted(lost_modules(net))
        ['blocks.0', 'blocks.1.a']
    """
    own = vars(nn.Module())
    met = {id(module) for module in net.modules()}
    lost = set()

    def search_module(module: nn.Module, path: str) -> None:
        for name, submodule in module.named_modules(prefix=path):
            for attribute, value in vars(submodule).items():
                if attribute not in own:
                    search(value, f"{name}.{attribute}" if name else attribute)

    def search(value: Any, path: str) -> None:
        if not isinstance(value, (nn.Module, list, tuple, dict)) or id(value) in met:
            return
        met.add(id(value))
        if isinstance(value, nn.Module):
            lost.add(path)
            search_module(value, path)
            return
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            search(item, f"{path}.{key}")

    search_module(net, "")
    return lost


def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """Run `net(x)` and return the shape that each leaf module gives, as it runs.

    A leaf is a module without registered submodules; each returns one tensor. The
    entries are (name, output shape) in the order of execution, with the names of
    `net.named_modules()`. A leaf that runs several times is listed each time, under its
    first name; one that does not run is not listed. If `net` itself is a leaf, its name
    is `""`.

    `net` is called once. Afterwards it has the hooks that it had before, no more and no
    fewer, even if the call raises; the exception reaches the caller.

    Example:
        >>> tail = nn.Sequential(nn.Tanh(), nn.Flatten(0))
        >>> net = nn.Sequential(nn.Linear(4, 3), tail)
        >>> shape_trace(net, torch.zeros(2, 4))
        [('0', (2, 3)), ('1.0', (2, 3)), ('1.1', (6,))]
    """
    trace = []

    def note(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
        def hook(_: nn.Module, __: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return hook

    handles = [
        module.register_forward_hook(note(name))
        for name, module in net.named_modules()
        if next(module.children(), None) is None
    ]
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace


Hook = Callable[["MiniModule", tuple[Any, ...], Any], Any]


class MiniModule:
    """The heart of `nn.Module` in plain Python, without `torch.nn`.

    A subclass calls `super().__init__()` first, without arguments, and defines
    `forward`. Its attributes are the registry:

    - a leaf tensor that requires a gradient is a parameter;
    - a `MiniModule` is a child;
    - the parameters and children in a list `blocks` count too, as `blocks.0`, `blocks.1`
      and so on: those that it holds at the moment of the question;
    - everything else is private to the subclass.

    `training` is True at first. No two modules share hooks. No child leads back to its
    parent.

    Example:
        >>> class Scale(MiniModule):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = torch.ones(1, requires_grad=True)
        ...
        ...     def forward(self, x):
        ...         return self.factor * x
        >>> class Twice(MiniModule):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.steps = [Scale(), Scale()]
        >>> [name for name, _ in Twice().named_parameters()]
        ['steps.0.factor', 'steps.1.factor']
    """

    training: bool

    def __init__(self) -> None:
        self.training = True
        self._hooks: dict[object, Hook] = {}

    def __call__(self, *args: Any) -> Any:
        """Return `forward(*args)`, seen by each hook in the order of registration.

        A hook is called as `hook(module, args, output)`, `args` being a tuple. If it
        returns something else than None, that replaces the output, for the hooks behind
        it and for the caller.
        """
        output = self.forward(*args)
        for hook in list(self._hooks.values()):
            replacement = hook(self, args, output)
            if replacement is not None:
                output = replacement
        return output

    def register_forward_hook(self, hook: Hook) -> Callable[[], None]:
        """Add a hook to this module; return a function that removes this one again."""
        key = object()
        self._hooks[key] = hook

        def remove() -> None:
            del self._hooks[key]

        return remove

    def children(self) -> Iterator["MiniModule"]:
        """Yield the direct children in the order of assignment, each once."""
        children = {id(child): child for _, child in self._entries(MiniModule)}
        yield from children.values()

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Yield (dotted name, parameter): a module's own first, then its children's.

        Both in the order of assignment. The tensors are the parameters themselves. One
        that has several names comes once, under the first.
        """
        met = set()
        for name, parameter in self._all_parameters():
            if id(parameter) not in met:
                met.add(id(parameter))
                yield name, parameter

    def state_dict(self) -> dict[str, Tensor]:
        """Return every name of every parameter with the parameter, detached.

        The order is that of `named_parameters`; a parameter with several names comes
        under each. The tensors share the parameters' memory.
        """
        return {name: p.detach() for name, p in self._all_parameters()}

    def train(self, mode: bool = True) -> "MiniModule":
        """Set `training` to `mode` here and in everything below; return the module."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> "MiniModule":
        """Do what `train(False)` does."""
        return self.train(False)

    def _entries(self, kind: type) -> Iterator[tuple[str, Any]]:
        """Yield names and values of one kind among attributes and lists' entries."""
        for name, value in vars(self).items():
            entries = [(name, value)]
            if isinstance(value, list):
                entries = [(f"{name}.{i}", entry) for i, entry in enumerate(value)]
            yield from (entry for entry in entries if isinstance(entry[1], kind))

    def _all_parameters(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in self._entries(Tensor):
            if tensor.is_leaf and tensor.requires_grad:
                yield name, tensor
        for prefix, child in self._entries(MiniModule):
            for name, tensor in child._all_parameters():
                yield f"{prefix}.{name}", tensor
