"""Make a process ready to fork: import late modules, with one thread, without CUDA."""

from __future__ import annotations

import torch

from grader.loading import loading


def warm() -> None:
    """Import what the first test would import.

    Not every optimizer will do: where there is a GPU, Adam asks for its current stream,
    and a process that has started CUDA cannot fork.
    """
    torch.set_num_threads(1)
    with loading():
        parameter = torch.nn.Parameter(torch.zeros(1))
        parameter.grad = torch.zeros(1)
        torch.optim.SGD([parameter], lr=0.1).step()
