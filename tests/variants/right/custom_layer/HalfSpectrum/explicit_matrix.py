"""Right: multiplies by the matrix of the transform, its angles computed in float64 from k t mod n."""

class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        t = torch.arange(n, device=x.device)
        k = torch.arange(n // 2 + 1, device=x.device)
        angle = torch.outer(t, k).remainder(n).double() * (-2 * torch.pi / n)
        matrix = torch.polar(torch.ones_like(angle), angle)
        dtype = torch.complex128 if x.dtype == torch.float64 else torch.complex64
        return torch.complex(x, torch.zeros_like(x)).to(dtype) @ matrix.to(dtype)
