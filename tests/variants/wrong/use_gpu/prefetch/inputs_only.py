"""Moves the first tensor of a batch only.

says: the first of a batch alone is moved
"""
def prefetch(loader, device):
    for batch in loader:
        if isinstance(batch, Tensor):
            yield batch.to(device)
        else:
            yield type(batch)([batch[0].to(device), *batch[1:]])
