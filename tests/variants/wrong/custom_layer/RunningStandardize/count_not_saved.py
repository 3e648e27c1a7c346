"""Registers the count as a buffer that is not saved, so the state cannot be exchanged with
nn.BatchNorm1d's ("The state is that of nn.BatchNorm1d(d, affine=False)").

says: register_buffer does that
"""

class RunningStandardize(nn.Module):
    def __init__(self, d: int, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("num_batches_tracked", torch.tensor(0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            if x.shape[0] < 2:
                raise ValueError("training needs at least two rows")
            mean, var = x.mean(0), x.var(0, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(0), self.momentum)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / torch.sqrt(var + 1e-5)
