"""New tensors in place of those on meta, children first, none of them by to_empty."""
def build_on_meta(make_net, device="cpu"):
    def fill(m):
        for child in m.children():
            fill(child)
        parameters = dict(m.named_parameters(recurse=False))
        buffers = dict(m.named_buffers(recurse=False))
        if not parameters and not buffers:
            return
        reset = getattr(m, "reset_parameters", None)
        if reset is None:
            raise TypeError(f"no reset_parameters in class {type(m).__qualname__}")
        for name, p in parameters.items():
            empty = torch.empty_like(p.data, device=device)
            setattr(m, name, nn.Parameter(empty, requires_grad=p.requires_grad))
        for name, b in buffers.items():
            setattr(m, name, torch.empty_like(b, device=device))
        with torch.device(device):
            reset()

    with torch.device("meta"):
        net = make_net()
    fill(net)
    return net
