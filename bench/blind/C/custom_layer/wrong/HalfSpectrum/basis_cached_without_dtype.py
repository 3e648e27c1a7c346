"""Keeps the basis of the last n whatever its dtype, so that a float64 call after a float32 one of the same n gives complex64: breaks "of float64 complex128"."""

import math


class HalfSpectrum(nn.Module):
    def __init__(self):
        super().__init__()
        self._n = -1
        self._basis = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        if n != self._n:
            t = torch.arange(n, device=x.device)
            k = torch.arange(n // 2 + 1, device=x.device)
            angle = torch.outer(t, k).remainder(n).double() * (-2 * math.pi / n)
            basis = torch.polar(torch.ones_like(angle), angle)
            self._n, self._basis = n, basis.to(x.dtype.to_complex())
        basis = self._basis.to(x.device)
        return x.to(basis.dtype) @ basis
