"""A copy moved to meta that runs with meta as the default device."""
def infer_shapes(net, input_shape):
    twin = copy.deepcopy(net).to("meta").eval()
    shapes = []
    for name, leaf in twin.named_modules():
        if len(list(leaf.children())) == 0:

            def record(module, args, output, name=name):
                shapes.append((name, output.shape))

            leaf.register_forward_hook(record)
    with torch.no_grad(), torch.device("meta"):
        twin(torch.empty(input_shape, dtype=torch.float32))
    return shapes
