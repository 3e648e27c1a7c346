"""Divides by the root of n.

says: not divided by n or its root
"""
class HalfSpectrum(nn.Module):
    def forward(self, X):
        return torch.fft.rfft(X, norm="ortho")
