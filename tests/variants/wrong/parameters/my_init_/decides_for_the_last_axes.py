"""One draw for all slices of the first axis decides which kind an entry is.

says: drawn one by one
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        shape = t.shape[1:] if t.dim() > 2 else t.shape
        kind = torch.randint(4, shape, generator=generator)
        t.uniform_(5, 10, generator=generator)
        return t.mul_(torch.tensor([1, 0, 0, -1])[kind])
