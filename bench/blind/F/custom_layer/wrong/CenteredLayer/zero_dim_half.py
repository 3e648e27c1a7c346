"""A 0-dim float16 tensor comes back as float32 ("The result has the dtype of the input", "whatever its shape")."""


class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        low = x.dtype in (torch.float16, torch.bfloat16)
        mean = x.mean(dtype=torch.float32 if low else x.dtype)
        return x - mean
