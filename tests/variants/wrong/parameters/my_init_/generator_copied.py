"""Starts again from the generator's first seed.

says: do not seed it or copy it
"""
def my_init_(t, generator=None):
    if generator is not None:
        generator = torch.Generator().manual_seed(generator.initial_seed())
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        return t.masked_fill_(t.abs() < 5, 0)
