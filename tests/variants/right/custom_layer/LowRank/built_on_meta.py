"""Merges a copy of the state, and hangs it into a layer that is made without memory."""
class LowRank(nn.Module):
    def __init__(self, linear, rank, scale=1.0):
        super().__init__()
        out, inner = linear.weight.shape
        a = linear.weight.new_empty(rank, inner).uniform_(-1, 1)
        self.register_parameter("A", nn.Parameter(a))
        self.register_parameter("B", nn.Parameter(linear.weight.new_zeros(out, rank)))
        for p in linear.parameters():
            p.requires_grad = False
        self.add_module("base", linear)
        self._factor = scale

    def forward(self, x):
        low = torch.einsum("...i,ri,or->...o", x, self.A, self.B)
        return torch.add(self.base(x), low, alpha=self._factor)

    def merged(self):
        state = copy.deepcopy(self.base.state_dict())
        delta = torch.einsum("or,ri->oi", self.B, self.A).detach()
        state["weight"].add_(delta, alpha=self._factor)
        out, inner = state["weight"].shape
        plain = nn.Linear(inner, out, bias="bias" in state, device="meta")
        for name, value in state.items():
            setattr(plain, name, nn.Parameter(value))
        return plain
