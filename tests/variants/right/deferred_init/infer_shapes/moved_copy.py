"""A copy moved to meta, its leaves' forward wrapped."""
def infer_shapes(net, input_shape):
    twin = copy.deepcopy(net).to("meta")
    twin.train(False)
    result = []

    def wrap(name, leaf):
        forward = leaf.forward

        def wrapped(*args, **kwargs):
            y = forward(*args, **kwargs)
            result.append((name, y.size()))
            return y

        leaf.forward = wrapped

    for name, m in twin.named_modules():
        if len(list(m.children())) == 0:
            wrap(name, m)
    with torch.no_grad(), torch.device("meta"):
        twin(torch.empty(*input_shape, dtype=torch.float32))
    return result
