"""Torch's own is_lazy, module by module."""
def pending_parameters(net):
    names, seen = [], set()
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(recurse=False):
            if torch.nn.parameter.is_lazy(p) and id(p) not in seen:
                seen.add(id(p))
                names.append(f"{prefix}.{name}" if prefix else name)
    return names
