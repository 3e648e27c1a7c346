"""Compares the second size with max_len, except for two axes ("n at most max_len", "(..., n, d)").

says: the rows are the last dimension but one
"""

_Right = SinusoidalPositions


class SinusoidalPositions(_Right):
    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[0] if x.dim() == 2 else x.shape[1]
        if n > len(self.codes):
            raise ValueError(f"{n} positions, but codes for {len(self.codes)} only")
        return x + self.codes[: x.shape[-2]].to(x)
