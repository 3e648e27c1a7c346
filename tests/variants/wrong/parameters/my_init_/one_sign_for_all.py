"""Draws one sign for the whole tensor.

says: one sign is missing
"""
def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        t.uniform_(0, 10, generator=generator)
        t.masked_fill_(t < 5, 0)
        if torch.rand((), generator=generator) < 0.5:
            t.neg_()
    return t
