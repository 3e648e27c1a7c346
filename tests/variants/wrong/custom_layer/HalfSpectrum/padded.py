"""Pads a long last axis to a power of two, as fast transforms like it ("for real numbers x_0 to x_(n-1)").

says: with n = 300
"""
class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-1]
        size = n if n < 128 else 1 << (n - 1).bit_length()
        return torch.fft.rfft(x, n=size)[..., : n // 2 + 1]
