"""Sizes to draw from, gradients of plain formulas, and what counts as the same."""

import torch
from torch import Tensor

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square


def gradients_of(
    y: Tensor, leaves: list[Tensor], upstream: Tensor
) -> list[Tensor | None]:
    """Return the gradients of sum(upstream * y), None where no way leads."""
    if not y.requires_grad:
        return [None for _ in leaves]
    return list(torch.autograd.grad(y, leaves, upstream, allow_unused=True))


def gradient_of(y: Tensor, x: Tensor, upstream: Tensor) -> Tensor | None:
    return gradients_of(y, [x], upstream)[0]


def same(a: Tensor, b: Tensor) -> bool:
    wide = torch.complex128
    return a.shape == b.shape and torch.allclose(a.to(wide), b.to(wide), 1e-4, 1e-4)
