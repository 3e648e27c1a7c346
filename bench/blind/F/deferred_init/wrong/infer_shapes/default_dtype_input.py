"""The input has torch's default dtype, whatever that is ("The input is float32")."""


def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    ghost = copy.deepcopy(net).to("meta").eval()
    shapes: list[tuple[str, tuple[int, ...]]] = []
    for name, module in ghost.named_modules():
        if next(module.children(), None) is None:
            module.register_forward_hook(
                lambda m, args, out, name=name: shapes.append((name, tuple(out.shape)))
            )
    with torch.no_grad():
        ghost(torch.empty(input_shape, device="meta"))
    return shapes
