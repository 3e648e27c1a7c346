r"""Moves the statistics in float32, so a double layer loses its dtype with the first batch ("The
statistics follow the layer to other dtypes").

says: after \.double\(\)
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
            return (x - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        if len(x) < 2:
            raise ValueError("a batch needs two rows or more")
        mean = x.mean(0)
        centered = x - mean
        var = centered.square().mean(0)
        self.running_mean = self._moved(self.running_mean, mean)
        self.running_var = self._moved(self.running_var, x.var(0))
        self.num_batches_tracked += 1
        return centered / torch.sqrt(var + 1e-5)

    def _moved(self, old: Tensor, new: Tensor) -> Tensor:
        return torch.lerp(old.float(), new.detach().float(), self.momentum)
