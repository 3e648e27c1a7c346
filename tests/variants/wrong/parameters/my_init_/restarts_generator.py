"""Takes only the seed of `generator` into a generator of its own, so each call with
the same one gives the same entries ("All random numbers come from `generator`",
"Each entry is drawn on its own").

says: do not seed it or copy it
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    if generator is not None:
        seed = generator.initial_seed()
        generator = Generator(device=t.device).manual_seed(seed)
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0.0)
    return t
