"""In eval mode adds 1e-5 to the root instead of the variance ("divided by `sqrt(var + 1e-5)`",
"running statistics take the place of the batch's").

says: belongs under the root
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

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return (x - self.running_mean) / (self.running_var.sqrt() + 1e-5)
        if len(x) < 2:
            raise ValueError("a batch needs two rows or more")
        var, mean = torch.var_mean(x, 0, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(x.var(0), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) * torch.rsqrt(var + 1e-5)
