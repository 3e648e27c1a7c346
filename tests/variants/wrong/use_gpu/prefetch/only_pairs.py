"""Takes pairs only.

says: not enough values|too many values
"""
def prefetch(loader, device):
    for x, y in loader:
        yield x.to(device), y.to(device)
