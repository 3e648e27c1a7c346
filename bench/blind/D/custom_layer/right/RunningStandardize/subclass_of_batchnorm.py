"""Unusual: a subclass of nn.BatchNorm1d, which only adds the ValueError."""

class RunningStandardize(nn.BatchNorm1d):
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, d: int, momentum: float):
        super().__init__(d, eps=1e-5, momentum=momentum, affine=False)

    def forward(self, input: Tensor) -> Tensor:
        if self.training and input.shape[0] < 2:
            raise ValueError("a batch needs two rows or more")
        return super().forward(input)
