"""removeprefix until nothing changes, next() for the rule."""
def migrate_keys(state, rules):
    result = {}
    for key in list(state):
        short, before = key, None
        while short != before:
            before = short
            short = short.removeprefix("module.").removeprefix("_orig_mod.")
        rule = next(
            ((o, n) for o, n in rules if short == o or short.startswith(o + ".")), None
        )
        if rule:
            short = rule[1] + short.removeprefix(rule[0])
        if result.setdefault(short, state[key]) is not state[key]:
            raise ValueError(short)
    if len(result) != len(state):
        raise ValueError("collision")
    return result
