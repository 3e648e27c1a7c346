"""Unusual: the product of a sign drawn from {1, 0, 0, -1} by index and a size drawn
from (5, 10), copied into the tensor.
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    signs = torch.tensor([1.0, 0.0, 0.0, -1.0], dtype=torch.float64, device=t.device)
    pick = torch.randint(4, t.shape, generator=generator, device=t.device)
    size = torch.rand(
        t.shape, generator=generator, dtype=torch.float64, device=t.device
    )
    t.data.copy_(signs[pick] * torch.lerp(size.new_tensor(5), size.new_tensor(10), size))
    return t
