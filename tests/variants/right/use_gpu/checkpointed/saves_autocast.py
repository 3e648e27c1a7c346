"""A Function of its own that knows of autocast and random numbers."""
import functools


class _Again(torch.autograd.Function):
    """Runs a block without a graph, and again with one in backward."""

    @staticmethod
    def forward(ctx, block, x, *params):
        kind = x.device.type
        ctx.block = block
        ctx.amp = kind, torch.get_autocast_dtype(kind), torch.is_autocast_enabled(kind)
        ctx.cuda = [x.device] if kind == "cuda" else []
        ctx.rng = torch.get_rng_state(), [torch.cuda.get_rng_state(d) for d in ctx.cuda]
        ctx.save_for_backward(x, *params)
        return block(x)

    @staticmethod
    def backward(ctx, grad):
        x, *params = ctx.saved_tensors
        kind, dtype, enabled = ctx.amp
        x = x.detach().requires_grad_(ctx.needs_input_grad[1])
        with (
            torch.enable_grad(),
            torch.random.fork_rng(ctx.cuda),
            torch.autocast(kind, dtype=dtype, enabled=enabled),
        ):
            torch.set_rng_state(ctx.rng[0])
            for d, state in zip(ctx.cuda, ctx.rng[1], strict=True):
                torch.cuda.set_rng_state(state, d)
            y = ctx.block(x)
        wanted = [t for t in (x, *params) if t.requires_grad]
        found = iter(torch.autograd.grad(y, wanted, grad, allow_unused=True))
        return None, *(next(found) if t.requires_grad else None for t in (x, *params))


class _Thrifty(nn.Sequential):
    def forward(self, x):
        return functools.reduce(
            lambda h, block: _Again.apply(block, h, *block.parameters()), self, x
        )


def checkpointed(blocks: Iterable[nn.Module]) -> nn.Module:
    return _Thrifty(*blocks)
