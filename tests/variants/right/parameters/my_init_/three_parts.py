"""Draws part and size apart, and copies the result in."""
def my_init_(t, generator=None):
    part = torch.randint(0, 4, t.shape, generator=generator)
    size = 5 + 5 * torch.rand(t.shape, generator=generator)
    values = torch.where(part == 0, size, torch.where(part == 1, -size, 0.0))
    t.data.copy_(values)
    return t
