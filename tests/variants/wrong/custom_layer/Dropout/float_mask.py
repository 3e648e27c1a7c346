r"""Multiplies by a float32 mask, so float16 inputs come back as float32 ("The result has the dtype of
the input").

says: torch\.rand and \.float\(\) give float32
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        if self.p == 1.0:
            return x * 0.0
        mask = (torch.rand(x.shape, device=x.device) >= self.p).float()
        return mask * x / (1.0 - self.p)
