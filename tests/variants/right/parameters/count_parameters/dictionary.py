"""Repeats are left out by identity; the library's own ValueError for lazy ones."""
def count_parameters(net, trainable_only=False):
    found = {id(p): p for m in net.modules() for p in m.parameters(recurse=False)}
    return sum(
        (p.requires_grad or not trainable_only) and p.numel() for p in found.values()
    )
