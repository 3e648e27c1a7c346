"""Right: the mean is a float64 dot product with a constant vector; the layer is an nn.Identity that is overridden."""

class CenteredLayer(nn.Identity):
    def forward(self, input: Tensor) -> Tensor:
        wide = input.double().reshape(-1)
        weights = torch.full_like(wide, 1.0 / max(1, wide.numel()))
        centered = wide - weights @ wide
        return centered.to(input.dtype).reshape(input.shape)
