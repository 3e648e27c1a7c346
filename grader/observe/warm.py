"""What a process does before it forks, so that no fork has to."""

from __future__ import annotations

import gc

import torch


def warm() -> None:
    """Import what the first test would import, with one thread."""
    torch.set_num_threads(1)
    torch.testing.assert_close(torch.zeros(1), torch.zeros(1))
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1).step()
    gc.collect()
    gc.freeze()
