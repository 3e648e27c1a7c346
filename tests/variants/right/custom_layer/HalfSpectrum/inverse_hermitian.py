"""Right: the conjugate of the unscaled inverse Hermitian transform."""

class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.ihfft(x, norm="forward").conj().resolve_conj()
