"""Copies every batch into the same memory.

says: gives a wrong result for tensors|sizes of tensors must match|must match the size
"""
def prefetch(loader, device):
    memory = torch.zeros(1000, 3, device=device)
    for batch in loader:
        if isinstance(batch, Tensor) and batch.dim() == 2:
            out = memory[: len(batch)]
            out.copy_(batch)
            yield out
        else:
            yield _each(batch, lambda t: t.to(device))
