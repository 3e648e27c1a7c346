"""The input has the default dtype, which may be float64 ("The input is float32")."""


def infer_shapes(net, input_shape):
    trial = copy.deepcopy(net).to("meta").eval()
    found = []
    for name, module in trial.named_modules():
        if not list(module.children()):
            module.register_forward_hook(
                lambda module, args, out, name=name: found.append((name, out.shape))
            )
    with torch.no_grad(), torch.device("meta"):
        trial(torch.empty(input_shape))
    return found
