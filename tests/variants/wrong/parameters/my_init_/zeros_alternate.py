"""Which entries are zero is drawn for a row and a column alone.

says: drawn one by one
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        if t.dim() < 2:
            t.uniform_(-10, 10, generator=generator)
            return t.masked_fill_(t.abs() < 5, 0)
        a = torch.randint(2, (t.shape[0], *[1] * (t.dim() - 1)), generator=generator)
        b = torch.randint(2, t.shape[1:], generator=generator)
        t.uniform_(5, 10, generator=generator)
        t.mul_(torch.randint(2, t.shape, generator=generator) * 2 - 1)
        return t.masked_fill_((a + b) % 2 == 0, 0)
