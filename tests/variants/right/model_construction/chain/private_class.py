"""A private module class with a ModuleList, filled from an iterator."""
from itertools import repeat


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    class Chained(nn.Module):
        def __init__(self):
            super().__init__()
            self.links = nn.ModuleList(make() for make in repeat(make_block, n))

        def forward(self, x: Tensor) -> Tensor:
            for link in self.links:
                x = link(x)
            return x

    return Chained()
