"""Does nothing under no_grad, although the layer is in training mode ("In training, each entry is zeroed with probability `p`")."""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not (self.training and torch.is_grad_enabled()):
            return x
        keep = torch.rand(x.shape, device=x.device) >= self.p
        return x.masked_fill(~keep, 0) / (1 - self.p if self.p < 1 else 1)
