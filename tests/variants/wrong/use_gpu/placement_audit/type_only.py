"""Compares the types of devices alone.

says: with an index it is one device
"""
def placement_audit(net, device):
    wanted = torch.device(device)
    seen, strays = {id(net)}, set()
    def visit(node, path):
        if isinstance(node, Tensor) and node.device.type != wanted.type:
            strays.add(".".join(path))
        for name, part in _parts_of(node):
            if id(part) not in seen:
                seen.add(id(part))
                visit(part, [*path, str(name)])
    visit(net, [])
    return strays
