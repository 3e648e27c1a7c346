"""Four cases from randint, looked up in a table of factors, times sizes."""
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    factors = torch.tensor([1, 0, 0, -1], dtype=t.dtype, device=t.device)
    cases = torch.randint(4, t.size(), generator=generator, device=t.device)
    sizes = torch.empty_like(t, requires_grad=False).uniform_(5, 10, generator=generator)
    with torch.no_grad():
        return t.copy_(factors[cases] * sizes)
