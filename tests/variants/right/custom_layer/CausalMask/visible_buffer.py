"""Right: keeps the visible part, lower triangle, under a private name and picks with torch.where."""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        visible = torch.ones(max_len, max_len).tril().bool()
        self.register_buffer("_visible", visible, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        limit = self._visible.shape[0]
        if n > limit:
            raise ValueError(f"n = {n} exceeds max_len = {limit}")
        hidden = scores.new_full((), -torch.inf)
        return torch.where(self._visible[:n, :n], scores, hidden)
