"""Inherits everything from `nn.BatchNorm1d(d, affine=False)` and adds only the refusal of small batches."""


class RunningStandardize(nn.BatchNorm1d):
    def __init__(self, d: int, momentum: float):
        super().__init__(d, eps=1e-5, momentum=momentum, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) < 2:
            raise ValueError(f"a batch needs two rows or more, not {len(x)}")
        return super().forward(x)
