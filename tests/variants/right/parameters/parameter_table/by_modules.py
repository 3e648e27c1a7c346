"""Goes through the modules, and multiplies the sizes itself."""
def parameter_table(net):
    import math

    table = {}
    for prefix, module in net.named_modules():
        for key, p in module.named_parameters(recurse=False):
            name = prefix + "." + key if prefix else key
            table.setdefault(p, (name, tuple(p.shape), math.prod(p.shape), p.requires_grad))
    return list(table.values())
