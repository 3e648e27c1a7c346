"""Deals out the three kinds in exact quarters and shuffles them, so a tensor of 1 to 3 entries is always 0 ("Each entry is drawn on its own: with probability 1/4 ...").  """

def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        n = t.numel()
        values = torch.rand(n, generator=generator, device=t.device) * 5 + 5
        order = torch.randperm(n, generator=generator, device=t.device)
        quarter = n // 4
        values[order[:quarter]] *= -1
        values[order[2 * quarter :]] = 0
        t.copy_(values.reshape(t.shape))
    return t
