"""Goes through the rows, which a 0-dim tensor does not have.

says: for a 0-dim tensor
"""
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        for row in t:
            row.uniform_(-10, 10, generator=generator)
            row.masked_fill_(row.abs() < 5, 0)
    return t
