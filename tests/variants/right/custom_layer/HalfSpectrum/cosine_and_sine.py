"""Cosines and sines apart, of whole steps around the circle, in double."""
class HalfSpectrum(nn.Module):
    def forward(self, x):
        n = x.shape[-1]
        t = torch.arange(n, device=x.device)
        k = torch.arange(n // 2 + 1, device=x.device)
        angle = (-torch.outer(t, k)).remainder(n).double() * (2 * torch.pi / n)
        wide = x.double()
        result = torch.complex(wide @ angle.cos(), wide @ angle.sin())
        return result.to(x.dtype.to_complex())
