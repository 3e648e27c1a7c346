"""Two coins and torch.where, under the decorator no_grad."""
@torch.no_grad()
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    def coin():
        return torch.full(t.shape, 0.5, device=t.device).bernoulli(generator=generator).bool()

    size = torch.empty(t.shape, dtype=t.dtype, device=t.device)
    size.uniform_(5, 10, generator=generator)
    t[...] = torch.where(coin(), torch.where(coin(), size, -size), torch.zeros_like(size))
    return t
