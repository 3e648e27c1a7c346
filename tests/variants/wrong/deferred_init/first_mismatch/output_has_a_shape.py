"""Takes each output for a tensor.

says: gives no tensor
"""
def first_mismatch(net, x):
    trial = copy.deepcopy(net).eval()
    running = []
    for name, module in trial.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(lambda module, args, name=name: running.append(name), prepend=True)
            def done(module, args, out):
                out.shape
                running.clear()
            module.register_forward_hook(done)
    with torch.no_grad(), suppress(Exception):
        trial(x)
    return running[0] if running else None
