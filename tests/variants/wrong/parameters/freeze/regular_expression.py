"""A dot of the prefix stands for any letter.

says: for a path that is a pattern
"""
import re
def freeze(net, prefix):
    def below(n):
        return not prefix or re.match(prefix.replace("*", r"\*") + r"(\.|$)", n)
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
