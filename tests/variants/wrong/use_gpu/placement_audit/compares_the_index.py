"""Takes "cuda" for another device than "cuda:0".

says: without an index a device stands for all of its type
"""
def placement_audit(net, device):
    wanted = torch.device(device)
    seen, strays = {id(net)}, set()

    def visit(node, path):
        if isinstance(node, Tensor) and node.device != wanted:
            strays.add(".".join(path))
        for name, part in _parts_of(node):
            if id(part) not in seen:
                seen.add(id(part))
                visit(part, [*path, str(name)])

    visit(net, [])
    return strays
