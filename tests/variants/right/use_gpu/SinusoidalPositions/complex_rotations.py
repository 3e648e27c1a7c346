"""Codes as complex numbers on the unit circle, kept in float64 also through half()."""


class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        double = torch.float64
        frequencies = torch.pow(10000.0, torch.arange(0, -d, -2, dtype=double) / d)
        angles = torch.outer(torch.arange(max_len, dtype=double), frequencies)
        circle = torch.polar(torch.ones_like(angles), angles)
        columns = torch.view_as_real(circle).flip(-1).flatten(-2)
        self.register_buffer("codes", columns[:, :d].contiguous(), persistent=False)

    def _apply(self, fn, recurse=True):
        exact = self._buffers.pop("codes")
        try:
            super()._apply(fn, recurse)
        finally:
            # An empty tensor tells where fn moves things to.
            target = fn(torch.empty_like(exact[:0])).device
            self._buffers["codes"] = exact.to(target)
        return self

    def forward(self, x: Tensor) -> Tensor:
        (max_len, _), n = self.codes.shape, x.size(-2)
        if max_len < n:
            raise ValueError(f"{n} rows, but codes for {max_len}")
        return torch.add(x, self.codes.narrow(0, 0, n).to(x))
