"""Counts the batch before it looks at its size, so that a refused batch is counted: breaks "ValueError: in training, if the batch has fewer than two rows; the state stays"."""


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
        self.num_batches_tracked += 1
        mean, var = self._batch_statistics(x)
        with torch.no_grad():
            n = len(x)
            self.running_mean.mul_(1 - self.momentum).add_(self.momentum * mean)
            self.running_var.mul_(1 - self.momentum).add_(
                self.momentum * var * n / (n - 1)
            )
        return (x - mean) / torch.sqrt(var + 1e-5)

    @staticmethod
    def _batch_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
        if len(x) < 2:
            raise ValueError(f"a batch needs two rows or more, not {len(x)}")
        return x.mean(dim=0), x.var(dim=0, unbiased=False)
