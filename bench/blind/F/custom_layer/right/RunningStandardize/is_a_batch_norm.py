"""Unusual: a subclass of nn.BatchNorm1d with another check."""


class RunningStandardize(nn.BatchNorm1d):
    def __init__(self, d: int, momentum: float):
        super().__init__(d, eps=1e-5, momentum=momentum, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) < 2:
            raise ValueError("fewer than two rows")
        return super().forward(x)
