"""With p = 1 the forward pass is right, but where() makes gradients 0 * inf = NaN ("gradients get the same factors", "with `p` = 1 none")."""


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        dropped = torch.rand(x.shape, device=x.device) < self.p
        return torch.where(dropped, torch.zeros_like(x), x / (1 - self.p))
