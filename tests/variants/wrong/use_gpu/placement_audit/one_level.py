"""Containers, but only one level of them.

says: to any depth
"""
def placement_audit(net, device):
    d, out, seen = torch.device(device), set(), set()
    for path, m in net.named_modules():
        items = [*m._parameters.items(), *m._buffers.items()]
        for name, v in vars(m).items():
            if name in ("_parameters", "_buffers", "_modules"):
                continue
            items.append((name, v))
            if isinstance(v, dict):
                items += [(f"{name}.{k}", x) for k, x in v.items()]
            if isinstance(v, (list, tuple)):
                items += [(f"{name}.{k}", x) for k, x in enumerate(v)]
        for name, v in items:
            if isinstance(v, nn.Module):
                for k, x in v.named_parameters():
                    if x.device != d and id(x) not in seen:
                        seen.add(id(x))
                        out.add(f"{path}.{name}.{k}" if path else f"{name}.{k}")
            if isinstance(v, Tensor) and v.device != d and id(v) not in seen:
                seen.add(id(v))
                out.add(f"{path}.{name}" if path else name)
    return out
