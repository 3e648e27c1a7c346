r"""torch.round alone.

says: the gradient of round\(\) itself is 0
"""
def round_ste(x):
    return torch.round(x)
