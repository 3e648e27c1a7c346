"""The length is not checked: with max_len 1 the single row of codes is broadcast in silence ("ValueError: n exceeds max_len").

says: compare n with max_len before you add
"""
class SinusoidalPositions(nn.Module):
    codes: Tensor

    def __init__(self, d: int, max_len: int):
        super().__init__()
        position = torch.arange(max_len, dtype=torch.float64)[:, None]
        even = torch.arange(0, d, 2, dtype=torch.float64)
        angle = position / 10000 ** (even / d)
        codes = torch.zeros(max_len, d, dtype=torch.float64)
        codes[:, 0::2] = angle.sin()
        codes[:, 1::2] = angle.cos()[:, : d // 2]
        self.register_buffer("codes", codes.float())

    def forward(self, x: Tensor) -> Tensor:
        n = x.shape[-2]
        return x + self.codes[:n].to(x)
