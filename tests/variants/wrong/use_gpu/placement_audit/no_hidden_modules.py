"""Modules in plain lists are not looked into.

says: modules hide in plain lists
"""
_parts = _parts_of


def placement_audit(net, device):
    wanted, seen, strays = torch.device(device), {id(net)}, set()
    registered = {id(m) for m in net.modules()}

    def visit(node, path):
        if isinstance(node, nn.Module) and id(node) not in registered:
            return
        if isinstance(node, Tensor) and not _is_on(node, wanted):
            strays.add(".".join(path))
        for name, part in _parts(node):
            if id(part) not in seen:
                seen.add(id(part))
                visit(part, [*path, str(name)])

    visit(net, [])
    return strays
