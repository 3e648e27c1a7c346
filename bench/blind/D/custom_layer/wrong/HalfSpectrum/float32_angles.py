"""Computes the angles in float32, so that complex128 results have single precision ("of float64 complex128", "coefficient k is the sum ...")."""

class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        t = torch.arange(n, device=x.device)
        angle = -2 * torch.pi * (torch.outer(t, t[: n // 2 + 1]) % n) / n
        matrix = torch.polar(torch.ones_like(angle), angle)
        dtype = x.dtype.to_complex()
        return x.to(dtype) @ matrix.to(dtype)
