"""Decides once for every row.

says: not drawn one by one
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        part = torch.randint(0, 4, t.shape[:1] + (1,) * (t.dim() - 1), generator=generator)
        t.uniform_(5, 10, generator=generator)
        return t.mul_(torch.where(part == 0, 1, torch.where(part == 1, -1, 0)))
