"""The copy of the first call is used for ever.

says: has come to it since
"""
_C = {}
def infer_shapes(net, input_shape):
    if id(net) not in _C:
        _C[id(net)] = (net, copy.deepcopy(net).to("meta").eval())
    twin = _C[id(net)][1]
    out = []
    hs = []
    for name, module in twin.named_modules():
        if _is_leaf(module):
            hs.append(module.register_forward_hook(lambda m, a, y, name=name: out.append((name, y.shape))))
    try:
        twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    finally:
        for h in hs: h.remove()
    return out
