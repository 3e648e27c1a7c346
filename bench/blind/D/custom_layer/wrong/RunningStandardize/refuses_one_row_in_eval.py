"""Checks the number of rows in eval mode too ("ValueError: in training, if the batch has fewer than two rows")."""

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

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[0] < 2:
            raise ValueError("a batch needs two rows or more")
        if not self.training:
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        mean = x.mean(0)
        var = (x - mean).square().mean(0)
        with torch.no_grad():
            m = self.momentum
            self.running_mean.mul_(1 - m).add_(mean, alpha=m)
            self.running_var.mul_(1 - m).add_(x.var(0), alpha=m)
            self.num_batches_tracked += 1
        return (x - mean) / torch.sqrt(var + 1e-5)
