"""Eval mode runs wholly under no_grad, so nothing before a frozen layer learns ("In eval
mode the running statistics take the place of the batch's": the same function of x).

says: gives wrong gradients in eval mode
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

    @torch.no_grad()
    def _evaluate(self, x: Tensor) -> Tensor:
        return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)

    @torch.no_grad()
    def _track(self, mean: Tensor, var: Tensor) -> None:
        m = self.momentum
        self.running_mean.mul_(1 - m).add_(mean, alpha=m)
        self.running_var.mul_(1 - m).add_(var, alpha=m)
        self.num_batches_tracked.add_(1)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return self._evaluate(x)
        n = len(x)
        if n < 2:
            raise ValueError("a batch has at least two rows")
        var, mean = torch.var_mean(x, 0, correction=0)
        self._track(mean, var * (n / (n - 1)))
        return (x - mean) / torch.sqrt(var + 1e-5)
