"""Attributes that are tensors, but no containers.

says: lists, tuples and dicts in an attribute lead on
"""
def placement_audit(net, device):
    d, out, seen = torch.device(device), set(), set()
    for path, m in net.named_modules():
        for name, v in [*m._parameters.items(), *m._buffers.items(), *vars(m).items()]:
            if isinstance(v, Tensor) and v.device != d and id(v) not in seen:
                seen.add(id(v))
                out.add(f"{path}.{name}" if path else name)
    return out
