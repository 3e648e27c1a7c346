"""The sign is drawn once and given to all entries, so a tensor never has both positive and
negative ones, against "Each entry is drawn on its own".

slip: one sign drawn for the whole tensor
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        t.uniform_(0, 10, generator=generator)
        t.masked_fill_(t < 5, 0)
        if torch.rand((), generator=generator) < 0.5:
            t.neg_()
    return t
