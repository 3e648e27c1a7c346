"""Finds tensors at any depth of the optimizer's state dict, from a stack."""
def memory_bytes(net, optimizer):
    books = {}

    def enter(kind, t):
        if t is not None:
            storage = t.untyped_storage()
            books.setdefault(storage._cdata, (kind, storage.nbytes()))

    for p in net.parameters():
        enter("parameters", p)
    for p in net.parameters():
        enter("gradients", p.grad)
    for b in net.buffers():
        enter("buffers", b)
    stack = [optimizer.state_dict()["state"]]
    while stack:
        top = stack.pop()
        if isinstance(top, Tensor):
            enter("optimizer", top)
        elif isinstance(top, Mapping):
            stack.extend(top.values())
        elif isinstance(top, (list, tuple)):
            stack.extend(top)
    kinds = ("parameters", "gradients", "buffers", "optimizer")
    return {kind: sum(n for k, n in books.values() if k == kind) for kind in kinds}
