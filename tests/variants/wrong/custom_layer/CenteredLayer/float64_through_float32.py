"""Computes in float32 for every dtype, so that float64 inputs lose digits: breaks
"Subtract from every entry the mean" in "the dtype of the input".

says: (?s)for float64.*a dtype is fixed
"""


class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()  # the sum of float16 may overflow
        return (wide - wide.mean()).to(x.dtype)
