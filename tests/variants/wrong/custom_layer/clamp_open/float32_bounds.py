"""Turns the bounds into float32 tensors, so float64 inputs are clamped to rounded bounds ("Forward it
is torch.clamp").

says: for float64
"""

class _ClampOpen(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: Tensor, hi: Tensor) -> Tensor:
        ctx.save_for_backward((lo < x) & (x < hi))
        return torch.clamp(x, lo, hi)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> Any:
        (inside,) = ctx.saved_tensors
        return upstream * inside, None, None


def clamp_open(x: Tensor, lo: float, hi: float) -> Tensor:
    low = torch.tensor(lo, dtype=torch.float32, device=x.device)
    high = torch.tensor(hi, dtype=torch.float32, device=x.device)
    return _ClampOpen.apply(x, low, high)
