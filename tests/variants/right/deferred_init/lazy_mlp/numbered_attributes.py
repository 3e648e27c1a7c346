"""Layers in numbered attributes, the ReLU as a clamp."""
class _Numbered(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.depth = len(widths)
        for i, width in enumerate(widths):
            setattr(self, f"dense_{i}", nn.LazyLinear(width))

    def forward(self, h):
        for i in range(self.depth):
            h = getattr(self, f"dense_{i}")(h if i == 0 else h.clamp(min=0))
        return h


def lazy_mlp(*widths):
    return _Numbered(widths)
