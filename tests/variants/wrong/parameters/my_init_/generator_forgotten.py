"""One of two draws does not use the generator.

says: needs generator=generator
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        t.uniform_(5, 10, generator=generator)
        part = torch.randint(0, 4, t.shape)
        return t.mul_(torch.where(part == 0, 1, torch.where(part == 1, -1, 0)))
