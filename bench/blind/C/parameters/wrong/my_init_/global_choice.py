"""Draws the magnitudes from the generator, but the choice of sign or zero from the global state: breaks "All random numbers come from `generator`"."""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    with torch.no_grad():
        t.uniform_(5, 10, generator=generator)
        choice = torch.randint(4, t.shape, device=t.device)
        t.mul_((choice == 0).to(t.dtype) - (choice == 1).to(t.dtype))
    return t
