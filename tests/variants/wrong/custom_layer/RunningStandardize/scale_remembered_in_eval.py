"""The scale of eval mode is computed once and kept until the next training batch.

says: after its state changes in eval mode
"""


class RunningStandardize(nn.Module):
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, d: int, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        self._scale: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            if self._scale is None:
                self._scale = torch.sqrt(self.running_var + 1e-5)
            return (x - self.running_mean) / self._scale
        n = x.shape[0]
        if n < 2:
            raise ValueError("a batch needs two rows in training")
        centered = x - x.mean(dim=0)
        var = centered.square().mean(dim=0)
        with torch.no_grad():
            keep = 1 - self.momentum
            self.running_mean.mul_(keep).add_(self.momentum * x.mean(dim=0))
            self.running_var.mul_(keep).add_(self.momentum * var * (n / (n - 1)))
            self.num_batches_tracked += 1
        self._scale = None
        return centered / torch.sqrt(var + 1e-5)
