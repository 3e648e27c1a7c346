"""The last batch is never handed out.

says: the last batch is still ahead
"""
def prefetch(loader, device):
    ahead = None
    for batch in loader:
        if ahead is not None:
            yield ahead
        ahead = _each(batch, lambda t: t.to(device))
