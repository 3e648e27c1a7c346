r"""Moves the running statistics only where gradients are enabled, but mode, not autograd, decides ("In
training, ... Then the running statistics move").

says: under torch\.no_grad
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
        if x.shape[0] < 2:
            raise ValueError("training needs at least two rows")
        var, mean = torch.var_mean(x, dim=0, correction=0)
        if torch.is_grad_enabled():
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(x.detach().var(0), self.momentum)
            self.num_batches_tracked += 1
        return (x - mean) / torch.sqrt(var + 1e-5)
