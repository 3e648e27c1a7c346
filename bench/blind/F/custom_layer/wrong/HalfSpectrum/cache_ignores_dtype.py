"""Caches the DFT matrix by n alone, so the second dtype of the same length fails ("Of float32 the result is complex64, of float64 complex128")."""


class HalfSpectrum(nn.Module):
    def __init__(self):
        super().__init__()
        self._tables: dict[int, Tensor] = {}

    def _table(self, n: int, x: Tensor) -> Tensor:
        if n not in self._tables:
            t = torch.arange(n, device=x.device)
            k = torch.arange(n // 2 + 1, device=x.device)
            angle = (t[:, None] * k % n).to(torch.float64) * (-2 * torch.pi / n)
            table = torch.polar(torch.ones_like(angle), angle)
            self._tables[n] = table.to(x.dtype.to_complex())
        return self._tables[n]

    def forward(self, x: Tensor) -> Tensor:
        table = self._table(x.shape[-1], x)
        return x.to(x.dtype.to_complex()) @ table
