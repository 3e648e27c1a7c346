"""Calls net itself with meta tensors in place of its own."""
def infer_shapes(net, input_shape):
    from torch.func import functional_call

    meta = {n: t.to("meta") for n, t in [*net.named_parameters(), *net.named_buffers()]}
    rows, handles = [], []

    def note(name):
        def hook(module, args, output):
            rows.append((name, tuple(output.shape)))
        return hook

    flags = {m: m.training for m in net.modules()}
    for name, m in net.named_modules():
        m.training = False
        if not list(m.children()):
            handles.append(m.register_forward_hook(note(name)))
    try:
        functional_call(net, meta, (torch.zeros(input_shape, device="meta"),))
    finally:
        for handle in handles:
            handle.remove()
        for m, flag in flags.items():
            m.training = flag
    return rows
