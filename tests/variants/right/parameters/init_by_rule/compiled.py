"""Compiled regular expressions and next()."""
def init_by_rule(net, rules):
    import fnmatch
    import re

    compiled = [(re.compile(fnmatch.translate(pattern)), init) for pattern, init in rules]
    names = [name for name, _ in net.named_parameters()]
    for (pattern, _), (expression, _) in zip(rules, compiled):
        if next(filter(expression.match, names), None) is None:
            raise ValueError(pattern)
    for name, p in net.named_parameters():
        init = next((i for e, i in compiled if e.match(name)), None)
        if init is not None:
            with torch.no_grad():
                init(p)
