"""The unbiased variance from the biased one; values copied into the buffers."""
class RunningStandardize(nn.Module):
    def __init__(self, d, momentum):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if not self.training:
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        n = x.shape[0]
        if n < 2:
            raise ValueError(f"need at least two rows in training, got {n}")
        mean, var = x.mean(dim=0), x.var(dim=0, correction=0)
        with torch.no_grad():
            m = self.momentum
            unbiased = var * n / (n - 1)
            self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
            self.running_var.copy_((1 - m) * self.running_var + m * unbiased)
            self.num_batches_tracked += 1
        return (x - mean) / torch.sqrt(var + 1e-5)
