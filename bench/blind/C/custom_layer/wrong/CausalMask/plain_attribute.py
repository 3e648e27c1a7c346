"""Keeps the mask as a plain attribute, which stays on the CPU when the layer moves: breaks "made once, as a buffer: it follows the layer to other devices"."""


class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        # Not registered, so that it stays out of the state dict.
        self.mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(diagonal=1)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} positions exceed max_len = {self.max_len}")
        return scores.masked_fill(self.mask[:n, :n], float("-inf"))
