"""A leaf with two names gets the last one.

says: by the first name
"""
def infer_shapes(net, input_shape):
    trial = copy.deepcopy(net).to("meta").eval()
    names = {
        module: name for name, module in trial.named_modules(remove_duplicate=False)
    }
    found = []
    for module in names:
        if not list(module.children()):
            module.register_forward_hook(
                lambda module, args, out: found.append((names[module], out.shape))
            )
    with torch.no_grad(), torch.device("meta"):
        trial(torch.empty(input_shape, dtype=torch.float32))
    return found
