"""The sizes of the coefficients, not the coefficients.

says: not their sizes or real parts
"""
class HalfSpectrum(nn.Module):
    def forward(self, X):
        return torch.fft.rfft(X).abs()
