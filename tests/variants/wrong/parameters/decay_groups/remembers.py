"""Groups grow from call to call.

says: not just the biases
"""
_d, _r = [], []
_o = decay_groups
def decay_groups(net, weight_decay):
    a, b = _o(net, weight_decay)
    have = {id(p) for p in _d + _r}
    _d.extend(p for p in a["params"] if id(p) not in have)
    _r.extend(p for p in b["params"] if id(p) not in have)
    return [{"params": _d, "weight_decay": weight_decay}, {"params": _r, "weight_decay": 0.0}]
