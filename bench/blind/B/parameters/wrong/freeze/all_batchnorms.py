"""Holds the statistics of every BatchNorm of the network, so those outside the part stop learning
too, against "A BatchNorm layer that is `prefix`, or below it".

slip: froze the BatchNorms of the whole network
"""


def _keep_eval(module, args):
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name):
        return prefix == "" or name == prefix or name.startswith(prefix + ".")


    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            p.requires_grad_(False)
            p.grad = None
    for module in net.modules():
        if isinstance(module, _BatchNorm):
            module.register_forward_pre_hook(_keep_eval)
    return [name for name, _ in net.named_parameters() if inside(name)]
