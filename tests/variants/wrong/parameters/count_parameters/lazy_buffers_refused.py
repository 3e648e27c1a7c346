"""Refuses buffers without a shape, too.

says: lazy buffers, which do not count
"""
def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    for module in net.modules():
        if isinstance(module, nn.modules.lazy.LazyModuleMixin):
            tensors = [*module.parameters(recurse=False), *module.buffers(recurse=False)]
            counting = [t for t in tensors if t.requires_grad or not trainable_only]
            if any(nn.parameter.is_lazy(t) for t in counting):
                raise ValueError(f"{type(module).__name__} is not initialised")
    return sum(p.numel() for p in net.parameters() if p.requires_grad or not trainable_only)
