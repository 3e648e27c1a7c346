r"""The count is a Python number, so it is not saved.

says: register_buffer does that
"""
class RunningStandardize(nn.Module):
    def __init__(self, d, momentum):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(d))
        self.register_buffer("running_var", torch.ones(d))
        self.num_batches_tracked = 0

    def forward(self, x):
        if not self.training:
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        if len(x) < 2:
            raise ValueError
        mean, var = x.mean(0), x.var(0, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(x.var(0), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) / torch.sqrt(var + 1e-5)
