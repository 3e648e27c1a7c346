"""Seeds the global state from the generator.

says: every random draw inside needs generator
"""
def my_init_(t, generator=None):
    if generator is not None:
        torch.manual_seed(torch.randint(0, 1 << 30, (), generator=generator).item())
    with torch.no_grad():
        t.uniform_(-10, 10)
        return t.masked_fill_(t.abs() < 5, 0)
