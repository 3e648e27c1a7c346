r"""Asks whether gradients are enabled besides the mode, so it drops nothing in training under no_grad
("In training, each entry is zeroed with probability p").

says: under torch\.no_grad
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not (self.training and torch.is_grad_enabled()) or self.p == 0:
            return x
        drop = torch.rand(x.shape, device=x.device) < self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return torch.where(drop, 0.0, x * scale)
