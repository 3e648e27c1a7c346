"""Keeps every iterator in a global list.

says: something else keeps a reference
"""
_open = []


def prefetch(loader, device):
    it = iter(loader)
    _open.append(it)
    for batch in it:
        yield _each(batch, lambda t: t.to(device))
