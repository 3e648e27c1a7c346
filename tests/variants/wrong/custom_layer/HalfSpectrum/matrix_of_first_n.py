"""Keeps the matrix by the number of its columns, which two n share ("n may be odd or even").

says: another n after the first
"""
class HalfSpectrum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._angles: dict[int, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        half = n // 2 + 1
        if half not in self._angles or len(self._angles[half]) < n:
            t = torch.arange(n)
            turns = torch.outer(t, t[:half]) % n
            self._angles[half] = turns.double() * (-2 * torch.pi / n)
        angle = self._angles[half][:n]
        matrix = torch.polar(torch.ones_like(angle), angle)
        dtype = x.dtype.to_complex()
        return x.to(dtype) @ matrix.to(dtype)
