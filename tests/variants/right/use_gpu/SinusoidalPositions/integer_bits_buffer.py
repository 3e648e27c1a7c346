"""Sine and cosine are stacked and reshaped, not written to columns; the buffer holds the bits of the float32 codes as integers, so that half() and double() leave them alone."""

class SinusoidalPositions(nn.Module):
    def __init__(self, d: int, max_len: int):
        super().__init__()
        i = torch.arange((d + 1) // 2, dtype=torch.float64, device="cpu")
        p = torch.arange(max_len, dtype=torch.float64, device="cpu")
        angles = torch.einsum("p,i->pi", p, 10000.0 ** (-2 * i / d))
        pairs = torch.stack((angles.sin(), angles.cos()), dim=-1)
        table = pairs.reshape(max_len, 2 * len(i))[:, :d].float().contiguous()
        self.register_buffer("_bits", table.view(torch.int32), persistent=False)

    @property
    def codes(self) -> Tensor:
        return self._bits.view(torch.float32)

    def forward(self, x: Tensor) -> Tensor:
        longest, n = len(self._bits), x.size(-2)
        if longest < n:
            raise ValueError(f"at most {longest} rows")
        codes = self.codes.narrow(0, 0, n)
        return torch.add(codes.to(x.device), x).to(x.dtype)
