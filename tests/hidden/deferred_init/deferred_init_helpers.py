"""How a network that waits for its shapes is told, and networks that wait."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from grader.observe import expect_equal, expect_true, say

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
        got=say("other values in {names}", names=", ".join(changed)),
        cause=cause,
    )


class Join(nn.Module):
    """A network of two inputs."""

    def __init__(self, left: int, right: int) -> None:
        super().__init__()
        self.left = nn.LazyLinear(left)
        self.right = nn.LazyLinear(right)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([self.left(x), self.right(y)], dim=-1)


def norm_before_lazy(widths: list[int]) -> nn.Module:
    """Return a network whose statistics a call in training mode changes."""
    return nn.Sequential(
        nn.BatchNorm1d(widths[0]), nn.LazyLinear(widths[1]), nn.LazyLinear(widths[2])
    )
