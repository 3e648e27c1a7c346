"""Knows a layer that two parts share by its first name only.

says: tell only the first
"""
def freeze(net, prefix):
    for name, module in net.named_modules():
        if _is_below(prefix, name) and isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_eval_first)
    frozen = []
    for name, parameter in net.named_parameters(remove_duplicate=False):
        if _is_below(prefix, name):
            parameter.requires_grad_(False)
            parameter.grad = None
            frozen.append(name)
    return frozen
