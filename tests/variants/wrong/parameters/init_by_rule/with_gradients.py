"""Calls the rules with gradients on.

says: call init under torch\.no_grad
"""
def init_by_rule(net, rules):
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(pattern)
    for name, p in named.items():
        for pattern, init in rules:
            if fnmatchcase(name, pattern):
                init(p)
                break
