"""Its backward takes the mask that the last call left on self ("gradients get the same factors").

says: does not have the factors of its result
"""
class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p
        layer = self

        class _Drop(Function):
            @staticmethod
            def forward(ctx: Any, x: Tensor) -> Tensor:
                layer._drop = torch.rand(x.shape, device=x.device) < p
                return x.masked_fill(layer._drop, 0) / ((1 - p) or 1)

            @staticmethod
            def backward(ctx: Any, upstream: Tensor) -> Tensor:
                return upstream.masked_fill(layer._drop, 0) / ((1 - p) or 1)

        self._function = _Drop

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return self._function.apply(x)
