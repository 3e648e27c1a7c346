"""Divides in float16 before summing, so small quotients are rounded away ("of float16 it
is right also where the sum is too large for float16").

says: where an entry divided by their number is rounded
"""

class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x - (x / max(x.numel(), 1)).sum()
