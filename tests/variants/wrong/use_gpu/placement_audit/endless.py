"""No memory of what has been visited.

says: remember the id
"""
def placement_audit(net, device):
    wanted, strays = torch.device(device), set()

    def visit(node, path):
        if isinstance(node, Tensor) and not _is_on(node, wanted):
            strays.add(".".join(path))
        for name, part in _parts_of(node):
            visit(part, [*path, str(name)])

    visit(net, [])
    return strays
