"""Tensors with two paths are listed twice.

says: does not list a shared tensor once
"""
def placement_audit(net, device):
    wanted, seen, strays = torch.device(device), {id(net)}, set()

    def visit(node, path):
        if isinstance(node, Tensor) and not _is_on(node, wanted):
            strays.add(".".join(path))
        for name, part in _parts_of(node):
            if id(part) not in seen or isinstance(part, Tensor):
                seen.add(id(part))
                visit(part, [*path, str(name)])

    visit(net, [])
    return strays
