"""checkpointed runs its blocks twice, with the same draws, to store little."""

import weakref
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from use_gpu_helpers import DISTINCT

pytestmark = pytest.mark.exercise("use_gpu.checkpointed")


class Wide(nn.Module):
    """A block whose inside is eight times as wide, and that notes its runs."""

    def __init__(self, d: int, number: int, log: list[int]):
        super().__init__()
        self.up, self.down = nn.Linear(d, 8 * d), nn.Linear(8 * d, d)
        self.number, self.log = number, log

    def forward(self, x: Tensor) -> Tensor:
        self.log.append(self.number)
        return self.down(self.up(x).tanh().sin())


class Made(TorchDispatchMode):
    """Remembers the storages that operators make, as long as they live."""

    def __init__(self) -> None:
        super().__init__()
        self.storages: weakref.WeakSet[Any] = weakref.WeakSet()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, Tensor):
            self.storages.add(out.untyped_storage())
        return out


def run_and_go_back(
    ex: Any, blocks: list[nn.Module], x: Tensor, needs: bool = True, how: str = ""
) -> tuple[str, str, Tensor, list[Tensor | None], Tensor | None]:
    """Return what was made and holds, the output, gradients of blocks and input.

    That is in training mode, in eval mode or under autocast.
    """
    net = ex.checkpointed(iter(blocks))
    own = [p for block in blocks for p in block.parameters()]
    held: set[int] = set()
    if is_module := isinstance(net, nn.Module):
        held = {id(p) for p in net.parameters()}
        net.train(how != "eval")
    with torch.autocast("cpu", enabled=how == "autocast"):
        y = net(x.requires_grad_(needs))
    torch.rand(7)  # others draw numbers too before backward comes
    if y.requires_grad:
        (y * torch.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
    return (
        "an nn.Module" if is_module else "no nn.Module",
        f"{sum(id(p) in held for p in own) if held else 'none'} of the blocks' "
        f"{len(own)} parameters",
        y,
        [p.grad for p in own],
        x.grad,
    )


def watch(
    ex: Any, blocks: list[Wide], x: Tensor, training: bool, needs: bool, limit: int
) -> tuple[Any, ...]:
    """Return output and gradient, and which blocks run one after the other.

    That is in forward, in backward, and in one more forward where gradients are off;
    then, the result of this as an array, and whether what is alive between forward and
    backward is below a limit.
    """
    net, log = ex.checkpointed(blocks), blocks[0].log
    if isinstance(net, nn.Module):
        net.train(training)
    with Made() as made:
        y = net(x.requires_grad_(needs))
    alive, forward = sum(s.nbytes() for s in made.storages), len(log)
    y.sum().backward()
    both = len(log)
    with torch.no_grad():
        z = net(x)
    array = torch.from_numpy(z.numpy())  # refuses what has a graph
    stored = f"{'less' if alive < limit else 'more'} than {limit} bytes"
    return y, x.grad, log[:forward], log[forward:both], log[both:], array, stored


def draw_wide(d: int, n: int) -> list[Wide]:
    log: list[int] = []
    return [Wide(d, i, log) for i in range(n)]


def draw_blocks(rng) -> tuple[list[nn.Module], Tensor]:
    a, b, c = rng.sample(DISTINCT, 3)
    blocks = [
        nn.Sequential(nn.Linear(a, b), nn.Tanh()),
        nn.Linear(b, c),
        nn.Sequential(nn.Sigmoid(), nn.Linear(c, a)),
    ]
    return blocks, torch.randn(5, a)


@pytest.mark.weight(2)
def test_checkpointed_has_the_gradients_of_the_plain_network(sweep, rng):
    blocks, x = draw_blocks(rng)
    square = nn.Linear(x.shape[1], x.shape[1])
    square.register_forward_hook(lambda _, __, y: 2 * y)
    drop = [nn.Sequential(nn.Linear(x.shape[1], 64), nn.Dropout()), nn.Tanh()]

    sweep.cases(
        run_and_go_back,
        {
            "for an input that needs a gradient": (blocks, x),
            "for an input that needs none": (blocks, x, False),
            "for one block": (blocks[:1], x),
            "for no block": ([], x),
            "for a block with a hook that stands twice": (
                [square, nn.Tanh(), square],
                x,
            ),
            "for a block with dropout": (drop, x),
            "for dropout in eval mode": (drop, x, True, "eval"),
            "under autocast": (blocks, x, True, "autocast"),
        },
        call="net = checkpointed(blocks); net(x), then backward",
        fault="checkpointed is not the module that nn.Sequential(*blocks) is.",
        slips={
            "a function is no module: subclass nn.Module": (
                lambda got: got[0] == "no nn.Module"
            ),
            "modules kept in a plain list are invisible to nn.Module": (
                lambda got: got[1].startswith("none")
            ),
            "no gradient reaches the parameters: something is detached": (
                lambda got: got[1].startswith("6 of") and None in got[3]
            ),
            "copies of the blocks have parameters of their own": (
                lambda got: got[1].startswith("0 of")
            ),
        },
        because={
            "for an input that needs none": "the reentrant kind gives no gradients if "
            "the input needs none: use_reentrant=False",
            "for a block with dropout": "the state of the random numbers is not kept "
            "for the second run: preserve_rng_state",
            "for dropout in eval mode": "eval() reaches a block only if that is a "
            "submodule",
            "under autocast": "the second run is under autocast, too, if the first was",
        },
    )


@pytest.mark.weight(4)
def test_checkpointed_runs_each_block_twice_and_stores_little(sweep, rng):
    d, rows, n = rng.randrange(6, 12), rng.randrange(60, 90), rng.choice([3, 4, 5])
    blocks, x = draw_wide(d, n), torch.randn(rows, d)
    inside = n * rows * 8 * d * 4  # and outputs, states of random numbers: a third
    upwards = list(range(n))
    downwards = upwards[::-1]

    sweep.cases(
        watch,
        {
            "in training mode": (blocks, x, True, True, inside // 2),
            "in eval mode": (blocks, x, False, True, inside // 2),
            "for an input without gradient": (blocks, x, True, False, inside // 2),
        },
        call="net = checkpointed(blocks): forward and backward, forward without",
        fault="checkpointed does not run each block twice and store little between.",
        slips={
            "nothing is computed again: activations are stored": (
                lambda got: got[3] == []
            ),
            "the last block has no checkpoint, as in checkpoint_sequential": (
                lambda got: got[3] == downwards[1:]
            ),
            "each block needs a checkpoint of its own, to run again when backward "
            "comes to it": lambda got: got[3] in (upwards, *([i] for i in upwards)),
            "the activations inside a block are kept for backward": (
                lambda got: got[6].startswith("more")
            ),
        },
        causes={"requires grad": "where gradients are off, they stay off"},
        because={
            "in eval mode": "gradients may be wanted in eval mode too: "
            "is_grad_enabled() says so, not training",
            "for an input without gradient": "the blocks' parameters need gradients, "
            "whatever the input does",
        },
    )
