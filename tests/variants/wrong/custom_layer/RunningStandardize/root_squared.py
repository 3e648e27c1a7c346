"""Squares the root of the variance again to add 1e-5: the gradient of a constant column is NaN.

says: through mean and variance|wrong gradients
"""
class RunningStandardize(nn.Module):
    def __init__(self, d: int, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        if len(x) < 2:
            raise ValueError("a batch needs two rows or more")
        mean, var = x.mean(0), x.var(0, correction=0)
        root = torch.sqrt(var.sqrt().square() + 1e-5)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(x.var(0), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) / root
