"""Each run gets the shape of the leaf's last run.

says: does not list each leaf when it runs
"""
def infer_shapes(net, input_shape):
    twin = copy.deepcopy(net).to("meta").eval()
    order, shapes = [], {}
    for name, module in twin.named_modules():
        if _is_leaf(module):
            def hook(m, a, y, name=name):
                order.append(name); shapes[name] = y.shape
            module.register_forward_hook(hook)
    twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return [(n, shapes[n]) for n in order]
