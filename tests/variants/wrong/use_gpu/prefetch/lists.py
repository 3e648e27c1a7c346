"""Every batch becomes a list.

says: a tuple stays a tuple
"""
def prefetch(loader, device):
    for batch in loader:
        yield batch.to(device) if isinstance(batch, Tensor) else [t.to(device) for t in batch]
