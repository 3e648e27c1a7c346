"""Unusual: the chunks are an `unfold` view of an index-filled tensor, summed by einsum; the Linear lives in a ModuleDict."""


class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self.parts = nn.ModuleDict({"shared": nn.Linear(width, out)})

    def forward(self, x: Tensor) -> Tensor:
        shared = self.parts["shared"]
        step = shared.in_features
        n = x.shape[-1]
        full = x.new_zeros((*x.shape[:-1], -(-n // step) * step))
        full = full.index_add(-1, torch.arange(n, device=x.device), x)
        return torch.einsum("...ko->...o", shared(full.unfold(-1, step, step)))
