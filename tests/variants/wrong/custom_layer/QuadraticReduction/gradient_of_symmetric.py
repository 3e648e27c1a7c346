"""Own backward 2 W x, right for symmetric W only ("y_k = sum over i, j of W_ijk x_i x_j", "W is not
symmetric in i and j").

says: wrong gradients
"""

class _Quadratic(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return torch.einsum("...i,ijk,...j->...k", x, weight, x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        dx = 2 * torch.einsum("ijk,...j,...k->...i", weight, x, grad)
        rows, grads = x.reshape(-1, x.shape[-1]), grad.reshape(-1, grad.shape[-1])
        dw = torch.einsum("ni,nj,nk->ijk", rows, rows, grads)
        return dx, dw


class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x: Tensor) -> Tensor:
        return _Quadratic.apply(x, self.weight)
