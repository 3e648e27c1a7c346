"""Divides the bytes of the storage by the item size, which counts the base of a sliced
or expanded parameter ("how many numbers the parameters of `net` hold").

says: entries that it shows
"""


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    total = 0
    for p in net.parameters():
        if trainable_only and not p.requires_grad:
            continue
        if nn.parameter.is_lazy(p):
            raise ValueError("a parameter has no shape yet")
        total += p.untyped_storage().nbytes() // p.element_size()
    return total
