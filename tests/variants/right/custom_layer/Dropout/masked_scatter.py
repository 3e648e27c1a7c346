"""Scatters the kept entries over zeros; p = 1 needs no case of its own."""
class Dropout(nn.Module):
    def __init__(self, p):
        if p < 0 or p > 1 or p != p:
            raise ValueError("p is a probability")
        super().__init__()
        self._keep = 1.0 - p

    def forward(self, x):
        if not self.training:
            return x.clone()
        chances = torch.full(x.shape, self._keep, device=x.device)
        chosen = torch.bernoulli(chances).bool()
        return torch.zeros_like(x).masked_scatter(chosen, x[chosen] / self._keep)
