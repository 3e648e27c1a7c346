"""GPUs: find devices, bring data and networks to them, and measure what they do.

Read along: https://d2l.ai/chapter_builders-guide/use-gpu.html
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from grader import NotStarted

Device = torch.device | str


def num_gpus() -> int:
    """Return the number of CUDA devices that torch can use.

    Example:
        >>> num_gpus() == len([d for d in try_all_gpus() if d.type == "cuda"])
        True
    """
    raise NotStarted


def try_gpu(i: int = 0) -> torch.device:
    """Return the device `cuda:i` if there is one, else the CPU.

    GPUs count from 0. The device always has its index: `cuda:0`, not `cuda`. torch is
    asked; nothing is put on the device.

    Raises:
        ValueError: `i` is negative, whether there are GPUs or not.

    Example:
        >>> try_gpu(1000)
        device(type='cpu')
    """
    raise NotStarted


def try_all_gpus() -> list[torch.device]:
    """Return a list of all GPUs, in order, or of the CPU alone if there is none.

    Example:
        >>> len(try_all_gpus()) > 0
        True
    """
    raise NotStarted


def to_device(batch: Any, device: Device) -> Any:
    """Return `batch` with every tensor in it on `device`.

    `batch` is a tensor, anything else, or a list, tuple, named tuple, dict or instance
    of a dataclass (a frozen one too) that holds such parts, nested to any depth. The
    result is built alike: same classes, keys, order and dtypes. A tensor that is on
    `device` already is returned itself, not copied; whatever is no tensor is returned
    itself too. The caller's containers stay as they are.

    Example:
        >>> moved = to_device({"x": [torch.zeros(2)], "id": "a7"}, "meta")
        >>> moved["x"][0].device, moved["id"]
        (device(type='meta'), 'a7')
    """
    raise NotStarted


def train_epoch(
    net: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: Device,
) -> float:
    """Train `net`, which is on `device`, once through `loader`; return the mean loss.

    Each batch of inputs and targets is moved to `device`, and the optimizer makes one
    step with the gradient of `loss_fn(net(inputs), targets)` on this batch alone:
    gradients of other batches, or from before the epoch, do not count. `net` runs in
    training mode. `loader` is any iterable of pairs; it need not have a length.

    The mean is over the batches, whatever their sizes, a float. The host waits for the
    device only once in an epoch: no loss is read (`item`, `float`, `cpu`, …) before the
    end. No batch's autograd graph outlives the step on the next batch.

    Raises:
        ValueError: `loader` is empty.

    Example:
        >>> net, x = nn.Linear(2, 1), torch.ones(3, 2)
        >>> sgd = torch.optim.SGD(net.parameters(), lr=0.1)
        >>> loss = train_epoch(net, [(x, x[:, :1])], nn.MSELoss(), sgd, "cpu")
        >>> type(loss)
        <class 'float'>
    """
    raise NotStarted


def time_op(
    fn: Callable[[], object], device: Device, warmup: int = 3, repeat: int = 10
) -> float:
    """Return the median time of one call of `fn`, in seconds of wall-clock time.

    Calls `fn` `warmup` times unmeasured, then `repeat` times, each call measured on its
    own. A GPU works on after a call has returned, so for a CUDA device every reading of
    the clock comes after waiting for that device (which need not be the current one).
    On the CPU there is nothing to wait for, and CUDA is not asked.

    The median of an even number of times is the mean of the two in the middle.

    Raises:
        ValueError: `repeat` is less than 1, or `warmup` is negative.

    Example:
        >>> x = torch.ones(100, 100)
        >>> time_op(lambda: x @ x, "cpu", warmup=1, repeat=5) > 0
        True
    """
    raise NotStarted
