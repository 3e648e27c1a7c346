r"""Plain operations, which save three tensors.

says: saves x, sigmoid\(x\) and sigmoid\(x\) again
"""
def swish(x):
    return x * torch.sigmoid(x)
