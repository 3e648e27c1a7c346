"""`net` itself is sent to meta and loses its values, against "stays as it is: device, values, buffers".

slip: sends net itself to meta
"""

def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    flags = [(m, m.training) for m in net.modules()]
    found: list[tuple[str, tuple[int, ...]]] = []
    handles = [
        m.register_forward_hook(lambda m, a, y, name=name: found.append((name, tuple(y.shape))))
        for name, m in net.named_modules()
        if not list(m.children())
    ]
    try:
        net.to("meta").eval()
        net(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    finally:
        for handle in handles:
            handle.remove()
        for m, flag in flags:
            m.training = flag
    return found
