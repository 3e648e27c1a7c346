"""Refuses one row, but not a batch of none, which puts NaN into the state ("ValueError: ... fewer than two rows; the state stays")."""


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
        if not self.training:
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        n = x.shape[0]
        if n == 1:
            raise ValueError("one row has no variance")
        mean = x.mean(0)
        var = (x - mean).square().mean(0)
        with torch.no_grad():
            self.running_mean.lerp_(mean.to(self.running_mean), self.momentum)
            unbiased = var * n / (n - 1)
            self.running_var.lerp_(unbiased.to(self.running_var), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) / torch.sqrt(var + 1e-5)
