"""Divides by sqrt(running_var) alone in eval mode, without the 1e-5 ("the running statistics take the
place of the batch's" in sqrt(var + 1e-5)).

says: (?s)In eval mode.*0 / 0 is NaN
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
            return (x - self.running_mean) / self.running_var.sqrt()
        if len(x) < 2:
            raise ValueError("a batch needs at least two rows in training")
        mean, var = x.mean(0), x.var(0, unbiased=False)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(x.var(0), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) / (var + 1e-5).sqrt()
