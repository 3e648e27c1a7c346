"""Keeps the table of cosines and sines for each n in the dtype of the first input that had it, so a
float64 input after a float32 one gets seven digits ("of float64 complex128").

says: for float64 after float32
"""

class HalfSpectrum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._tables: dict[int, tuple[Tensor, Tensor]] = {}

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        if n not in self._tables:
            turns = torch.outer(torch.arange(n), torch.arange(n // 2 + 1)) % n
            angle = turns.double() * (-2 * torch.pi / n)
            self._tables[n] = angle.cos().to(x), angle.sin().to(x)
        real, imag = self._tables[n]
        return torch.complex(x @ real.to(x), x @ imag.to(x))
