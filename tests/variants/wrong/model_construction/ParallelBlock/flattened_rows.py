"""Runs the networks on rows, with all leading axes in one: breaks "on the same input".

says: with all its axes
"""
class ParallelBlock(nn.Module):
    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])
        out = torch.cat((self.net1(rows), self.net2(rows)), dim=-1)
        return out.reshape(*x.shape[:-1], out.shape[-1])
