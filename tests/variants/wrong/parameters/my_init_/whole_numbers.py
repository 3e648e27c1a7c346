"""Draws whole numbers.

says: whole numbers
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        part = torch.randint(0, 4, t.shape, generator=generator)
        size = torch.randint(5, 11, t.shape, generator=generator)
        return t.copy_(torch.where(part == 0, size, torch.where(part == 1, -size, 0)))
