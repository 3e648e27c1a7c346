"""Makes a generator of its own where none is given.

says: no new generator
"""
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    if generator is None:
        generator = Generator(t.device)
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0)
    return t
