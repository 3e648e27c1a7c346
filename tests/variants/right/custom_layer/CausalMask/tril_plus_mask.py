"""Right: torch.tril wipes the future (also inf and NaN), then an additive mask of 0 and -inf is added."""

class CausalMask(nn.Module):
    penalty: Tensor

    def __init__(self, max_len: int):
        super().__init__()
        penalty = torch.zeros(max_len, max_len)
        row, column = torch.triu_indices(max_len, max_len, 1)
        penalty[row, column] = -torch.inf
        self.register_buffer("penalty", penalty, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        *_, n = scores.shape
        if self.penalty.size(0) < n:
            raise ValueError("too long")
        return scores.tril() + self.penalty[:n, :n].to(scores.dtype)
