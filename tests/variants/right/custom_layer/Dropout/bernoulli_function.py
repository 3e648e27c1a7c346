"""Right: an autograd Function of its own with float64 Bernoulli draws; p is a read-only property."""

class _Keep(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, kept: Tensor, divisor: float) -> Tensor:
        ctx.save_for_backward(kept)
        ctx.divisor = divisor
        return torch.where(kept, x / divisor, torch.zeros_like(x))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (kept,) = ctx.saved_tensors
        return torch.where(kept, grad / ctx.divisor, torch.zeros_like(grad)), None, None


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if p >= 0 and p <= 1:
            self._keep_probability = 1.0 - p
        else:
            raise ValueError("p is a probability")

    @property
    def p(self) -> float:
        return 1.0 - self._keep_probability

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x.view_as(x)
        q = self._keep_probability
        draws = torch.empty(x.shape, dtype=torch.float64, device=x.device).bernoulli_(q)
        return _Keep.apply(x, draws.bool(), q or 1.0)
