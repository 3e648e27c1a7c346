"""The difference to the rounded value, detached."""
def round_ste(x):
    return x + (torch.round(x) - x).detach()
