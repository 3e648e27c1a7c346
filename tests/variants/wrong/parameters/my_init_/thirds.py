"""The three parts are equally likely.

says: not equally likely
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        part = torch.randint(-1, 2, t.shape, generator=generator)
        size = 5 + 5 * torch.rand(t.shape, generator=generator)
        return t.copy_(part * size)
