"""Standardises in place in eval mode ("Neither mode changes the caller's tensor").

says: changes the caller's tensor
"""

class RunningStandardize(nn.Module):
    def __init__(self, d: int, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            if x.shape[0] < 2:
                raise ValueError("training needs at least two rows")
            mean, var = x.mean(0), x.var(0, correction=0)
            x = x - mean
            x /= torch.sqrt(var + 1e-5)
            with torch.no_grad():
                n = x.shape[0]
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * (n / (n - 1)), self.momentum)
                self.num_batches_tracked += 1
            return x
        x -= self.running_mean
        x /= torch.sqrt(self.running_var + 1e-5)
        return x
