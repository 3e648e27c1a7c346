"""A size and a number that decides, in float64."""
def my_init_(t, generator=None):
    u = torch.rand(t.shape, generator=generator, dtype=torch.float64)
    s = torch.rand(t.shape, generator=generator, dtype=torch.float64) * 5 + 5
    with torch.no_grad():
        t.copy_(torch.where(u < 0.25, s, torch.where(u < 0.5, -s, 0.0)))
    return t
