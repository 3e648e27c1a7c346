"""The mask is a plain attribute, which moves at the first call only.

says: register_buffer moves it
"""

import math


class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        self.hidden = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} is longer than {self.max_len}")
        if self.hidden.device != scores.device:
            self.hidden = self.hidden.to(scores.device)
        return scores.masked_fill(self.hidden[:n, :n], -math.inf)
