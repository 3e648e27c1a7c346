"""Fills a flat copy in place of the view.

says: for a view of every other column
"""
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        flat = t.reshape(-1)
        flat.uniform_(-10, 10, generator=generator)
        flat.masked_fill_(flat.abs() < 5, 0)
    return t
