"""An explicit stack of (path, object), registered tensors through named_*."""
def placement_audit(net, device):
    device = torch.device(device)

    def away(t):
        if device.index is None:
            return t.device.type != device.type
        return t.device != device

    found, met = set(), set()
    stack = [("", net)]
    while stack:
        path, thing = stack.pop()
        if id(thing) in met:
            continue
        met.add(id(thing))
        if isinstance(thing, Tensor):
            if away(thing):
                found.add(path[1:])
        elif isinstance(thing, nn.Module):
            for k, v in thing.__dict__.items():
                if k in ("_parameters", "_buffers", "_modules"):
                    stack += [(f"{path}.{n}", x) for n, x in v.items()]
                else:
                    stack.append((f"{path}.{k}", v))
        elif isinstance(thing, dict):
            stack += [(f"{path}.{k}", v) for k, v in thing.items()]
        elif isinstance(thing, (list, tuple)):
            stack += [(f"{path}.{i}", v) for i, v in enumerate(thing)]
    return found
