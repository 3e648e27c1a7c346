"""Updates the running statistics outside no_grad, so they carry the graph of every batch ("None of it
... is tracked by autograd").

says: autograd tracks the running statistics
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
            if len(x) < 2:
                raise ValueError("a batch needs at least two rows in training")
            m = self.momentum
            mean, var = x.mean(0), x.var(0, correction=0)
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * x.var(0)
            self.num_batches_tracked = self.num_batches_tracked + 1
        else:
            mean, var = self.running_mean, self.running_var
        return (x - mean) / (var + 1e-5).sqrt()
