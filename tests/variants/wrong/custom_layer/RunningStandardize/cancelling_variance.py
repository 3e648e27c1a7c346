"""Computes the variance as mean(x^2) - mean(x)^2, which cancels to nothing or below 0 for columns far
from 0 ("divided by sqrt(var + 1e-5), where var is its biased variance").

says: for columns far from zero
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
            n = x.shape[0]
            if n < 2:
                raise ValueError("training needs at least two rows")
            mean = x.mean(0)
            var = (x * x).mean(0) - mean * mean
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * n / (n - 1), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + 1e-5)
