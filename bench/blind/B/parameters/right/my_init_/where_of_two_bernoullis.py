"""One coin says whether an entry is 0, a second one which sign it has.

slip: two coin tosses and torch.where
"""


@torch.no_grad()
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    def coin():
        return torch.full(t.shape, 0.5, device=t.device).bernoulli(generator=generator).bool()

    size = torch.empty(t.shape, dtype=t.dtype, device=t.device)
    size.uniform_(5, 10, generator=generator)
    t[...] = torch.where(coin(), torch.where(coin(), size, -size), torch.zeros_like(size))
    return t
