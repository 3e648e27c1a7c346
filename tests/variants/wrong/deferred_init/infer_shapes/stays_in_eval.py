"""Leaves the network in eval mode.

says: reaches every module: use a copy
"""
def infer_shapes(net, input_shape):
    net.eval()
    twin = copy.deepcopy(net).to("meta")
    shapes = []
    for name, m in twin.named_modules():
        if not list(m.children()):
            m.register_forward_hook(lambda m, a, y, name=name: shapes.append((name, y.shape)))
    twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return shapes
