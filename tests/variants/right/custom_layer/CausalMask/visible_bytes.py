"""The opposite mask, in bytes, with an axis in front."""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        at = torch.arange(max_len)
        visible = (at[:, None] >= at).to(torch.uint8)[None]
        self.register_buffer("_visible", visible, persistent=False)

    def forward(self, scores):
        n = scores.size(-2)
        if self._visible.size(-1) < n:
            raise ValueError("too many positions")
        visible = self._visible[0].narrow(0, 0, n).narrow(1, 0, n).bool()
        return torch.where(visible, scores, scores.new_full((), -torch.inf))
