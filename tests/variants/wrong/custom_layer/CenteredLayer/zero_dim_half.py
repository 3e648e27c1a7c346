r"""Leaves the dtype to promotion, so that a float16 or bfloat16 scalar of shape ()
comes back as float32: breaks "The result has the dtype of the input", "whatever its
shape".

says: (?s)for float16.*got +float32 \(\)
"""


class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        # The mean has no axes, so it does not promote x.
        return x - x.mean(dtype=torch.promote_types(x.dtype, torch.float32))
