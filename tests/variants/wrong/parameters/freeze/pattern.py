"""Takes the prefix for a pattern.

says: for a name that is a pattern
"""
def freeze(net, prefix):
    def below(n):
        return not prefix or fnmatchcase(n, prefix) or fnmatchcase(n, prefix + ".*")
    names = []
    for n, m in net.named_modules(remove_duplicate=False):
        if below(n) and isinstance(m, _BatchNorm):
            m.register_forward_pre_hook(_eval_first)
    for n, p in net.named_parameters(remove_duplicate=False):
        if below(n):
            p.requires_grad_(False)
            p.grad = None
            names.append(n)
    return names
