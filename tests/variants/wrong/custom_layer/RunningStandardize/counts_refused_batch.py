"""Counts the batch before it checks the rows, so a refused batch has changed the state (a call that
raises leaves the layer as it was).

says: refused leaves the state as it is
"""

class RunningStandardize(nn.Module):
    def __init__(self, d: int, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def _update(self, mean: Tensor, x: Tensor) -> None:
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            if x.shape[0] < 2:
                raise ValueError("no unbiased variance of fewer than two rows")
            self.running_var.lerp_(x.var(0), self.momentum)

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(0), x.var(0, correction=0)
            self._update(mean, x)
        return (x - mean) / torch.sqrt(var + 1e-5)
