"""Right: a subclass of nn.BatchNorm1d without affine parameters, which checks the rows first."""

class RunningStandardize(nn.BatchNorm1d):
    def __init__(self, d: int, momentum: float):
        super().__init__(d, eps=1e-5, momentum=momentum, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) < 2:
            raise ValueError("training takes batches of two rows or more")
        return super().forward(x)
