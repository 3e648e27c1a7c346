"""Calls net itself with meta tensors in place of its own."""
def infer_shapes(net, input_shape):
    from torch.func import functional_call

    meta = {
        f"{path}.{name}".lstrip("."): tensor.to("meta")
        for path, m in net.named_modules()
        for named in (m.named_parameters, m.named_buffers)
        for name, tensor in named(recurse=False)
    }
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
        x = torch.zeros(input_shape, dtype=torch.float32, device="meta")
        functional_call(net, meta, (x,), tie_weights=False)
    finally:
        for handle in handles:
            handle.remove()
        for m, flag in flags.items():
            m.training = flag
    return rows
