"""First steps with tensors.

Read along: https://docs.pytorch.org/tutorials/beginner/basics/tensorqs_tutorial.html
"""

from torch import Tensor


def center(x: Tensor) -> Tensor:
    """Return a new tensor in which every row has mean 0.

    A row lies along the last axis; its mean is taken from each of its entries. The
    gradient flows through the mean, too, and `x` itself stays as it is.

    Shapes: (..., n) -> (..., n)

    Example:
        >>> import torch
        >>> center(torch.tensor([[1.0, 3.0], [0.0, 0.0]]))
        tensor([[-1.,  1.],
                [ 0.,  0.]])
    """
    return x - x.mean(dim=-1, keepdim=True)
