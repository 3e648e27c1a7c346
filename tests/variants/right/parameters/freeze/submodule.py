"""Goes to the submodule; a single parameter is a case of its own."""
def freeze(net, prefix):
    owner, _, last = prefix.rpartition(".")
    parent = net.get_submodule(owner)
    if last in dict(parent.named_parameters(recurse=False)):
        found = {prefix: parent.get_parameter(last)}
    else:
        part = net.get_submodule(prefix)
        found = dict(part.named_parameters(prefix=prefix))
        for m in part.modules():
            if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
                m.register_forward_pre_hook(lambda m, args: m.train(False) and None)
    for p in found.values():
        p.requires_grad_(False)
        p.grad = None
    return list(found)
