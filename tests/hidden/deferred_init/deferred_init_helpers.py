"""How a network that waits for its shapes is told, and networks that wait."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter, is_lazy

DISTINCT = range(2, 12)  # sizes to draw from without repeats, so that no two agree

Shape = tuple[int, ...]
Build = Callable[..., nn.Module]
Seen = dict[str, Any]


def tensors_of(net: nn.Module) -> dict[str, Tensor]:
    """Return parameters, then buffers, a shared one under each of its names."""
    return {
        **dict(net.named_parameters(remove_duplicate=False)),
        **dict(net.named_buffers(remove_duplicate=False)),
    }


def flags_of(net: nn.Module) -> dict[str, bool]:
    return {name: module.training for name, module in net.named_modules()}


def values_of(net: nn.Module) -> dict[str, Tensor]:
    """Return the values of all parameters and buffers that are no placeholders."""
    tensors = tensors_of(net).items()
    return {name: t.detach().clone() for name, t in tensors if not is_lazy(t)}


def start_of(t: Tensor, n: float) -> Seen:
    """Return what is no chance of an initial value, in a layer of `n` inputs."""
    return {
        "form": (str(t.dtype), *t.shape),
        "random": bool(t.unique().numel() > t.numel() // 2),
        "within ±1/√n": bool((n * t.square() <= 1).all()),
    }


def look(net: nn.Module) -> Seen:
    """Return what there is to see of a network; None stands for a placeholder."""
    seen: Seen = {}
    for name, t in tensors_of(net).items():
        seen[name] = None if is_lazy(t) else t.detach().clone()
        trains = is_lazy(t) or not t.is_inference()
        seen[f"{name}.requires_grad"] = t.requires_grad and trains
        seen[f"{name}.grad"] = None if t.grad is None else t.grad.clone()
    for name, module in net.named_modules():
        seen[f"{name}.training"] = module.training
        hooks = module._forward_hooks, module._forward_pre_hooks
        seen[f"{name}.hooks"] = tuple(map(len, hooks))
    return seen


def outcome(kind: type[Exception], act: Callable[..., Any], *args: Any) -> str:
    """Return what a call raises: the class that is promised, another, or nothing."""
    try:
        act(*args)
    except NotImplementedError:  # not started
        raise
    except kind:
        return kind.__name__
    except Exception as error:
        return type(error).__name__
    return "no exception"


class OwnError(Exception):
    """An exception that no answer can know."""


class Refuses(nn.Module):
    """A layer that raises an exception."""

    def __init__(self, error: type[Exception] = OwnError) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: Tensor) -> Tensor:
        raise self.error("not this one")


class Constant(nn.Module):
    """A network without inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.LazyLinear(2)

    def forward(self) -> Tensor:
        return self.layer(torch.ones(3, 4)).sum()


class LazyGain(LazyModuleMixin, nn.Module):
    """A lazy module that torch does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if is_lazy(self.gain):
            self.gain.materialize((x.shape[-1],))
            nn.init.ones_(self.gain)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


class Counts(nn.Module):
    """A leaf that changes a buffer and a parameter at each call, in eval mode, too."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("mask", torch.ones(1), persistent=False)
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        with torch.no_grad():
            self.gain.add_(1)
        return x * self.gain * self.mask


class Join(nn.Module):
    """A network of two inputs."""

    def __init__(self, left: int, right: int) -> None:
        super().__init__()
        self.left = nn.LazyLinear(left)
        self.right = nn.LazyLinear(right)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([self.left(x), self.right(y)], dim=-1)


class Twice(nn.Module):
    """A network that runs a layer twice, between them another one by a keyword."""

    def __init__(self, twice: nn.Module, named: nn.Module) -> None:
        super().__init__()
        self.twice, self.named = twice, named

    def forward(self, x: Tensor) -> Tensor:
        return self.twice(self.named(input=self.twice(x)))


def used_twice(layer: nn.Module) -> nn.Module:
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def norm_before_lazy(inner: int, *widths: int) -> nn.Module:
    """Return a network whose statistics a call in training mode changes."""
    norm = nn.BatchNorm1d(inner)
    norm.running_mean += 1
    return nn.Sequential(norm, *map(nn.LazyLinear, widths))
