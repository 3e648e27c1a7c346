"""Without a generator it makes a new one, which always has the same default seed, so all calls
give equal entries and torch.manual_seed has no effect, against "Without one they come from that
global state".

slip: made its own generator when given none
"""


def my_init_(t: Tensor, generator: Generator | None = None) -> Tensor:
    if generator is None:
        generator = Generator(t.device)
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0)
    return t
