"""Right: applies the factors by F.linear and merges through a state dict into a fresh nn.Linear."""

class LowRank(nn.Module):
    def __init__(self, linear: nn.Linear, rank: int, scale: float = 1.0):
        super().__init__()
        self.base = linear
        self.base.requires_grad_(False)
        self.rank, self.scale = rank, scale
        self.A = nn.Parameter(linear.weight.new_empty(rank, linear.in_features).uniform_(-1, 1))
        self.B = nn.Parameter(linear.weight.new_zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        down = nn.functional.linear(x, self.A)
        up = nn.functional.linear(down, self.B)
        return torch.add(self.base(x), up, alpha=self.scale)

    def merged(self) -> nn.Linear:
        state = {k: v.clone() for k, v in self.base.state_dict().items()}
        delta = torch.einsum("or,ri->oi", self.B.detach(), self.A.detach())
        state["weight"] += self.scale * delta
        like = state["weight"]
        fresh = nn.Linear(
            self.base.in_features,
            self.base.out_features,
            bias="bias" in state,
            dtype=like.dtype,
            device=like.device,
        )
        fresh.load_state_dict(state)
        return fresh
