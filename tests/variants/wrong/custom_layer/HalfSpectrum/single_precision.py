"""Always complex64.

says: does not keep the precision
"""
class HalfSpectrum(nn.Module):
    def forward(self, X):
        return torch.fft.rfft(X).to(torch.complex64)
