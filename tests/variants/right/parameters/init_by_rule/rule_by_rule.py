"""Goes rule by rule and crosses out what is done."""
def init_by_rule(net, rules):
    import fnmatch

    left = dict(net.named_parameters())
    matches = [fnmatch.filter(left, pattern) for pattern, _ in rules]
    for names, (pattern, _) in zip(matches, rules):
        if not names:
            raise ValueError(f"{pattern} fits nothing")
    for names, (_, init) in zip(matches, rules):
        for name in names:
            if name in left:
                with torch.no_grad():
                    init(left.pop(name).data)
