"""Right: an autograd function of its own, with the mask drawn by bernoulli_ and saved for backward."""

class _Drop(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, p: float) -> Tensor:
        drop = torch.empty(x.shape, device=x.device).bernoulli_(p).bool()
        ctx.save_for_backward(drop)
        ctx.keep = 1 - p if p < 1 else 1
        return (x / ctx.keep).masked_fill(drop, 0)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        (drop,) = ctx.saved_tensors
        return (upstream / ctx.keep).masked_fill(drop, 0), None


class Dropout(nn.Module):
    def __init__(self, p: float):
        if not 0 <= p <= 1:
            raise ValueError(f"p = {p} is no probability")
        super().__init__()
        self.rate = float(p)

    def forward(self, x: Tensor) -> Tensor:
        return _Drop.apply(x, self.rate) if self.training else x.clone()
