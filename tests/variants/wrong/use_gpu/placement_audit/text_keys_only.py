"""Keys of dicts that are no text are passed over.

says: wrong result for dicts
"""
def placement_audit(net, device):
    wanted = torch.device(device)
    seen, strays = {id(net)}, set()
    def visit(node, path):
        if isinstance(node, Tensor) and not _is_on(node, wanted):
            strays.add(".".join(path))
        for name, part in _parts_of(node):
            if isinstance(node, dict) and not isinstance(name, str): continue
            if id(part) not in seen:
                seen.add(id(part))
                visit(part, [*path, str(name)])
    visit(net, [])
    return strays
