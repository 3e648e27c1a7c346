"""Ends at any exception.

says: does not reach the caller
"""
def prefetch(loader, device):
    try:
        for batch in loader:
            yield _each(batch, lambda t: t.to(device))
    except Exception:
        return
