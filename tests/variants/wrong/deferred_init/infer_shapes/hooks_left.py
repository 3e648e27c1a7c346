"""The network's hooks stay if the shape does not fit.

says: hooks|does not fit
"""
def infer_shapes(net, input_shape):
    found, handles = [], []
    for name, module in net.named_modules():
        if not list(module.children()):
            handles.append(
                module.register_forward_hook(
                    lambda module, args, out, name=name: found.append((name, out.shape))
                )
            )
    trial = copy.deepcopy(net).to("meta").eval()
    with torch.no_grad(), torch.device("meta"):
        trial(torch.empty(input_shape, dtype=torch.float32))
    for handle in handles:
        handle.remove()
    return found
