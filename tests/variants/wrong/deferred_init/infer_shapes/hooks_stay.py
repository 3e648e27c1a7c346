"""Leaves its hooks on the network.

says: a hook stays until
"""
def infer_shapes(net, input_shape):
    from torch.func import functional_call

    meta = {n: t.to("meta") for n, t in [*net.named_parameters(), *net.named_buffers()]}
    rows = []
    flags = {m: m.training for m in net.modules()}
    for name, m in net.named_modules():
        m.training = False
        if not list(m.children()):
            m.register_forward_hook(lambda m, a, y, name=name: rows.append((name, y.shape)))
    functional_call(net, meta, (torch.empty(input_shape, dtype=torch.float32, device="meta"),))
    for m, flag in flags.items():
        m.training = flag
    return rows
