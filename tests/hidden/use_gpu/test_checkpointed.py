"""checkpointed runs its blocks twice, with the same draws, to store little."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from grader.observe import expect_close, expect_equal, expect_true, say
from use_gpu_helpers import DISTINCT, run_outside

pytestmark = pytest.mark.exercise("use_gpu.checkpointed")


class Wide(nn.Module):
    """A block whose inside is eight times as wide, and that counts its runs."""

    def __init__(self, d: int, note: Callable[[Any], None], p: float = 0.0):
        super().__init__()
        self.up, self.down = nn.Linear(d, 8 * d), nn.Linear(8 * d, d)
        self.p = p
        self.note = note

    def forward(self, x: Tensor) -> Tensor:
        self.note(1)
        return self.down(nn.functional.dropout(self.up(x).tanh(), self.p))


def same_gradients(
    ex: Any, blocks: list[nn.Module], x: Tensor, with_input: bool
) -> tuple[Tensor, list[Tensor], Tensor, bool]:
    """Return output, gradients of the parameters and of the input, is it a module."""
    net = ex.checkpointed(blocks)
    x.requires_grad_(with_input)
    y = net(x)
    if y.requires_grad:
        (y * torch.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
    none = torch.empty(0)
    parameters = [p for block in blocks for p in block.parameters()]
    gradients = [none if p.grad is None else p.grad for p in parameters]
    return y, gradients, none if x.grad is None else x.grad, isinstance(net, nn.Module)


def count_own(ex: Any, blocks: list[nn.Module]) -> int:
    return len(list(ex.checkpointed(blocks).parameters()))


def count_runs(ex: Any, d: int, n: int) -> tuple[int, int, int]:
    """Return the runs after forward, after backward, and of a forward without."""
    runs: list[int] = []
    net = ex.checkpointed([Wide(d, runs.append) for _ in range(n)])
    y = net(torch.randn(4, d, requires_grad=True))
    forward = len(runs)
    y.sum().backward()
    both = len(runs)
    with torch.no_grad():
        net(torch.randn(4, d))
    return forward, both, len(runs) - both


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


def bytes_between(ex: Any, d: int, rows: int, n: int) -> int:
    """Return the bytes that are alive between forward and backward."""
    net = ex.checkpointed([Wide(d, lambda _: None) for _ in range(n)])
    x = torch.randn(rows, d, requires_grad=True)
    with Made() as made:
        y = net(x)
    gc.collect()
    alive = sum(s.nbytes() for s in made.storages)
    y.sum().backward()
    return alive


def drop_out(ex: Any, d: int) -> tuple[Tensor, Tensor]:
    """Return output and input gradient of a block that only drops out."""
    net = ex.checkpointed([nn.Sequential(nn.Identity(), nn.Dropout(0.5)), nn.Tanh()])
    x = torch.ones(8, d, requires_grad=True)
    y = net(x)
    torch.rand(7)  # others draw numbers too before backward comes
    y.sum().backward()
    return y, x.grad if x.grad is not None else torch.empty(0)


def draw_blocks(rng) -> tuple[list[nn.Module], int]:
    a, b, c = rng.sample(DISTINCT, 3)
    return [
        nn.Sequential(nn.Linear(a, b), nn.Tanh()),
        nn.Linear(b, c),
        nn.Sequential(nn.Sigmoid(), nn.Linear(c, a)),
    ], a


@pytest.mark.weight(2)
@pytest.mark.parametrize("with_input", [True, False], ids=["input_too", "no_input"])
def test_checkpointed_has_the_gradients_of_the_plain_network(observe, rng, with_input):
    blocks, inner = draw_blocks(rng)
    x = torch.randn(5, inner)

    y, gradients, gradient, is_module = observe(
        same_gradients,
        blocks,
        x,
        with_input,
        call="net = checkpointed(blocks); net(x), then backward",
    )

    expect_true(
        is_module,
        "checkpointed does not return an nn.Module.",
        expected="an nn.Module",
        got="something else",
    )
    expected, expected_gradients, expected_gradient = run_outside(
        nn.Sequential(*blocks), x
    )
    expect_close(y, expected, "checkpointed does not run its blocks in order.")
    fault = "The gradients of checkpointed are not those of nn.Sequential."
    lost = (
        "the reentrant kind gives no gradients if the input needs none: "
        "use_reentrant=False"
        if not with_input
        else "no gradient reaches the parameters: something is detached"
    )
    expect_equal(len(gradients), len(expected_gradients), fault)
    for got, wanted in zip(gradients, expected_gradients, strict=True):
        expect_close(got, wanted, fault, slips={lost: torch.empty(0)})
    if with_input:
        expect_close(gradient, expected_gradient, fault)


def test_checkpointed_owns_its_blocks(observe, rng):
    blocks, _ = draw_blocks(rng)

    count = observe(count_own, blocks, call="checkpointed(blocks).parameters()")

    expect_equal(
        count,
        6,
        "The parameters of the blocks are not those of checkpointed(blocks).",
        slips={"modules kept in a plain list are invisible to nn.Module": 0},
    )


def test_checkpointed_runs_each_block_twice(observe, rng):
    d, n = rng.choice(DISTINCT), rng.choice([2, 3, 5])

    forward, both, without = observe(
        count_runs,
        d,
        n,
        call=say("checkpointed({n} blocks): forward and backward", n=n),
    )

    expect_equal(forward, n, "checkpointed does not run each block once in forward.")
    expect_equal(
        both,
        2 * n,
        "checkpointed does not run each block once more in backward.",
        slips={"nothing is computed again: activations are stored": n},
    )
    expect_equal(
        without, n, "Without gradients, checkpointed does not run each block once."
    )


@pytest.mark.weight(2)
def test_checkpointed_stores_little(observe, rng):
    d, rows, n = rng.randrange(12, 20), rng.randrange(100, 140), rng.choice([3, 4])

    alive = observe(
        bytes_between,
        d,
        rows,
        n,
        call=say("checkpointed({n} blocks)(x), before backward", n=n),
    )

    inside = n * rows * 8 * d * 4  # and outputs, states of random numbers: half of it
    expect_true(
        alive < 3 * inside / 4,
        "checkpointed stores what its blocks compute inside.",
        expected=say("less than {value} bytes", value=3 * inside // 4),
        got=say("{alive} bytes", alive=alive),
        cause="the activations inside each block are kept for backward",
    )


def test_checkpointed_draws_the_same_numbers_again(observe, rng):
    d = rng.randrange(20, 40)

    y, gradient = observe(drop_out, d, call="checkpointed([dropout, tanh]), backward")

    fault = "A block draws other random numbers in its second run."
    shape = [8, d]
    expect_equal(list(y.shape), shape, fault)
    expect_equal(list(gradient.shape), shape, fault)
    kept = y != 0
    expect_close(
        gradient,
        torch.where(kept, 2 * (1 - y.square()), 0.0),
        fault,
        slips={
            "the state of the random numbers is not kept: preserve_rng_state": (
                lambda gradient: bool(((gradient != 0) != kept).any())
            )
        },
        rtol=1e-3,
        atol=1e-4,
    )
