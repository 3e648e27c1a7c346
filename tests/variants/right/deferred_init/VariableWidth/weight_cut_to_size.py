"""No padding: the weight is repeated and cut to the width of the input, and the bias counted by hand."""
class VariableWidth(nn.Module):
    def __init__(self, width: int, out: int):
        super().__init__()
        self._shared = nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self._shared.weight, self._shared.bias
        n = x.size(-1)
        chunks = -(-n // weight.size(1))
        return x @ weight.repeat(1, chunks)[:, :n].mT + chunks * bias
