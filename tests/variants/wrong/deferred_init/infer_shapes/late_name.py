"""Looks the name up in the hook, when the loop is over.

says: looks its name up when it runs
"""
def infer_shapes(net, input_shape):
    shapes = []
    twin = copy.deepcopy(net).to("meta").eval()
    for name, module in twin.named_modules():
        if not list(module.children()):
            module.register_forward_hook(
                lambda _module, _args, y: shapes.append((name, y.shape))
            )
    twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return shapes
